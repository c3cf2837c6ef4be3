"""Lists of entries: the rows, how they are filtered, sorted and counted, in every store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from widget.entry.vocabulary import Lean
from widget.store.workflow import Phase

State = Literal["live", "draft", "both", "withdrawn", "invalid"]
Sort = Literal["changed", "title", "id"]
Key = tuple[int | str, str]
"""A row's sort key: microseconds since 1970, folded title or ``""``; then the id."""

COUNTED = 1_000
"""Searches may count up to this many rows."""
LONG_AGO = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Row:
    """One entry in a list: its draft if there is one, else what is or was live.

    ``invalid`` is the state of an entry whose file was set aside; ``problem`` says why.
    ``waiting``: there is a draft that readers do not see yet; ``phase`` is where it stands in the
    review, ``saved_by`` who saved it last. ``planned`` is when it will be published or withdrawn.
    ``origin`` is the key (``urls.origin_key``) of the article's origin in the document shown, and
    ``live_origin`` in what is or was live, if anything; None: it cannot be read.
    """

    id: str
    title: str = ""
    url: str = ""
    state: State = "invalid"
    waiting: bool = False
    lean: Lean | None = None
    section: str = ""
    language: str = ""
    changed: datetime = LONG_AGO
    problem: str = ""
    phase: Phase | None = None
    saved_by: str = ""
    assignee: str = ""
    due: date | None = None
    planned: datetime | None = None
    open_comments: int = 0
    origin: str | None = None
    live_origin: str | None = None


@dataclass(frozen=True, slots=True)
class Sites:
    """Entries by the origins of their articles; ``others``: all except those of ``origins``.

    Both origins of an entry have to match: that of the document shown, and that of what is live.
    An entry whose origin is unknown never matches.
    """

    origins: tuple[str, ...]
    others: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """Which rows, in which order; ``None`` and ``""`` match all.

    Each word of ``search`` occurs anywhere in ``search_text``, in any case. The state ``draft``
    matches every entry with a draft. ``changed`` sorts the newest first. ``backwards`` reverses the
    order: the rows after a sort key are then those before it, the nearest first. ``planned_until``
    matches what has to be published or withdrawn by that time, ``due_until`` what somebody works on
    until that day or before, ``commented`` what has open comments, ``saved_by`` drafts that this
    person saved last, by whatever means. ``sites`` all have to match; counts are then of these
    alone.
    """

    search: str = ""
    state: State | None = None
    lean: Lean | None = None
    section: str | None = None
    language: str | None = None
    sort: Sort = "changed"
    backwards: bool = False
    phase: Phase | None = None
    assignee: str | None = None
    saved_by: str | None = None
    planned_until: datetime | None = None
    due_until: date | None = None
    commented: bool = False
    sites: tuple[Sites, ...] = ()

    @property
    def by_kind(self) -> bool:
        """Whether only state, lean, section and language are asked for."""
        others = (self.phase, self.assignee, self.saved_by, self.planned_until, self.due_until)
        return all(it is None for it in others) and not self.commented and not self.sites

    @property
    def descends(self) -> bool:
        """Whether sort keys become smaller from row to row."""
        return (self.sort == "changed") != self.backwards

    @property
    def words(self) -> list[str]:
        """The words to look for."""
        return self.search.casefold().split()


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows match a query, how many there are, and their sections and languages.

    ``more``: a search stopped counting at ``found``, which is then ``COUNTED``.
    """

    found: int
    total: int
    sections: tuple[str, ...]
    languages: tuple[str, ...]
    more: bool = False


def key(sort: Sort, row: Row) -> Key:
    """Return the row's sort key."""
    if sort == "changed":
        return moment_key(row.changed), row.id
    return row.title.casefold() if sort == "title" else "", row.id


def moment_key(at: datetime) -> int:
    """Return microseconds since 1970."""
    since = at - LONG_AGO
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def moment(key: int) -> datetime:
    """Return the time of ``moment_key``."""
    return LONG_AGO + timedelta(microseconds=key)
