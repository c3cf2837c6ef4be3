"""The purge leader of all machines, and what happens to purges without it."""

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
from widget.purging.jobs import new_job
from widget.purging.outbox import open_outbox
from widget.purging.postgres_outbox import PostgresOutbox
from widget.storage.lock import Busy
from widget.storage.postgres import Database, lease, open_database, release

pytestmark = pytest.mark.database


@pytest.fixture
def outbox(database_url: str) -> Iterator[PostgresOutbox]:
    database = Database(database_url)
    yield PostgresOutbox(database)
    database.close()


@pytest.fixture
def pooled(pooled_url: str) -> Iterator[PostgresOutbox]:
    database = Database(pooled_url)
    yield PostgresOutbox(database)
    database.close()


def free(outbox: PostgresOutbox) -> bool:
    try:
        with outbox.lease():
            return True
    except (Busy, StoreUnavailable):
        return False


def test_the_lease_passes_on_when_its_holder_is_killed(
    database_url: str, outbox: PostgresOutbox
) -> None:
    script = (
        "import sys\n"
        "from widget.purging.outbox import open_outbox\n"
        "with open_outbox(sys.argv[1]).lease() as still:\n"
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
        assert not free(outbox)
        child.send_signal(signal.SIGKILL)
        child.wait(timeout=20)
    until(lambda: free(outbox), 30)


def test_a_leader_that_loses_its_connection_loses_the_lease_and_notices(
    database_url: str, outbox: PostgresOutbox
) -> None:
    with outbox.lease() as is_leading:
        assert is_leading()
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            )
        assert not is_leading()
        until(lambda: free(outbox), 30)
        assert not is_leading()


def test_through_a_pooler_there_is_one_leader_too(
    outbox: PostgresOutbox, pooled: PostgresOutbox
) -> None:
    """Whichever of the server's connections others get, and give back, meanwhile."""
    with pooled.lease() as is_leading:
        for _ in range(3):
            assert pooled.pending() == []
            assert not free(outbox)
            assert not free(pooled)
            assert is_leading()
    assert free(outbox)


def test_a_leader_renews_its_transaction_and_stays_the_only_one(
    database_url: str, outbox: PostgresOutbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "RENEW_SECONDS", 0)
    received = (
        "SELECT xact_start FROM pg_stat_activity JOIN pg_locks USING (pid)"
        " WHERE locktype = 'advisory' AND datname = current_database()"
    )
    with psycopg.connect(database_url, autocommit=True) as connection, outbox.lease() as is_leading:
        begun = connection.execute(received).fetchall()
        assert is_leading()
        renewed = connection.execute(received).fetchall()
        assert len(begun) == len(renewed) == 1
        assert begun != renewed
        assert not free(outbox)
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
        )
        assert not is_leading()


def test_a_leader_that_is_cut_off_notices(database_url: str) -> None:
    relay = Relay(database_url)
    database = Database(relay.url)
    try:
        with PostgresOutbox(database).lease() as is_leading:
            assert is_leading()
            relay.passing.clear()
            assert not is_leading()
    finally:
        relay.close()
        database.close()


def test_waiting_for_the_lease_opens_no_connection(
    database_url: str, outbox: PostgresOutbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Database(database_url)
    try:
        monkeypatch.setattr(other, "dedicated", None)
        with outbox.lease(), pytest.raises(Busy), PostgresOutbox(other).lease():
            raise AssertionError("two hold the lease")
    finally:
        other.close()


def test_an_update_is_written_beside_what_it_replaces(
    database_url: str, outbox: PostgresOutbox
) -> None:
    job = new_job("ferry-fares", "publish", ("entry-ferry-fares",))
    outbox.add(job)
    for _ in range(5):
        outbox.update(job)
    outbox.database.close()  # whoever goes says what it did

    def counted() -> bool:
        with psycopg.connect(database_url, autocommit=True) as connection:
            found = connection.execute(
                "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'purge'"
            ).fetchone()
        return found == (5, 5)

    until(counted)


def test_a_row_that_is_not_a_job_hides_no_other(
    database_url: str, outbox: PostgresOutbox, caplog: pytest.LogCaptureFixture
) -> None:
    job = new_job("ferry-fares", "publish", ("entry-ferry-fares",))
    outbox.add(job)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("INSERT INTO purge VALUES ('broken', 'ferry-fares', 0, true, '[]')")
    assert outbox.pending() == [job]
    assert "'broken' of table purge is not a purge job" in caplog.text


def test_an_outbox_is_opened_by_the_url_of_a_database_and_reports_that_it_is_away() -> None:
    with ExitStack() as stack:
        server = stack.enter_context(postgres.server())
        release(open_database(server.url, create=True))
        outbox = open_outbox(server.url)
        assert isinstance(outbox, PostgresOutbox)
        stack.callback(release, outbox.database)
        job = new_job("ferry-fares", "publish", ("entry-ferry-fares",))
        outbox.add(job)
        server.stop()
        calls: tuple[Callable[[], object], ...] = (
            outbox.pending,
            lambda: outbox.update(job),
            lambda: outbox.latest("ferry-fares"),
            lambda: outbox.lease().__enter__(),
        )
        for call in calls:
            with pytest.raises(StoreUnavailable):
                call()
        server.start()
        until(lambda: free(outbox))

        def back() -> bool:
            try:
                return outbox.pending() == [job]
            except StoreUnavailable:
                return False

        until(back)
