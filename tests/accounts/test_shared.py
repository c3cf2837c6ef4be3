"""What accounts in a database promise beside: many machines, a server that goes away."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import TypeVar

import postgres
import pytest
from accounts_support import HERE, PASSWORD, QUICK, Clock, DatabasePlace, child, wrong
from relay import Relay
from running import until

from widget.accounts.expiring_store import handle_of
from widget.accounts.postgres import PostgresAccounts, PostgresExpiringStore
from widget.errors import Denied, StoreUnavailable
from widget.storage.postgres import Database

T = TypeVar("T")


@pytest.fixture
def place(database_url: str) -> Iterator[DatabasePlace]:
    place = DatabasePlace(database_url)
    yield place
    place.close()


def at_once(calls: list[Callable[[], T]]) -> list[T]:
    """Make all calls at the same moment, and return what they returned."""
    barrier = threading.Barrier(len(calls))
    found: list[T] = []

    def run(call: Callable[[], T]) -> None:
        barrier.wait()
        found.append(call())

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.database
def test_of_two_machines_that_redeem_a_link_at_once_one_has_it(place: DatabasePlace) -> None:
    both = [place.open() for _ in range(2)]
    ana = both[0].add_user("ana", "editor", PASSWORD)
    for _ in range(20):
        secret = both[0].sign_in_link(ana)
        found = at_once([partial(each.redeem_sign_in, secret) for each in both * 2])
        assert [user.name for user in found if user] == ["ana"]


@pytest.mark.database
def test_of_two_machines_that_redeem_a_password_link_at_once_one_sets_it(
    place: DatabasePlace,
) -> None:
    both = [place.open() for _ in range(2)]
    secret = both[0].password_link(both[0].add_user("ana", "editor"))
    words = ["a first long password", "a second long password"]
    found = at_once(
        [
            partial(each.redeem_password_link, secret, word)
            for each, word in zip(both, words, strict=True)
        ]
    )
    assert len([user for user in found if user]) == 1
    let_in = []
    for word in words:
        with suppress(Denied):
            let_in.append(both[0].authenticate("ana", word, address=HERE).name)
    assert let_in == ["ana"]


@pytest.mark.database
def test_a_limit_is_exact_over_all_machines(place: DatabasePlace, clock: Clock) -> None:
    both = [place.open(clock) for _ in range(2)]

    def hits(accounts: PostgresAccounts) -> int:
        reported = [accounts.hit("k", limit=30, seconds=60) for _ in range(10)]
        return reported.count(None)

    passed = at_once([partial(hits, each) for each in both * 3])
    assert sum(passed) == 30


@pytest.mark.database
def test_of_many_tries_on_two_machines_only_the_free_ones_are_compared(
    place: DatabasePlace, clock: Clock
) -> None:
    both = [place.open(clock) for _ in range(2)]
    waits = at_once([partial(wrong, each) for each in both * 6])
    assert sorted(waits) == [0] * 5 + [1] * 7


@pytest.mark.database
def test_who_is_read_waits_for_nobody_and_who_is_held_for_no_other(
    place: DatabasePlace, clock: Clock
) -> None:
    accounts, other = place.open(clock), place.open(clock)
    ana = accounts.add_user("ana", "editor", PASSWORD)
    session_id = accounts.open_session(ana)
    held = [handle_of("session", session_id), handle_of("rate", "a")]
    with accounts._expiring.lock(*held), accounts._repository.transaction():
        assert other.session(session_id)
        assert other.hit("b", limit=1, seconds=60) is None
        other.remember("key", {}, 60)
        assert other.sessions("ana")


@pytest.mark.database
def test_who_holds_two_things_in_another_order_is_waited_for(place: DatabasePlace) -> None:
    spools = [PostgresExpiringStore(Database(place.url), Clock()) for _ in range(2)]
    one, two = handle_of("throttle", "one"), handle_of("throttle", "two")

    def hold(spool: PostgresExpiringStore, *places: str) -> bool:
        for _ in range(25):
            with spool.lock(*places) as held:
                stored = held.read("throttle", "one") or {"n": 0}
                held.write("throttle", "one", {"n": stored["n"] + 1}, seconds=60)
        return True

    try:
        assert at_once(
            [partial(hold, spools[0], one, two), partial(hold, spools[1], two, one)]
        ) == [
            True,
            True,
        ]
        assert spools[0].read("throttle", "one") == {"n": 50}
    finally:
        for spool in spools:
            spool._database.close()


@pytest.mark.database
def test_what_is_held_is_let_go_of_when_its_holder_is_killed(place: DatabasePlace) -> None:
    accounts = place.open()
    ana = accounts.add_user("ana", "editor", PASSWORD)
    session_id = accounts.open_session(ana)
    script = (
        "import sys, time\n"
        "from widget.accounts import open_accounts\n"
        "from widget.accounts.expiring_store import handle_of\n"
        "a = open_accounts(sys.argv[1])\n"
        "with a._repository.transaction(), a._expiring.lock(handle_of('session', sys.argv[2])):\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with child(script, place.url, session_id) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        other.send_signal(signal.SIGKILL)
        other.wait(timeout=20)
    accounts.set_role("ana", "publisher")
    accounts.close_session(session_id)
    assert accounts.session(session_id) is None


@pytest.mark.process
def test_while_the_server_is_away_that_is_said_and_afterwards_all_goes_on() -> None:
    with postgres.server() as server:
        database = Database(server.url)
        try:
            database.prepare()
            accounts = PostgresAccounts(database, passwords=QUICK)
            ana = accounts.add_user("ana", "editor", PASSWORD)
            session_id = accounts.open_session(ana)
            accounts.remember("key", {"status": 201}, 3600)
            server.stop()
            for call in (
                accounts.users,
                lambda: accounts.session(session_id),
                lambda: accounts.hit("k", limit=1, seconds=60),
                lambda: accounts.authenticate("ana", PASSWORD, address=HERE),
                lambda: accounts.set_role("ana", "admin"),
            ):
                with pytest.raises(StoreUnavailable) as caught:
                    call()
                assert "Traceback" not in str(caught.value)
            server.start()

            until(lambda: is_open(accounts, session_id))
            assert accounts.recall("key") == {"status": 201}
            assert accounts.authenticate("ana", PASSWORD, address=HERE)
        finally:
            database.close()


@pytest.mark.database
def test_who_waits_for_a_database_that_gives_no_answer_is_told_soon(place: DatabasePlace) -> None:
    relay = Relay(place.url)
    database = Database(relay.url)
    try:
        accounts = PostgresAccounts(database, passwords=QUICK)
        session_id = accounts.open_session(accounts.add_user("ana", "editor", PASSWORD))
        relay.passing.clear()
        began = time.monotonic()
        with pytest.raises(StoreUnavailable):
            accounts.session(session_id)
        assert time.monotonic() - began < 10
        relay.passing.set()
        until(lambda: is_open(accounts, session_id))
    finally:
        relay.close()
        database.close()


def is_open(accounts: PostgresAccounts, session_id: str) -> bool:
    try:
        return accounts.session(session_id) is not None
    except StoreUnavailable:
        return False
