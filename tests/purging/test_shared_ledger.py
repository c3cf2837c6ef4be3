"""The one that looks after the purges of all machines, and what becomes of them without it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import postgres
import psycopg
import pytest
from relay import Relay
from running import until
from samples import ROOT

from widget.errors import StoreUnavailable
from widget.purging import postgres_outbox as purging
from widget.purging.jobs import new_order
from widget.purging.outbox import open_ledger
from widget.purging.postgres_outbox import DatabaseLedger
from widget.storage.lock import Busy
from widget.storage.postgres import Database, open_database, release


@pytest.fixture
def ledger(database_url: str) -> Iterator[DatabaseLedger]:
    database = Database(database_url)
    yield DatabaseLedger(database)
    database.close()


@pytest.fixture
def pooled(pooled_url: str) -> Iterator[DatabaseLedger]:
    database = Database(pooled_url)
    yield DatabaseLedger(database)
    database.close()


def free(ledger: DatabaseLedger) -> bool:
    try:
        with ledger.keeping():
            return True
    except (Busy, StoreUnavailable):
        return False


def test_the_keepers_place_passes_on_when_its_holder_is_killed(
    database_url: str, ledger: DatabaseLedger
) -> None:
    script = (
        "import sys\n"
        "from widget.purging.outbox import open_ledger\n"
        "with open_ledger(sys.argv[1]).keeping() as still:\n"
        "    print(still(), flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, database_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == "True\n"
        assert not free(ledger)
        child.send_signal(signal.SIGKILL)
        child.wait(timeout=20)
    until(lambda: free(ledger), 30)


def test_who_loses_the_connection_is_the_keeper_no_more_and_notices(
    database_url: str, ledger: DatabaseLedger
) -> None:
    with ledger.keeping() as still:
        assert still()
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            )
        assert not still()
        until(lambda: free(ledger), 30)
        assert not still()


def test_through_a_pooler_there_is_one_keeper_too(
    ledger: DatabaseLedger, pooled: DatabaseLedger
) -> None:
    """Whichever of the server's connections others get, and give back, meanwhile."""
    with pooled.keeping() as still:
        for _ in range(3):
            assert pooled.pending() == []
            assert not free(ledger)
            assert not free(pooled)
            assert still()
    assert free(ledger)


def test_a_keeper_renews_its_transaction_and_stays_the_only_one(
    database_url: str, ledger: DatabaseLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "RENEW_SECONDS", 0)
    asked = (
        "SELECT xact_start FROM pg_stat_activity JOIN pg_locks USING (pid)"
        " WHERE locktype = 'advisory' AND datname = current_database()"
    )
    with psycopg.connect(database_url, autocommit=True) as connection, ledger.keeping() as still:
        begun = connection.execute(asked).fetchall()
        assert still()
        renewed = connection.execute(asked).fetchall()
        assert len(begun) == len(renewed) == 1
        assert begun != renewed
        assert not free(ledger)
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
        )
        assert not still()


def test_a_keeper_that_is_cut_off_notices(database_url: str) -> None:
    relay = Relay(database_url)
    database = Database(relay.url)
    try:
        with DatabaseLedger(database).keeping() as still:
            assert still()
            relay.passing.clear()
            assert not still()
    finally:
        relay.close()
        database.close()


def test_who_waits_to_be_the_keeper_opens_no_connection_for_it(
    database_url: str, ledger: DatabaseLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Database(database_url)
    try:
        monkeypatch.setattr(other, "dedicated", None)
        with ledger.keeping(), pytest.raises(Busy), DatabaseLedger(other).keeping():
            raise AssertionError("two look after them")
    finally:
        other.close()


def test_a_note_is_written_beside_what_it_replaces(
    database_url: str, ledger: DatabaseLedger
) -> None:
    order = new_order("ferry-fares", "publish", ("entry-ferry-fares",))
    ledger.add(order)
    for _ in range(5):
        ledger.note(order)
    ledger.database.close()  # whoever goes says what it did

    def counted() -> bool:
        with psycopg.connect(database_url, autocommit=True) as connection:
            found = connection.execute(
                "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'purge'"
            ).fetchone()
        return found == (5, 5)

    until(counted)


def test_a_row_that_is_no_order_hides_no_other(
    database_url: str, ledger: DatabaseLedger, caplog: pytest.LogCaptureFixture
) -> None:
    order = new_order("ferry-fares", "publish", ("entry-ferry-fares",))
    ledger.add(order)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("INSERT INTO purge VALUES ('broken', 'ferry-fares', 0, true, '[]')")
    assert ledger.pending() == [order]
    assert "'broken' of purge is no order" in caplog.text


def test_a_ledger_is_opened_by_the_url_of_a_database_and_says_that_it_is_away() -> None:
    with ExitStack() as stack:
        server = stack.enter_context(postgres.server())
        release(open_database(server.url, create=True))
        ledger = open_ledger(server.url)
        assert isinstance(ledger, DatabaseLedger)
        stack.callback(release, ledger.database)
        order = new_order("ferry-fares", "publish", ("entry-ferry-fares",))
        ledger.add(order)
        server.stop()
        calls: tuple[Callable[[], object], ...] = (
            ledger.pending,
            lambda: ledger.note(order),
            lambda: ledger.latest("ferry-fares"),
            lambda: ledger.keeping().__enter__(),
        )
        for call in calls:
            with pytest.raises(StoreUnavailable):
                call()
        server.start()
        until(lambda: free(ledger))

        def back() -> bool:
            try:
                return ledger.pending() == [order]
            except StoreUnavailable:
                return False

        until(back)
