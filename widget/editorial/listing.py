"""Pages of the list of entries, searched, filtered and sorted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Self, get_args

from widget.editorial import cursors
from widget.editorial.access import Scope
from widget.entry.vocabulary import Lean
from widget.errors import InvalidRequest
from widget.store import EntryReader, Key, Phase, Query, Row, Sort, State

PER_PAGE = 50
PLANNED = "planned"
"""The state that finds what is to be published or withdrawn at a later time."""
ANY_TIME = datetime(9999, 1, 1, tzinfo=UTC)
DUE = ("overdue", "week", "any")
"""The days by which a list is filtered: before today, in the next seven days or before, at all."""
STATES: tuple[str, ...] = (*get_args(State), *get_args(Phase)[1:], PLANNED)
"""The states by which a list is filtered: of the entry, of its draft's review, of its plan."""


@dataclass(frozen=True, slots=True)
class ListingRequest:
    """A query and a page, counted from 1; ``publication`` is the name of one, None: all.

    ``due`` is one of ``DUE``, for the query's ``due_until``.

    With ``after`` or ``before``, a sort key, it is the page that begins after this row or ends
    before it; ``page`` is then only its number as far as that is known. Without them, the rows of
    all pages before it are skipped one by one.
    """

    query: Query = field(default_factory=Query)
    page: int = 1
    publication: str | None = None
    due: str | None = None
    after: Key | None = None
    before: Key | None = None

    @classmethod
    def from_query(cls, given: Mapping[str, str], *, today: date) -> Self:
        """Read a URL's query; skip invalid values.

        Its parts are ``q state lean section language assignee saved_by due comments publication
        sort page after before``. ``today`` is the day where the person is who asks.
        """
        state, lean, sort = given.get("state"), given.get("lean"), given.get("sort")
        phase = state if state in get_args(Phase)[1:] else None
        page, due = given.get("page", ""), given.get("due", "")
        days = {"overdue": today - timedelta(days=1), "week": today + timedelta(days=7)}
        days["any"] = date.max
        query = Query(
            search=given.get("q", "").strip()[:200],
            state=state if state in get_args(State) else None,  # type: ignore[arg-type]  # just checked
            lean=lean if lean in get_args(Lean) else None,  # type: ignore[arg-type]  # just checked
            section=given.get("section") or None,
            language=given.get("language") or None,
            phase=phase,  # type: ignore[arg-type]  # just checked
            assignee=given.get("assignee") or None,
            saved_by=given.get("saved_by") or None,
            planned_until=ANY_TIME if state == PLANNED else None,
            due_until=days.get(due),
            commented=given.get("comments") == "open",
            sort=sort if sort in get_args(Sort) else "changed",  # type: ignore[arg-type]  # just checked
        )
        number = int(page) if re.fullmatch(r"[1-9][0-9]{0,5}", page, re.ASCII) else 1
        after, before = (_place(query.sort, given.get(name)) for name in ("after", "before"))
        publication = given.get("publication") or None
        return cls(query, number, publication, due if due in DUE else None, after, before)

    def resolved(self, scope: Scope) -> Self:
        """Return the request for the sites of its publication, as far as ``scope`` has it."""
        if self.publication is None:
            return self
        return replace(self, query=replace(self.query, sites=scope.sites_of(self.publication)))

    @property
    def state(self) -> str | None:
        """The state asked for, as ``from_query`` reads it."""
        query = self.query
        return query.state or query.phase or (PLANNED if query.planned_until else None)


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the matching rows. ``found`` counts all of them, up to where ``more`` is set.

    ``has_previous`` and ``has_next`` tell whether there are rows before and after the page.
    """

    rows: tuple[Row, ...]
    found: int
    total: int
    page: int
    pages: int
    sections: tuple[str, ...]
    languages: tuple[str, ...]
    more: bool = False
    has_previous: bool = False
    has_next: bool = False


def find(entries: EntryReader, wanted: ListingRequest) -> Listing:
    """Return the page, or the last one if there are fewer."""
    counts = entries.counts(wanted.query)
    pages = max(1, -(-counts.found // PER_PAGE))
    page, rows, has_previous, has_next = _page(entries, wanted, pages)
    return Listing(
        rows=tuple(rows),
        found=counts.found,
        total=counts.total,
        page=page,
        pages=max(pages, page),
        sections=counts.sections,
        languages=counts.languages,
        more=counts.more,
        has_previous=has_previous,
        has_next=has_next,
    )


def _page(
    entries: EntryReader, wanted: ListingRequest, pages: int
) -> tuple[int, list[Row], bool, bool]:
    """Return a page's number and rows, and whether there are rows before and after it."""
    query, page = wanted.query, wanted.page
    if wanted.before is not None:
        backwards = replace(query, backwards=True)
        rows = entries.rows(backwards, limit=PER_PAGE + 1, after=wanted.before)
        if len(rows) > PER_PAGE:
            return max(2, page), rows[PER_PAGE - 1 :: -1], True, True
        page = 1  # the rows before the key do not fill a page, so it is the first one
    elif wanted.after is not None:
        rows = entries.rows(query, limit=PER_PAGE + 1, after=wanted.after)
        if rows:
            return max(2, page), rows[:PER_PAGE], True, len(rows) > PER_PAGE
    page = min(page, pages)
    rows = entries.rows(query, limit=PER_PAGE + 1, offset=(page - 1) * PER_PAGE)
    return page, rows[:PER_PAGE], page > 1, len(rows) > PER_PAGE


def _place(sort: Sort, cursor: str | None) -> Key | None:
    try:
        return cursors.decode(sort, cursor or None)
    except InvalidRequest:
        return None
