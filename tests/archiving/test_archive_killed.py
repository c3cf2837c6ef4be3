"""A process that is killed at any step of archiving loses no copy, and makes none twice."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from samples import sample_entry
from save_page_now import TIMESTAMP, FakeArchive

from widget.app import rules
from widget.config import Settings
from widget.editorial.annotating import Annotating
from widget.sources.archiving.queue import ArchiveQueue, Place
from widget.sources.archiving.save_page_now import SavePageNow
from widget.sources.archiving.worker import CopyRecorder
from widget.sources.record import EntrySources, SourceCheck, SourceRecord, source_records
from widget.storage.documents import Documents
from widget.store import Live, Store, open_store, source_key

pytestmark = pytest.mark.process

CHILD = Path(__file__).with_name("archive_child.py")
ID = "night-trains"
NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)
LATER = datetime(2028, 1, 1, tzinfo=UTC)
SOURCE = sample_entry().sources[0]


@pytest.fixture
def settings(settings: Settings, store_url: str) -> Settings:
    return settings.model_copy(update={"store": store_url})


@pytest.fixture
def live(settings: Settings, documents: Documents) -> Iterator[Store]:
    """Return a store with a live entry, whose first source was checked."""
    store = open_store(settings.store, rules(settings))
    store.save(sample_entry(), actor="ana")
    store.publish(ID, actor="ana")
    check = SourceCheck(at=NOW, answer="ok", quote="found", sha256="a")
    record = SourceRecord(key=source_key(SOURCE), url=SOURCE.url, checks=(check,))
    source_records(documents).put(ID, EntrySources(sources=(record,), checked_at=NOW))
    yield store
    store.close()


def shown_copy(store: Store) -> str | None:
    store.poll()
    live = store.live(ID)
    assert isinstance(live, Live)
    found = live.annotations.of_source(SOURCE)
    return found.archive_url if found else None


@pytest.mark.parametrize("stage", ["asked", "captured", "copied", "recorded"])
def test_a_killed_process_loses_no_copy_and_makes_none_twice(
    stage: str, live: Store, documents: Documents, archive: FakeArchive, archiver: SavePageNow,
    settings: Settings,
) -> None:  # fmt: skip
    queue = ArchiveQueue(documents)
    queue.want(SOURCE.url, Place(entry=ID, source=source_key(SOURCE)), sha256="a", now=NOW)
    command = [sys.executable, str(CHILD), settings.store, archive.url, stage]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == f"{stage}\n"
        child.kill()
    recorder = CopyRecorder(documents, Annotating(live))
    for minute in range(3):
        queue.carry_out(archiver, recorder.record, now=LATER + timedelta(minutes=minute))
    copy = f"{archive.url}/web/{TIMESTAMP}/{SOURCE.url}"
    assert archive.captures == [SOURCE.url]
    assert shown_copy(live) == copy
    found = source_records(documents).get(ID)
    assert found
    newest = found.sources[0].newest
    assert newest
    assert newest.archive_url == copy
    assert [it.action for it in live.history(ID)].count("annotate") == 1
    order = queue.order_of(SOURCE.url)
    assert order
    assert order.state == "done"


def test_a_copy_of_what_is_not_live_any_more_is_shown_nowhere(
    live: Store, documents: Documents
) -> None:
    live.withdraw(ID, actor="ana", legal=True)
    recorder = CopyRecorder(documents, Annotating(live))
    recorder.record(Place(entry=ID, source=source_key(SOURCE)), "https://archive.example/1")
    assert live.history(ID)[0].action == "withdraw"
