"""Daily totals: added up, written in batches, shown without small numbers, in both stores."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from widget.errors import StoreUnavailable
from widget.record.counts import (
    COLLECTION,
    FEWEST,
    MAX_CELLS,
    Cell,
    DailyCounts,
    PublicCell,
    Visit,
)
from widget.storage.documents import Collection, Documents, open_documents

pytestmark = pytest.mark.database

ID = "night-trains"
TODAY = datetime.now(UTC).date()
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def cells(documents: Documents) -> Collection[Cell]:
    return Collection(
        documents,
        COLLECTION,
        Cell,
        group=lambda it: it.entry,
        rank=lambda it: float(it.day.toordinal()),
    )


@pytest.fixture
def counts(documents: Documents) -> DailyCounts:
    return DailyCounts(lambda: documents, days=30)


def stored(cells: Collection[Cell]) -> list[Cell]:
    return [it for _, it in cells.page(limit=99)]


def past(cells: Collection[Cell], days: int, **numbers: int) -> None:
    day = TODAY - timedelta(days=days)
    cells.put(f"{ID}/{day}", Cell(entry=ID, day=day, **numbers))


def test_visits_are_added_up_and_nothing_else_is_stored(
    counts: DailyCounts, cells: Collection[Cell], documents: Documents
) -> None:
    for _ in range(3):
        counts.add(Visit(entry=ID, groups=2, previews=1))
    counts.add(Visit(entry="other", sources=4))
    assert stored(cells) == [], "in batches"
    counts.flush()
    first = Cell(entry=ID, day=TODAY, visits=3, groups=6, previews=3)
    assert stored(cells) == [first, Cell(entry="other", day=TODAY, visits=1, sources=4)]
    counts.add(Visit(entry=ID, groups=1))
    counts.flush()
    counts.flush()
    assert stored(cells)[0] == first.model_copy(update={"visits": 4, "groups": 7})
    (body, *_) = (it.body for it in documents.page(COLLECTION, prefix=ID, limit=9))
    numbers = '"visits":4,"groups":7,"previews":3'
    assert body == f'{{"entry":"{ID}","day":"{TODAY}",{numbers}}}'


def test_many_processes_add_to_one_cell(store_url: str, cells: Collection[Cell]) -> None:
    def work() -> None:
        own = open_documents(store_url)
        mine = DailyCounts(lambda: own, days=30)
        for _ in range(5):
            for _ in range(10):
                mine.add(Visit(entry=ID, previews=1))
            mine.flush()
        own.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert stored(cells) == [Cell(entry=ID, day=TODAY, visits=200, previews=200)]


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [
        ({"visits": 10, "groups": 10, "previews": 9, "sources": 11}, (10, None, 11)),
        ({"visits": 9, "groups": 90, "previews": 10, "sources": 0}, (None, None, None)),
        ({"visits": 40, "groups": 0, "previews": 12, "sources": 1}, (None, 12, None)),
    ],
)
def test_small_numbers_and_days_of_few_visits_are_not_shown(
    counts: DailyCounts,
    cells: Collection[Cell],
    numbers: dict[str, int],
    shown: tuple[int | None, ...],
) -> None:
    assert FEWEST == 10
    past(cells, 1, **numbers)
    assert counts.of_entry(ID)[-1] == PublicCell(YESTERDAY, *shown)


def test_a_day_without_visits_looks_like_one_with_few_and_today_is_not_there(
    counts: DailyCounts, cells: Collection[Cell]
) -> None:
    past(cells, 0, visits=50, groups=50)
    past(cells, 2, visits=9, groups=9)
    past(cells, 1, visits=20, groups=20)
    shown = counts.of_entry(ID, days=3)
    assert [it.day for it in shown] == [TODAY - timedelta(days=it) for it in (3, 2, 1)]
    assert [it.groups for it in shown] == [None, None, 20]
    assert len(counts.of_entry(ID)) == 30
    assert len(counts.of_entry(ID, days=400)) == 30


def test_old_days_are_removed(counts: DailyCounts, cells: Collection[Cell]) -> None:
    for days in (1, 30, 31, 40):
        past(cells, days, visits=20)
    assert counts.remove_old() == 2
    assert [(TODAY - it.day).days for it in stored(cells)] == [30, 1]


def test_a_legal_withdrawal_removes_the_counts_of_its_entry(
    counts: DailyCounts, cells: Collection[Cell]
) -> None:
    past(cells, 1, visits=20)
    counts.add(Visit(entry=ID, groups=1))
    counts.add(Visit(entry=f"{ID}-2", groups=1))
    counts.forget(ID)
    counts.flush()
    assert [it.entry for it in stored(cells)] == [f"{ID}-2"]


class Failing:
    """Documents that cannot be written at first."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self.fails = True

    def update(self, *arguments: object) -> object:
        if self.fails:
            raise StoreUnavailable("away")
        return self._documents.update(*arguments)  # type: ignore[arg-type]  # as given


def test_what_cannot_be_written_waits(documents: Documents, cells: Collection[Cell]) -> None:
    failing = Failing(documents)
    counts = DailyCounts(lambda: failing, days=30)  # type: ignore[arg-type,return-value]  # what it uses of them
    counts.add(Visit(entry=ID, groups=1))
    counts.flush()
    counts.add(Visit(entry=ID, groups=1))
    failing.fails = False
    counts.flush()
    assert stored(cells) == [Cell(entry=ID, day=TODAY, visits=2, groups=2)]


def test_the_memory_of_what_waits_is_bounded(documents: Documents, cells: Collection[Cell]) -> None:
    counts = DailyCounts(lambda: documents, days=30)
    for number in range(MAX_CELLS + 5):
        counts._waiting.setdefault((f"e{number}", TODAY), Cell(entry=f"e{number}", day=TODAY))
        if len(counts._waiting) >= MAX_CELLS:
            break
    counts.add(Visit(entry="one-more", groups=1))
    assert ("one-more", TODAY) not in counts._waiting
    assert cells.count() == 0


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        "[]",
        '{"entry": "../x"}',
        '{"entry": "a", "groups": -1}',
        '{"entry": "a", "groups": 8}',
        '{"entry": "a", "groups": true}',
        '{"entry": "a", "previews": 100}',
        '{"entry": "a", "reader": "7"}',
        '{"entry": "a", "groups": 1.5}',
    ],
)
def test_a_visit_has_these_numbers_and_nothing_else(body: str) -> None:
    with pytest.raises(ValidationError):
        Visit.model_validate_json(body)
