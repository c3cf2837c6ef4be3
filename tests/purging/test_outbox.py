"""What every purge outbox promises."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from widget.errors import InvalidSettings
from widget.purging.jobs import PurgeOutbox, new_job
from widget.purging.outbox import open_outbox
from widget.purging.postgres_outbox import PostgresOutbox
from widget.storage.lock import Busy
from widget.storage.postgres import Database

pytestmark = pytest.mark.unit

Opener = Callable[[], PurgeOutbox]


@pytest.fixture(params=["dir", "postgres", "pooler"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens the outbox as another process does."""
    if request.param == "dir":
        yield lambda: open_outbox(f"dir:{tmp_path / 'data'}")
        return
    url = request.getfixturevalue("database_url" if request.param == "postgres" else "pooled_url")
    with ExitStack() as stack:

        def open_() -> PurgeOutbox:
            database = Database(url)
            stack.callback(database.close)
            return PostgresOutbox(database)

        yield open_


@pytest.fixture
def outbox(opened: Opener) -> PurgeOutbox:
    return opened()


def test_a_job_is_pending_for_every_process_until_it_is_completed(
    opened: Opener, outbox: PurgeOutbox
) -> None:
    job = new_job("ferry-fares", "withdraw", ("entry-ferry-fares", "url-1"))
    outbox.add(job)
    assert opened().pending() == [job]
    outbox.complete(job)
    assert opened().pending() == []


def test_the_oldest_job_comes_first(outbox: PurgeOutbox) -> None:
    jobs = [new_job(f"e{number}", "publish", (f"entry-e{number}",)) for number in range(3)]
    for job in reversed(jobs):
        outbox.add(job)
    assert outbox.pending() == jobs


def test_the_state_of_a_job_is_stored(outbox: PurgeOutbox) -> None:
    job = new_job("ferry-fares", "publish", ("entry-ferry-fares",))
    outbox.add(job)
    tried = replace(job, tries=3, trouble="Varnish refuses the connection", due=job.at + 4)
    outbox.update(tried)
    assert outbox.pending() == [tried]
    assert outbox.latest("ferry-fares") == tried


def test_an_update_reopens_no_completed_job(outbox: PurgeOutbox) -> None:
    job = new_job("ferry-fares", "publish", ("entry-ferry-fares",))
    outbox.add(job)
    outbox.complete(job)
    outbox.update(replace(job, tries=1))
    assert outbox.pending() == []
    assert outbox.latest("ferry-fares") == job


def test_the_newest_job_of_an_entry_is_the_latest(outbox: PurgeOutbox) -> None:
    assert outbox.latest("ferry-fares") is None
    older = new_job("ferry-fares", "publish", ("entry-ferry-fares",))
    newer = new_job("ferry-fares", "withdraw", ("entry-ferry-fares",))
    other = new_job("fish-market", "publish", ("entry-fish-market",))
    for job in (older, newer, other):
        outbox.add(job)
    assert outbox.latest("ferry-fares") == newer
    done = replace(newer, confirmed=0.4)
    outbox.complete(done)
    # The older one is confirmed last: it is not what happened last.
    outbox.complete(replace(older, confirmed=1.4))
    assert outbox.latest("ferry-fares") == done
    assert outbox.latest("../accounts") is None


def test_old_completed_jobs_are_pruned_and_pending_ones_are_not(
    outbox: PurgeOutbox,
) -> None:
    done = new_job("ferry-fares", "publish", ("entry-ferry-fares",))
    waiting = new_job("fish-market", "publish", ("entry-fish-market",))
    for job in (done, waiting):
        outbox.add(job)
    outbox.complete(done)
    outbox.prune(time.time() - 60)
    assert outbox.latest("ferry-fares") == done
    outbox.prune(time.time() + 60)
    assert outbox.latest("ferry-fares") is None
    assert outbox.pending() == [waiting]


def test_one_process_holds_the_lease(opened: Opener, outbox: PurgeOutbox) -> None:
    other = opened()
    with outbox.lease() as is_leading:
        with pytest.raises(Busy), other.lease():
            raise AssertionError("two hold the lease")
        assert is_leading()
    with other.lease():
        pass


def test_a_purge_of_everything_is_deleted_once_it_is_completed(outbox: PurgeOutbox) -> None:
    job = new_job("", "start", ("insights",))
    outbox.add(job)
    outbox.complete(job)
    outbox.complete(job)
    assert outbox.pending() == []
    assert outbox.latest("") is None


def test_a_store_without_an_outbox_is_named() -> None:
    with pytest.raises(InvalidSettings, match="'elsewhere://host/name' names no store"):
        open_outbox("elsewhere://host/name")


def test_a_file_that_is_not_a_job_hides_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    outbox = open_outbox(f"dir:{tmp_path}")
    job = new_job("ferry-fares", "publish", ("entry-ferry-fares",))
    outbox.add(job)
    (tmp_path / "purges" / "broken.json").write_text("{")
    assert outbox.pending() == [job]
    assert "broken.json is not a purge job" in caplog.text
