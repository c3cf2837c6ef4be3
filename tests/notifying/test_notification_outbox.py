"""What every outbox of notifications promises."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from notifying_support import settings_for
from test_notification_records import event

from widget.errors import NotFound
from widget.notifying import Notifications
from widget.notifying.outbox import open_outbox
from widget.notifying.postgres_outbox import PostgresOutbox
from widget.notifying.protocol import DamagedRecord, NotificationOutbox
from widget.notifying.record import EntryRecord, existing
from widget.storage.lock import Busy
from widget.storage.postgres import Database

Opener = Callable[[], NotificationOutbox]
ID = "night-trains"


@pytest.fixture(
    params=[
        pytest.param("dir", marks=pytest.mark.unit),
        pytest.param("postgres", marks=pytest.mark.database),
        pytest.param("pooler", marks=pytest.mark.database),
    ]
)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens the outbox as another process does."""
    if request.param == "dir":
        yield lambda: open_outbox(f"dir:{tmp_path / 'data'}")
        return
    url = request.getfixturevalue("database_url" if request.param == "postgres" else "pooled_url")
    with ExitStack() as stack:

        def open_() -> NotificationOutbox:
            database = Database(url)
            stack.callback(database.close)
            return PostgresOutbox(database)

        yield open_


@pytest.fixture
def outbox(opened: Opener) -> NotificationOutbox:
    return opened()


def add(outbox: NotificationOutbox, entry_id: str, revision: int) -> EntryRecord:
    def change(record: EntryRecord | None) -> EntryRecord:
        return (record or EntryRecord(read=0)).extended(revision, [(event(revision), ("hook",))])

    return outbox.update(entry_id, change)


def end(outbox: NotificationOutbox, entry_id: str, *, confirmed: bool) -> None:
    def change(record: EntryRecord | None) -> EntryRecord:
        found = existing(record)
        due = found.due("hook", time.time())
        assert due
        if confirmed:
            return found.confirmed(due.delivery.id, time.time())
        return found.refused(due.delivery.id, time.time(), "status 410", final=True)

    outbox.update(entry_id, change)


def test_a_record_is_there_for_every_process(opened: Opener, outbox: NotificationOutbox) -> None:
    assert outbox.get(ID) is None
    record = add(outbox, ID, 1)
    assert opened().get(ID) == record
    assert opened().pending() == [(ID, record)]
    assert opened().recent(10) == [(ID, record)]
    assert opened().failed() == []


def test_what_is_pending_and_what_failed_is_found(
    opened: Opener, outbox: NotificationOutbox, tmp_path: Path
) -> None:
    other = opened()
    for entry_id in ("a", "b", "c"):
        add(outbox, entry_id, 1)
    for path in tmp_path.rglob("entries/*.json"):
        os.utime(path, (0, 0))  # else all may have changed within one tick of the clock
    end(outbox, "a", confirmed=True)
    end(outbox, "b", confirmed=False)
    assert [it for it, _ in other.pending()] == ["c"]
    assert [it for it, _ in other.failed()] == ["b"]
    assert [it for it, _ in other.recent(2)] == ["b", "a"]
    assert Notifications(other).retry() == 1
    assert [it for it, _ in outbox.pending()] == ["b", "c"]
    assert outbox.failed() == []
    end(outbox, "b", confirmed=True)
    assert [it for it, _ in other.pending()] == ["c"]


def test_changes_at_once_follow_one_another(opened: Opener) -> None:
    outboxes = [opened() for _ in range(4)]

    def count(outbox: NotificationOutbox) -> None:
        for _ in range(10):
            outbox.update(ID, lambda it: EntryRecord(read=it.read + 1 if it else 1))

    with ThreadPoolExecutor() as pool:
        list(pool.map(count, outboxes))
    assert outboxes[0].get(ID) == EntryRecord(read=40)


def test_a_change_that_raises_leaves_everything_as_it_was(outbox: NotificationOutbox) -> None:
    def refuse(record: EntryRecord | None) -> EntryRecord:
        raise NotFound(str(record))

    with pytest.raises(NotFound, match="None"):
        outbox.update(ID, refuse)
    assert outbox.get(ID) is None
    record = add(outbox, ID, 1)
    with pytest.raises(NotFound):
        outbox.update(ID, refuse)
    assert outbox.get(ID) == record


def test_the_beginning_stays(opened: Opener, outbox: NotificationOutbox) -> None:
    before = time.time()
    began = outbox.begin()
    assert before <= began <= time.time()
    assert opened().begin() == outbox.begin() == began


def test_one_process_holds_the_lease(opened: Opener, outbox: NotificationOutbox) -> None:
    other = opened()
    with outbox.lease() as is_held:
        with pytest.raises(Busy), other.lease():
            raise AssertionError("two hold the lease")
        assert is_held()
    with other.lease():
        pass


def test_a_retry_of_what_is_not_recorded_is_refused(outbox: NotificationOutbox) -> None:
    with pytest.raises(NotFound, match="'night-trains'"):
        Notifications(outbox).retry(ID)
    assert Notifications(outbox).retry() == 0


@pytest.mark.unit
def test_a_file_that_is_no_record_hides_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    outbox = open_outbox(f"dir:{tmp_path}")
    record = add(outbox, "other", 1)
    add(outbox, ID, 1)
    (tmp_path / "notifications" / "entries" / f"{ID}.json").write_text('{"read": "x"}')
    assert outbox.pending() == [("other", record)]
    assert f"{ID}.json is not a record" in caplog.text
    with pytest.raises(DamagedRecord):
        add(outbox, ID, 2)


@pytest.mark.database
def test_a_row_that_is_no_record_hides_no_other(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    database = Database(database_url)
    outbox = PostgresOutbox(database)
    record = add(outbox, "other", 1)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO notification (entry_id, pending, document) VALUES (%s, true, %s)",
            (ID, json.dumps([])),
        )
    assert outbox.pending() == [("other", record)]
    assert "'night-trains' of table notification" in caplog.text
    database.close()


@pytest.mark.unit
def test_nothing_of_the_outbox_is_readable_for_others(tmp_path: Path) -> None:
    add(open_outbox(settings_for(f"dir:{tmp_path}").store), ID, 1)
    files = [it for it in (tmp_path / "notifications").rglob("*") if it.is_file()]
    assert len(files) >= 3
    assert {oct(it.stat().st_mode & 0o077) for it in files} == {"0o0"}
