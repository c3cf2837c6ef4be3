"""Daily totals of what readers open in a panel, without anything about a reader.

A cell is an entry and a day in UTC. What came is added up in memory and written in batches; a crash
loses the last seconds. Nothing is shown of the current day, or of a cell that few visits made.
"""

from __future__ import annotations

import atexit
import logging
import threading
import weakref
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from widget.entry.model import MAX_PERSPECTIVES, MAX_SOURCES, EntryId
from widget.errors import StoreUnavailable
from widget.storage.documents import Collection, Documents

log = logging.getLogger("insights.counts")

COLLECTION = "counts"
FEWEST = 10
"""A number below it is not shown, nor any number of a day with fewer visits."""
FLUSH_SECONDS = 10.0
MAX_CELLS = 10_000
"""How many cells may wait to be written; further ones are dropped."""


class Visit(BaseModel):
    """What one visit opened. Each number counts different groups, previews and sources."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    entry: EntryId
    groups: int = Field(0, ge=0, le=MAX_PERSPECTIVES + 1)  # the list of sources is one, too
    previews: int = Field(0, ge=0, le=MAX_SOURCES)
    sources: int = Field(0, ge=0, le=2 * MAX_SOURCES)  # each may have an archived copy


class Cell(BaseModel):
    """The totals of one entry and day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    entry: str
    day: date
    visits: int = 0
    groups: int = 0
    previews: int = 0
    sources: int = 0

    def plus(self, other: Cell | Visit, visits: int) -> Cell:
        """Return the sum of both."""
        update = {
            "visits": self.visits + visits,
            "groups": self.groups + other.groups,
            "previews": self.previews + other.previews,
            "sources": self.sources + other.sources,
        }
        return self.model_copy(update=update)


class PublicCell(NamedTuple):
    """What may be shown of a cell: None for a number below ``FEWEST``, or of as few visits."""

    day: date
    groups: int | None
    previews: int | None
    sources: int | None


class DailyCounts:
    """The counts of a store. ``documents`` opens its records, when they are first needed.

    Safe for threads. ``days`` is for how many days they are kept.
    """

    def __init__(self, documents: Callable[[], Documents], *, days: int) -> None:
        self._open = documents
        self._opened: Collection[Cell] | None = None
        self._days = days
        self._lock = threading.Lock()
        self._waiting: dict[tuple[str, date], Cell] = {}
        self._timer: threading.Timer | None = None

    def add(self, visit: Visit) -> None:
        """Count one visit; it is written within ``FLUSH_SECONDS``."""
        today = _today()
        with self._lock:
            key = (visit.entry, today)
            cell = self._waiting.get(key)
            if cell is None:
                if len(self._waiting) >= MAX_CELLS:
                    return
                cell = Cell(entry=visit.entry, day=today)
            self._waiting[key] = cell.plus(visit, 1)
            if self._timer is None:
                self._start_timer()

    def flush(self) -> None:
        """Write what waits. What cannot be written waits on. Never raises."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
            timer, self._timer = self._timer, None
        if timer:
            timer.cancel()
        for key, cell in waiting.items():
            try:
                self._cells.update(f"{cell.entry}/{cell.day}", _adding(cell))
            except StoreUnavailable as error:
                log.warning("counts are written later: %s", error)
                self._put_back(key, cell)

    @property
    def has_waiting(self) -> bool:
        """Whether something is not written yet."""
        return bool(self._waiting)

    def of_entry(self, entry_id: str, *, days: int | None = None) -> list[PublicCell]:
        """Return the last days of an entry, oldest first, without today. Raises StoreUnavailable.

        Days without a visit are among them: that nobody came is not told apart from that few did.
        """
        today, number = _today(), min(days or self._days, self._days)
        found = {it.day: it for _, it in self._cells.page(prefix=f"{entry_id}/", limit=5_000)}
        wanted = [today - timedelta(days=back) for back in range(number, 0, -1)]
        return [_public(day, found.get(day)) for day in wanted]

    def forget(self, entry_id: str) -> int:
        """Remove all counts of an entry that is withdrawn for legal reasons; return how many."""
        with self._lock:
            others = {key: it for key, it in self._waiting.items() if it.entry != entry_id}
            self._waiting = others
        return self._cells.remove(prefix=f"{entry_id}/")

    def remove_old(self) -> int:
        """Remove what is older than ``days``; return how many cells that were."""
        return self._cells.remove(below=float((_today() - timedelta(days=self._days)).toordinal()))

    @property
    def _cells(self) -> Collection[Cell]:
        if self._opened is None:
            self._opened = Collection(
                self._open(),
                COLLECTION,
                Cell,
                group=lambda it: it.entry,
                rank=lambda it: float(it.day.toordinal()),
            )
        return self._opened

    def _put_back(self, key: tuple[str, date], cell: Cell) -> None:
        with self._lock:
            since = self._waiting.get(key)
            self._waiting[key] = cell.plus(since, since.visits) if since else cell
            if self._timer is None:
                self._start_timer()

    def _start_timer(self) -> None:
        # In the process that counts, which may be a fork of the one that made this object.
        self._timer = threading.Timer(FLUSH_SECONDS, self.flush)
        self._timer.daemon = True
        self._timer.start()


def flushed_at_exit(counts: DailyCounts) -> DailyCounts:
    """Return ``counts``, which are written also when the process ends."""
    reference = weakref.ref(counts)

    def last() -> None:
        if found := reference():
            found.flush()

    atexit.register(last)
    return counts


def _adding(cell: Cell) -> Callable[[Cell | None], Cell]:
    return lambda before: before.plus(cell, cell.visits) if before else cell


def _public(day: date, cell: Cell | None) -> PublicCell:
    def shown(number: int) -> int | None:
        return number if cell and min(number, cell.visits) >= FEWEST else None

    found = cell or Cell(entry="", day=day)
    return PublicCell(day, shown(found.groups), shown(found.previews), shown(found.sources))


def _today() -> date:
    return datetime.now(UTC).date()
