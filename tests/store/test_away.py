"""A PostgreSQL server that stops, crashes, freezes or is cut off, under readers and writers."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import postgres
import psycopg
import pytest
from relay import Relay
from running import children
from store_support import entry, rules, until

from widget.accounts import open_accounts
from widget.app import create_app
from widget.config import Settings
from widget.errors import InsightsError, StoreUnavailable
from widget.storage.postgres import open_database, release
from widget.store import UNKNOWN, Live, Store, open_store
from widget.store.postgres import PostgresStore

pytestmark = pytest.mark.database

ID = "ferry-fares"
URL = "https://harborcourier.example/opinion/ferry-fares"
# A reader who asks while nobody knows yet that the database is away waits for this at most; the
# promise is one second, and the machine may be busy.
PATIENCE = 2.5


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    with postgres.server() as one:
        yield one


@pytest.fixture
def url(server: postgres.Server) -> Iterator[str]:
    if server.process is None:
        server.start()  # a test that failed left it so
    with postgres.database(server.url) as database_url:
        yield database_url


@pytest.fixture
def open_it(url: str) -> Iterator[Callable[..., Store]]:
    opened: list[Store] = []

    def open_it(url: str = url, stale_seconds: float = 60) -> Store:
        opened.append(open_store(url, rules, stale_seconds=stale_seconds))
        return opened[-1]

    yield open_it
    for store in opened:
        store.close()


def published(store: Store, entry_id: str = ID) -> None:
    store.save(entry(entry_id), actor="ana")
    store.publish(entry_id, actor="ana")


def hold(store: Store) -> None:
    """Let the store know and hold what readers ask for."""
    assert isinstance(store, PostgresStore)
    cache = store._cache
    until(
        lambda: store.live(ID) and store.find(URL) and cache.is_fresh() and cache.entries.current,
        within=20,
    )


def holds(store: Store, entry_id: str) -> bool:
    assert isinstance(store, PostgresStore)
    return entry_id in store._cache.entries.current


def away(store: Store) -> bool:
    assert isinstance(store, PostgresStore)
    return bool(store._cache.outage)


def works(store: Store) -> bool:
    try:
        store.save(entry("another"), actor="ana")
        return isinstance(store.live(ID), Live) and store.live("none") is None
    except StoreUnavailable:
        return False


def took(call: Callable[[], object]) -> float:
    before = time.monotonic()
    call()
    return time.monotonic() - before


def test_while_it_is_stopped_what_is_held_is_served_and_nothing_else(
    server: postgres.Server, open_it: Callable[..., Store]
) -> None:
    store = open_it()
    published(store)
    hold(store)
    until(lambda: store.live("none") is None and holds(store, "none"), within=20)
    until(lambda: store.live(ID) and holds(store, "none"), within=20)
    server.stop()
    try:
        assert took(lambda: store.live(ID)) < PATIENCE
        until(lambda: away(store), within=10)
        # Now that it is known nobody waits for the database.
        assert took(lambda: [store.live(ID) for _ in range(100)]) < 0.5
        assert isinstance(store.live(ID), Live)
        assert store.find(URL) == ID
        for ask in (
            lambda: store.live("none"),
            lambda: store.find("https://harborcourier.example/none"),
            lambda: store.draft(ID),
            store.ids,
            store.problems,
            lambda: store.history(ID),
        ):
            with pytest.raises(StoreUnavailable):
                ask()
        with pytest.raises(StoreUnavailable, match="database"):
            store.save(entry(), actor="ana")
    finally:
        server.start()
    until(lambda: works(store), within=20)
    published(store)


def test_what_is_held_is_served_for_so_long_as_is_set(
    server: postgres.Server, open_it: Callable[..., Store]
) -> None:
    some, never = open_it(stale_seconds=3), open_it(stale_seconds=0)
    published(some)
    hold(some)
    hold(never)
    stopped = time.monotonic()
    server.stop()
    try:
        until(lambda: unavailable(never), within=5)
        if time.monotonic() - stopped < 2:
            assert isinstance(some.live(ID), Live)
        until(lambda: unavailable(some), within=10)
        assert time.monotonic() - stopped > 2
    finally:
        server.start()
    until(lambda: works(some), within=20)


def unavailable(store: Store) -> bool:
    try:
        store.live(ID)
    except StoreUnavailable:
        return True
    return False


def test_nothing_that_was_acknowledged_is_lost_in_a_crash(
    server: postgres.Server, open_it: Callable[..., Store]
) -> None:
    store, reader = open_it(), open_it()
    published(store)
    hold(reader)
    acknowledged: list[int] = []
    ended = threading.Event()

    def write() -> None:
        while not ended.is_set():
            try:
                acknowledged.append(store.save(entry("busy"), actor="ana").number)
            except StoreUnavailable:
                ended.wait(0.05)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(2):
            before = len(acknowledged)
            until(lambda before=before: len(acknowledged) > before + 5, within=30)  # type: ignore[misc]  # called at once
            until(lambda: not away(reader), within=20)
            hold(reader)
            server.stop(signal.SIGQUIT)
            assert isinstance(reader.live(ID), Live)
            server.start()
    finally:
        ended.set()
        writer.join()
    until(lambda: works(store) and works(reader), within=20)
    numbers = [revision.number for revision in reversed(store.history("busy"))]
    assert set(acknowledged) <= set(numbers)
    assert numbers == list(range(1, len(numbers) + 1))


def processes(server: postgres.Server) -> list[int]:
    assert server.process
    first = server.process.pid
    return [first, *children(first)]


def test_a_frozen_server_holds_no_reader_up(
    server: postgres.Server, open_it: Callable[..., Store]
) -> None:
    store = open_it()
    published(store)
    hold(store)
    frozen = processes(server)
    for each in frozen:
        os.kill(each, signal.SIGSTOP)
    try:
        assert max(took(lambda: store.live(ID)) for _ in range(3)) < PATIENCE
        until(lambda: away(store), within=10)
        assert took(lambda: [store.live(ID) for _ in range(100)]) < 0.5
        with pytest.raises(StoreUnavailable):
            store.live("none")
    finally:
        for each in frozen:
            os.kill(each, signal.SIGCONT)
    until(lambda: works(store), within=30)


def test_a_way_that_is_cut_without_a_word_is_noticed(
    url: str, open_it: Callable[..., Store]
) -> None:
    relay = Relay(url)
    store, other = open_it(relay.url), open_it()
    published(store)
    hold(store)
    relay.passing.clear()
    until(lambda: away(store), within=10)
    assert isinstance(store.live(ID), Live)
    other.withdraw(ID, actor="ana")
    relay.passing.set()
    until(lambda: not isinstance(store.live(ID), Live), within=20)
    until(lambda: can_save(store), within=20)
    relay.close()


def can_save(store: Store) -> bool:
    try:
        store.save(entry("another"), actor="ana")
    except StoreUnavailable:
        return False
    return True


def test_a_change_that_is_in_doubt_is_told_as_one_that_may_have_been_made(
    url: str, open_it: Callable[..., Store]
) -> None:
    relay = Relay(url)
    notified: list[int] = []
    store = open_store(relay.url, rules, lambda it: notified.append(it.number))
    published(store)
    hold(store)
    relay.last_words = b"COMMIT"
    with pytest.raises(StoreUnavailable, match="may or may not have been saved"):
        store.withdraw(ID, actor="ana")
    relay.last_words = b""
    assert notified == [1, 2, 3]  # caches in front are told rather for nothing than not at all
    other = open_it()
    until(lambda: other.head(ID) == 3, within=10)
    until(lambda: not isinstance(store.live(ID), Live), within=10)
    store.close()
    relay.close()


def test_the_service_is_ready_only_while_the_database_answers(
    server: postgres.Server, open_it: Callable[..., Store], tmp_path: Path
) -> None:
    store = open_it()
    app = create_app(Settings(), store, open_accounts(f"dir:{tmp_path / 'accounts'}"))
    client = app.test_client()
    published(store)
    hold(store)
    assert client.get("/readyz").status_code == 200
    server.stop()
    try:
        until(lambda: client.get("/readyz").status_code == 503, within=10)
        until(lambda: away(store), within=10)
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200
        assert client.get(f"/panel/{ID}").status_code == 200
        assert client.get("/panel/none").status_code == 503
    finally:
        server.start()
    until(lambda: client.get("/readyz").status_code == 200, within=20)
    assert client.get("/panel/none").status_code == 404


def test_connections_that_the_server_closed_meanwhile_cost_nobody_an_answer(
    url: str, open_it: Callable[..., Store]
) -> None:
    store = open_it()
    store.save(entry(), actor="ana")
    database = open_database(url)
    with ExitStack() as stack:
        for _ in range(5):  # so many are in the pool then
            stack.enter_context(database.reading())
    end = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = %s"
    with psycopg.connect(url) as other:
        ended = other.execute(end, ("insights",)).fetchall()
    assert len(ended) >= 5
    store.publish(ID, actor="ana")
    assert isinstance(store.live(ID), Live)
    release(database)


def test_a_database_that_can_only_be_read_says_so(url: str, open_it: Callable[..., Store]) -> None:
    store = open_it()
    published(store)
    with psycopg.connect(url, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    until(lambda: "read-only" in refusal(store), within=10)
    until(lambda: isinstance(store.live(ID), Live), within=10)


def refusal(store: Store) -> str:
    try:
        store.save(entry(), actor="ana")
    except InsightsError as error:
        return str(error)
    return ""


def test_a_server_that_is_not_there_is_said_without_its_password() -> None:
    url = "postgresql://ana:s3cret@127.0.0.1:1/news?password=s3cret2"
    with pytest.raises(StoreUnavailable) as caught:
        open_store(url, rules)
    assert "127.0.0.1" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_what_was_held_before_a_short_return_is_served_for_as_long_as_before_it(
    server: postgres.Server, open_it: Callable[..., Store]
) -> None:
    """Back for a moment: nothing that was held is sure any more, and nothing is lost either."""
    store = open_it(stale_seconds=20)
    assert isinstance(store, PostgresStore)
    published(store)
    hold(store)
    looked = store._cache.polled
    store._cache.confirm(time.monotonic(), None)
    assert store._cache.get(store._cache.entries, ID) is UNKNOWN
    server.stop()
    try:
        until(lambda: away(store), within=10)
        assert isinstance(store.live(ID), Live)
        assert store.find(URL) == ID
        store._cache.entries.unconfirmed[ID] = store.live(ID), looked - 20
        with pytest.raises(StoreUnavailable):
            store.live(ID)
    finally:
        server.start()
