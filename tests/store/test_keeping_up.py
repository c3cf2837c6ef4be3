"""What a process holds of a PostgreSQL database is never served for longer than promised."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import psycopg
import pytest
from relay import Relay
from store_support import entry, finish, rules, start_python, until

from widget.errors import StoreUnavailable
from widget.storage.postgres import open_database, release
from widget.store import Live, Query, Revision, Store, Withdrawn, open_store
from widget.store.postgres import PostgresStore, entry_tables

pytestmark = pytest.mark.database

ID = "ferry-fares"
URL = "https://harborcourier.example/opinion/ferry-fares"


@pytest.fixture
def writer(database_url: str) -> Iterator[Store]:
    store = open_store(database_url, rules)
    yield store
    store.close()


@pytest.fixture
def deaf(database_url: str) -> Iterator[Store]:
    """A store behind something that swallows every notification, as some poolers do."""
    relay = Relay(database_url, swallow=True)
    store = open_store(relay.url, rules)
    yield store
    store.close()
    relay.close()


@pytest.fixture
def reader(database_url: str) -> Iterator[PostgresStore]:
    """A store with connections of its own, as another process has them."""
    relay = Relay(database_url)
    store = open_store(relay.url, rules)
    assert isinstance(store, PostgresStore)
    yield store
    store.close()
    relay.close()


def published(store: Store, entry_id: str = ID, title: str = "Make the ferry free") -> None:
    store.save(entry(entry_id, title), actor="ana")
    store.publish(entry_id, actor="ana")


def title(store: Store, entry_id: str = ID) -> str:
    live = store.live(entry_id)
    return live.entry.article.title if isinstance(live, Live) else ""


def held(store: Store) -> bool:
    """Say whether the store answers from memory now, having asked it once."""
    assert isinstance(store, PostgresStore)
    store.live(ID)
    return store._cache.is_fresh() and ID in store._cache.entries.current


def test_a_withdrawal_elsewhere_is_heard_of_at_once(writer: Store, reader: PostgresStore) -> None:
    published(writer)
    until(lambda: held(reader), within=10)
    for number in range(5):
        published(writer, title=str(number))
        # Long before it would look by itself.
        until(lambda number=number: title(reader) == str(number), within=0.28)  # type: ignore[misc]  # called at once


def test_a_change_of_which_nobody_tells_is_served_within_a_second(
    writer: Store, deaf: Store
) -> None:
    published(writer)
    until(lambda: held(deaf), within=10)
    assert deaf.find("https://harborcourier.example/other") is None
    for number in range(3):
        published(writer, title=str(number))
        until(lambda number=number: title(deaf) == str(number))  # type: ignore[misc]  # called at once
    published(writer, "other")
    until(lambda: deaf.find("https://harborcourier.example/opinion/other") == "other")
    writer.withdraw(ID, actor="ana")
    until(lambda: isinstance(deaf.live(ID), Withdrawn))


def test_changes_that_are_committed_out_of_order_are_all_seen(
    database_url: str, writer: Store, deaf: Store
) -> None:
    published(writer)
    published(writer, "other")
    until(lambda: held(deaf), within=10)
    database = open_database(database_url)
    withdrawal = Revision(
        3, writer.history(ID)[0].at, "ana", "withdraw", "", writer.history(ID)[0].entry
    )
    with database.changing() as connection:
        # All but its line of the log: from there on all who publish wait for it.
        entry_tables._append(connection, entry_tables.lock(connection, ID), withdrawal)
        for number in range(3):  # later ones, which come first
            published(writer, "other", title=str(number))
            until(lambda number=number: title(deaf, "other") == str(number))  # type: ignore[misc]  # called at once
        assert title(deaf)
    until(lambda: isinstance(deaf.live(ID), Withdrawn))
    release(database)


def test_what_was_read_before_a_change_is_not_held_after_it(
    writer: Store, reader: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(writer, title="old")
    cache = reader._cache
    until(lambda: reader.live("none") is None and cache.is_fresh(), within=10)
    real = entry_tables.live

    def slow(connection: entry_tables.Connection, entry_id: str) -> Revision | None:
        found = real(connection, entry_id)
        monkeypatch.undo()
        before = cache.generation
        published(writer, title="new")
        until(lambda: cache.generation > before + 1, within=10)
        return found

    monkeypatch.setattr(entry_tables, "live", slow)
    assert title(reader) == "old"  # it was, when it was asked for
    assert title(reader) == "new"


def test_a_listener_whose_connection_is_ended_listens_again(
    database_url: str, writer: Store, reader: PostgresStore
) -> None:
    published(writer)
    until(lambda: held(reader), within=10)
    with psycopg.connect(database_url, autocommit=True) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
    assert len(ended) >= 2
    until(lambda: not_failing(writer), within=10)
    writer.withdraw(ID, actor="ana")
    until(lambda: isinstance(reader.live(ID), Withdrawn))
    published(writer, title="again")
    until(lambda: title(reader) == "again")


def not_failing(store: Store) -> bool:
    try:
        store.save(entry("another"), actor="ana")
    except StoreUnavailable:
        return False
    return True


def test_a_reader_is_answered_from_memory(writer: Store) -> None:
    published(writer)
    until(lambda: held(writer), within=10)
    assert isinstance(writer, PostgresStore)
    first = writer.live(ID)
    assert all(writer.live(ID) is first for _ in range(20)) or held(writer)


def test_of_two_processes_that_publish_the_same_addresses_one_wins_each(
    database_url: str, writer: Store
) -> None:
    script = (
        "import sys, store_support as s\n"
        "from widget.errors import InvalidEntry\n"
        "from widget.store import open_store\n"
        "store = open_store(sys.argv[1], s.rules)\n"
        "for number in range(20):\n"
        "    url = f'https://harborcourier.example/{number}'\n"
        "    name = f'{sys.argv[2]}-{number}'\n"
        "    store.save(s.entry(name, article={'url': url}), actor='ana')\n"
        "    try:\n"
        "        store.publish(name, actor='ana')\n"
        "        print(number)\n"
        "    except InvalidEntry as error:\n"
        "        assert error.breaches[0].path == '$.article.url', error\n"
        "store.close()\n"
    )
    processes = [start_python(script, database_url, name) for name in ("one", "two")]
    won = [number for process in processes for number in finish(process).split()]
    assert sorted(won, key=int) == [str(number) for number in range(20)]
    assert writer.counts(Query(state="live")).found == 20


def test_a_closed_store_leaves_no_thread_behind(database_url: str) -> None:
    before = set(threading.enumerate())
    store = open_store(database_url, rules)
    store.live(ID)
    store.close()
    assert set(threading.enumerate()) <= before
