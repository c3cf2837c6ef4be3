"""Lists of entries: the rows, how they are filtered, sorted and counted, in every store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from widget.entry.vocabulary import Lean

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
    ``waiting``: there is a draft that readers do not see yet.
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


@dataclass(frozen=True, slots=True)
class Query:
    """Which rows, in which order; ``None`` and ``""`` match all.

    Each word of ``search`` occurs anywhere in ``search_text``, in any case. The state ``draft``
    matches every entry with a draft. ``changed`` sorts the newest first.
    """

    search: str = ""
    state: State | None = None
    lean: Lean | None = None
    section: str | None = None
    language: str | None = None
    sort: Sort = "changed"

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
