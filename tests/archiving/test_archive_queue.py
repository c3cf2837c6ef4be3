"""What is to be archived, in both stores: when, in which order, and what failures do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from save_page_now import TIMESTAMP, FakeArchive, Refusal

from widget.sources.archiving.queue import ArchiveQueue, Place
from widget.sources.archiving.save_page_now import SavePageNow
from widget.storage.documents import Documents

pytestmark = pytest.mark.database

NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)
PAGE, OTHER = "https://statistics.example/trains", "https://courts.example/42"
PLACE = Place(entry="night-trains", source="1" * 32)


class Recorded:
    """What was recorded, and at which place."""

    def __init__(self) -> None:
        self.copies: list[tuple[str, str]] = []

    def __call__(self, place: Place, url: str) -> None:
        """Record a copy."""
        self.copies.append((place.entry, url))


@pytest.fixture
def queue(documents: Documents) -> ArchiveQueue:
    return ArchiveQueue(documents)


def want(
    queue: ArchiveQueue, url: str = PAGE, *, sha256: str = "a", now: datetime = NOW,
    place: Place = PLACE,
) -> str:  # fmt: skip
    return queue.want(url, place, sha256=sha256, now=now)


def carried_out(
    queue: ArchiveQueue, archiver: SavePageNow, *, start: datetime = NOW, hours: float = 1
) -> Recorded:
    """Carry out what is due, minute by minute."""
    recorded, now = Recorded(), start
    rest: datetime | None = None
    while now <= start + timedelta(hours=hours):
        if rest is None or rest <= now:
            rest = queue.carry_out(archiver, recorded, now=now)
        now += timedelta(minutes=1)
    return recorded


def test_a_source_is_archived_once_and_recorded_where_it_is_cited(
    queue: ArchiveQueue, archiver: SavePageNow, archive: FakeArchive
) -> None:
    other = Place(entry="letters", source="2" * 32)
    assert want(queue) == ""
    assert want(queue, place=other) == ""
    copy = f"{archive.url}/web/{TIMESTAMP}/{PAGE}"
    recorded = carried_out(queue, archiver)
    assert recorded.copies == [("night-trains", copy), ("letters", copy)]
    assert want(queue, sha256="b", now=NOW + timedelta(days=100)) == copy
    assert carried_out(queue, archiver, start=NOW + timedelta(days=100)).copies == []
    assert archive.captures == [PAGE]


def test_it_is_archived_again_when_it_changed_after_long(
    queue: ArchiveQueue, archiver: SavePageNow, archive: FakeArchive
) -> None:
    want(queue)
    first = carried_out(queue, archiver).copies
    late = NOW + timedelta(days=200)
    assert want(queue, now=late) == first[0][1]
    assert carried_out(queue, archiver, start=late).copies == [], "its bytes are the same"
    archive.jobs.clear()
    assert want(queue, sha256="b", now=late) == first[0][1], "the old copy, meanwhile"
    assert carried_out(queue, archiver, start=late).copies == first
    assert archive.captures == [PAGE, PAGE]


def test_a_slow_job_is_waited_for_and_not_asked_for_again(
    queue: ArchiveQueue, archiver: SavePageNow, archive: FakeArchive
) -> None:
    archive.polls = 12
    want(queue)
    assert len(carried_out(queue, archiver).copies) == 1
    assert archive.captures == [PAGE]
    assert len(archive.requests) == 14


def test_a_job_without_an_end_is_given_up_and_begun_anew(
    queue: ArchiveQueue, archiver: SavePageNow, archive: FakeArchive
) -> None:
    archive.polls = 100_000
    want(queue)
    carried_out(queue, archiver, hours=3)
    order = queue.order_of(PAGE)
    assert order
    assert order.attempts >= 1
    assert order.is_waiting


def test_a_page_that_cannot_be_saved_stops_no_other_and_is_given_up(
    queue: ArchiveQueue, archiver: SavePageNow, archive: FakeArchive
) -> None:
    archive.errors[PAGE] = "error:not-found"
    want(queue)
    want(queue, OTHER)
    recorded = carried_out(queue, archiver)
    assert [it for _, it in recorded.copies] == [f"{archive.url}/web/{TIMESTAMP}/{OTHER}"]
    order = queue.order_of(PAGE)
    assert order
    assert (order.state, order.reason) == (
        "failed",
        "the archive could not save the page: error:not-found",
    )
    assert want(queue, now=NOW + timedelta(days=10)) == ""
    assert archive.captures.count(PAGE) == 1


def test_a_failure_that_may_pass_is_tried_again_later_and_later_and_not_for_ever(
    queue: ArchiveQueue, archiver: SavePageNow, archive: FakeArchive
) -> None:
    archive.errors[PAGE] = "error:read-timeout"
    want(queue)
    carried_out(queue, archiver, hours=1)
    assert len(archive.captures) == 3  # after 0, 10 and 20 minutes
    carried_out(queue, archiver, start=NOW + timedelta(hours=1), hours=72)
    assert len(archive.captures) == 8
    order = queue.order_of(PAGE)
    assert order
    assert order.state == "failed"


def test_too_many_requests_stop_all_for_as_long_as_the_archive_says(
    queue: ArchiveQueue, archiver: SavePageNow, archive: FakeArchive
) -> None:
    refusal = Refusal(429, b"", (("Retry-After", "1800"),))
    archive.refusals = [("/save", refusal)]
    want(queue)
    want(queue, OTHER)
    assert carried_out(queue, archiver, hours=0.4).copies == []
    assert archive.requests == ["POST /save"]
    later = carried_out(queue, archiver, start=NOW + timedelta(hours=0.6))
    assert len(later.copies) == 2
    order = queue.order_of(PAGE)
    assert order
    assert order.attempts == 0, "it was no failure of this page"


def test_a_job_survives_too_many_polls(
    queue: ArchiveQueue, archiver: SavePageNow, archive: FakeArchive
) -> None:
    refusal = Refusal(429, b"", (("Retry-After", "120"),))
    archive.refusals = [("/save/status/", refusal)]
    want(queue)
    assert len(carried_out(queue, archiver).copies) == 1
    assert archive.requests.count("POST /save") == 1


def test_a_place_that_is_added_while_a_copy_is_recorded_is_not_lost(
    queue: ArchiveQueue, archiver: SavePageNow
) -> None:
    late = Place(entry="letters", source="2" * 32)
    seen: list[str] = []

    def record(place: Place, _url: str) -> None:
        seen.append(place.entry)
        want(queue, place=late)

    want(queue)
    for minute in range(5):
        queue.carry_out(archiver, record, now=NOW + timedelta(minutes=minute))
    assert seen == ["night-trains", "letters"]
