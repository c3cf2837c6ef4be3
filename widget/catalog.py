"""All entries of a store as rows that can be searched, filtered, sorted and paged."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal, Self, get_args

from widget.entry import Entry
from widget.errors import NotFound
from widget.store import Live, Store, Withdrawn
from widget.vocabulary import Lean

State = Literal["live", "draft", "both", "withdrawn", "invalid"]
Sort = Literal["changed", "title", "id"]

PER_PAGE = 50
SWEEP_SECONDS = 1.0
AT_ONCE = 1_000
"""Up to so many entries are looked through while the reader waits; more, beside it."""

_LONG_AGO = datetime.fromtimestamp(0, UTC)
_FILE = re.compile(r"(?:live|drafts)/([a-z0-9-]+)\.json")


@dataclass(frozen=True, slots=True)
class Row:
    """One entry at a glance: its draft where there is one, else what is or was live.

    ``invalid`` is the state of an entry whose file was set aside; ``problem`` says why.
    ``waiting``: there is a draft that readers do not see yet. ``text`` is what a search reads.
    """

    id: str
    title: str = ""
    url: str = ""
    state: State = "invalid"
    waiting: bool = False
    lean: Lean | None = None
    section: str = ""
    language: str = ""
    changed: datetime = _LONG_AGO
    problem: str = ""
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Query:
    """What to list. ``None`` and ``""`` ask for nothing in particular. Pages count from 1."""

    search: str = ""
    state: State | None = None
    lean: Lean | None = None
    section: str | None = None
    language: str | None = None
    sort: Sort = "changed"
    page: int = 1

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """Read a URL's query: ``q state lean section language sort page``; wrong is passed over."""
        state, lean, sort = query.get("state"), query.get("lean"), query.get("sort")
        page = query.get("page", "")
        return cls(
            search=query.get("q", "").strip()[:200],
            state=state if state in get_args(State) else None,  # type: ignore[arg-type]  # just checked
            lean=lean if lean in get_args(Lean) else None,  # type: ignore[arg-type]  # just checked
            section=query.get("section") or None,
            language=query.get("language") or None,
            sort=sort if sort in get_args(Sort) else "changed",  # type: ignore[arg-type]  # just checked
            page=int(page) if re.fullmatch(r"[1-9][0-9]{0,5}", page, re.ASCII) else 1,
        )

    def wants(self, row: Row) -> bool:
        """Say whether ``row`` belongs in the list."""
        return (
            (self.state in (None, row.state) or (self.state == "draft" and row.waiting))
            and self.lean in (None, row.lean)
            and self.section in (None, row.section)
            and self.language in (None, row.language)
            and all(word in row.text for word in self.search.casefold().split())
        )


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the rows that a query found; ``found`` counts them all."""

    rows: tuple[Row, ...]
    found: int
    total: int
    page: int
    pages: int
    sections: tuple[str, ...]
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    live: Live | Withdrawn | None
    draft: int | None
    row: Row


class Catalog:
    """The rows, kept in memory as long as their entry stays the same. Safe for threads.

    A new entry and a change to what a page shows are seen at once. In a store of more than
    AT_ONCE entries it takes a moment until a change by another process moves a row to where
    the filters and the sorting put it.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: dict[str, _Kept] = {}
        self._broken: dict[str, Row] = {}
        self._swept = float("-inf")
        self._sweeping = threading.Lock()
        self._judging = threading.Lock()

    def find(self, query: Query) -> Listing:
        """Return the page that ``query`` asks for; the last page where it asks for a later one."""
        found = self.rows(query)
        rows = self._rows()
        pages = max(1, -(-len(found) // PER_PAGE))
        page = min(query.page, pages)
        shown = found[(page - 1) * PER_PAGE : page * PER_PAGE]
        if len(rows) > AT_ONCE:
            shown = [self._broken.get(row.id) or self._look(row.id) or row for row in shown]
        return Listing(
            rows=tuple(shown),
            found=len(found),
            total=len(rows),
            page=page,
            pages=pages,
            sections=tuple(sorted({row.section for row in rows} - {""}, key=str.casefold)),
            languages=tuple(sorted({row.language for row in rows} - {""})),
        )

    def rows(self, query: Query) -> list[Row]:
        """Return every row that ``query`` asks for, whatever its page."""
        self._keep_up()
        found = sorted(filter(query.wants, self._rows()), key=_ORDERS[query.sort])
        if query.sort == "changed":
            found.reverse()
        return found

    def sweep(self) -> None:
        """Look at every entry now."""
        with self._sweeping:
            ids = self._store.ids()
            for entry_id in ids:
                self._look(entry_id)
            for gone in self._kept.keys() - set(ids):
                self._kept.pop(gone, None)
            self._swept = time.monotonic()
        if len(self._kept) <= AT_ONCE:
            self._broken = self._set_aside()
        elif not self._judging.locked():
            # The store reads every revision for it once, which takes a while.
            threading.Thread(target=self._judge, name="catalog-problems", daemon=True).start()

    def _judge(self) -> None:
        with self._judging:
            self._broken = self._set_aside()

    def _keep_up(self) -> None:
        if time.monotonic() - self._swept < SWEEP_SECONDS and len(self._kept) > AT_ONCE:
            return
        if len(self._kept) <= AT_ONCE:
            self.sweep()
            return
        for entry_id in set(self._store.ids()) - self._kept.keys():
            self._look(entry_id)
        if not self._sweeping.locked():
            threading.Thread(target=self.sweep, name="catalog", daemon=True).start()

    def _rows(self) -> list[Row]:
        kept = {entry_id: kept.row for entry_id, kept in list(self._kept.items())}
        return [*(kept | self._broken).values()]

    def _look(self, entry_id: str) -> Row | None:
        live, draft = self._store.live(entry_id), self._store.draft(entry_id)
        number = draft.revision if draft else None
        kept = self._kept.get(entry_id)
        if kept is not None and kept.draft == number and kept.live == live:
            return kept.row
        entry = draft.entry if draft else self._shown(live)
        if draft is None and live is None:
            self._kept.pop(entry_id, None)
            return None
        state: State = "draft" if live is None else "both" if draft else "live"
        if isinstance(live, Withdrawn):
            state = "withdrawn"
        row = replace(
            _unread(entry_id) if entry is None else _row(entry),
            state=state,
            waiting=draft is not None,
            changed=max(it.at for it in (live, draft) if it),
        )
        self._kept[entry_id] = _Kept(live, number, row)
        return row

    def _shown(self, live: Live | Withdrawn | None) -> Entry | None:
        if isinstance(live, Withdrawn):
            try:
                return self._store.revision(live.id, live.revision).entry
            except NotFound:  # its record cannot be read
                return None
        return live.entry if live else None

    def _set_aside(self) -> dict[str, Row]:
        broken: dict[str, Row] = {}
        for problem in self._store.problems():
            match = _FILE.fullmatch(problem.where)
            if not match or not problem.breaches:
                continue
            entry_id = match[1]
            first = problem.breaches[0]
            kept = self._kept.get(entry_id)
            row = kept.row if kept else _unread(entry_id)
            said = f"{problem.where}: {first.path} {first.message}"
            broken[entry_id] = replace(row, state="invalid", problem=said)
        return broken


def _row(entry: Entry) -> Row:
    return Row(
        id=entry.id,
        title=entry.article.title,
        url=entry.article.url,
        lean=entry.viewpoint.lean,
        section=entry.article.section,
        language=entry.language,
        text="\n".join([entry.id, *_texts(entry)]).casefold(),
    )


def _unread(entry_id: str) -> Row:
    return Row(entry_id, text=entry_id)


def _texts(entry: Entry) -> Iterable[str]:
    article = entry.article
    yield from (article.title, article.url, *article.aliases, *article.authors)
    yield entry.viewpoint.rationale
    for group in entry.perspectives:
        yield group.heading or ""
        for point in group.points:
            yield from (point.text, point.attributed_to or "")
    for source in entry.sources:
        yield from (source.title, source.url, source.publisher or "", source.quote or "")


_ORDERS: dict[Sort, Any] = {
    "changed": lambda row: (row.changed, row.id),
    "title": lambda row: (row.title.casefold(), row.id),
    "id": lambda row: row.id,
}
