"""What editors see of sources and articles: of one entry, and of all that went bad."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel

from widget.config import Settings
from widget.editorial.service import Editorial
from widget.entry import Entry, Source
from widget.errors import NotFound, message
from widget.sources.articles.record import (
    ArticleRecord,
    ArticleTexts,
    article_records,
    article_texts,
)
from widget.sources.record import EntrySources, SourceRecord, source_records
from widget.storage.documents import Collection, Documents
from widget.store import Live, Withdrawn, source_key

Kind = Literal["sources", "articles"]
Place = tuple[float, str]

PAGE = 50
_BATCH = 200
_MOST_READ = 5_000
"""How many records one list reads at most, however few of them its filters let through."""

_AFTER_ALL = "z" * 100
"""Sorts after every id. A place with it names no entry, which may be another publication's."""

RecordT = TypeVar("RecordT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class ListedSource:
    """A source of an entry, and its checks; ``in_draft``: readers do not see it yet."""

    number: int
    source: Source
    in_draft: bool
    record: SourceRecord | None


@dataclass(frozen=True, slots=True)
class EntryDesk:
    """The sources and the article of one entry."""

    entry: Entry
    live: bool
    sources: list[ListedSource]
    checked: EntrySources
    article: ArticleRecord | None = None

    @property
    def is_checking(self) -> bool:
        """Whether somebody asked for a check that has not ended."""
        requested, done = self.checked.requested_at, self.checked.checked_at
        return requested is not None and (done is None or done < requested)


@dataclass(frozen=True, slots=True)
class BadEntry(Generic[RecordT]):
    """An entry with bad sources, or whose article changed."""

    entry: Entry
    publication: str
    record: RecordT


@dataclass(frozen=True, slots=True)
class BadPage:
    """Some entries of either kind; ``next`` is the place after which more follow."""

    sources: list[BadEntry[EntrySources]]
    articles: list[BadEntry[ArticleRecord]]
    next: Place | None = None


class SourceDesk:
    """The entries that ``editorial`` has. Every method raises StoreUnavailable."""

    def __init__(self, documents: Documents, editorial: Editorial, settings: Settings) -> None:
        self._sources = source_records(documents)
        self._articles = article_records(documents)
        self._texts = article_texts(documents)
        self._entries = editorial.entries
        self._settings = settings

    def of_entry(self, entry_id: str) -> EntryDesk:
        """Return the sources and the article of an entry. Raises NotFound."""
        live, draft = self._entries.live(entry_id), self._entries.draft(entry_id)
        shown = live.entry if isinstance(live, Live) else None
        entry = shown or (draft.entry if draft else None)
        if entry is None:
            history = self._entries.history(entry_id)
            if not history:
                raise NotFound(message("there is no entry %(entry)r", entry=entry_id))
            return EntryDesk(history[0].entry, live=False, sources=[], checked=EntrySources())
        checked = self._sources.get(entry_id) or EntrySources()
        records = {it.key: it for it in checked.sources}
        listed: dict[str, ListedSource] = {}
        for document in (shown, draft.entry if draft else None):
            for number, source in enumerate(document.sources if document else (), 1):
                key = source_key(source)
                in_draft = document is not shown
                listed.setdefault(key, ListedSource(number, source, in_draft, records.get(key)))
        article = self._articles.get(entry_id) if shown else None
        return EntryDesk(entry, shown is not None, list(listed.values()), checked, article)

    def article_texts(self, entry_id: str) -> ArticleTexts:
        """Return the texts of an article; none where it is not shown. Raises NotFound."""
        if not self.of_entry(entry_id).article:
            return ArticleTexts()
        return self._texts.get(entry_id) or ArticleTexts()

    def bad(
        self, kind: Kind, *, publication: str = "", before: Place | None = None, limit: int = PAGE
    ) -> BadPage:
        """Return the entries of one kind, those that were checked or changed last first."""
        if kind == "sources":
            sources, following = self._page(self._sources, _checked_at, publication, before, limit)
            return BadPage(sources, [], following)
        articles, following = self._page(self._articles, _since, publication, before, limit)
        return BadPage([], articles, following)

    def _page(
        self,
        records: Collection[RecordT],
        rank: Callable[[RecordT], float],
        publication: str,
        before: Place | None,
        limit: int,
    ) -> tuple[list[BadEntry[RecordT]], Place | None]:
        found: list[BadEntry[RecordT]] = []
        places: list[Place] = []
        last: Place | None = None
        for number, (key, record) in enumerate(_newest(records, rank, before)):
            if number >= _MOST_READ:
                return found, last
            if len(found) > limit:
                break
            last = rank(record), _AFTER_ALL
            listed = self._listed(key, record)
            if listed and publication in ("", listed.publication):
                found.append(listed)
                last = rank(record), key
                places.append(last)
        more = len(found) > limit
        return found[:limit], places[limit - 1] if more else None

    def _listed(self, entry_id: str, record: RecordT) -> BadEntry[RecordT] | None:
        entry = self._entry(entry_id)
        if entry is None:
            return None
        publication = self._settings.publication_for(entry.article.url).name
        return BadEntry(entry, publication, record)

    def _entry(self, entry_id: str) -> Entry | None:
        """Return what is live, else the draft.

        None where the user has no such entry, or where it was withdrawn for legal reasons.
        """
        live = self._entries.live(entry_id)
        if isinstance(live, Live):
            return live.entry
        draft = self._entries.draft(entry_id)
        if draft is None or (isinstance(live, Withdrawn) and live.legal):
            return None
        return draft.entry


def _newest(
    records: Collection[RecordT], rank: Callable[[RecordT], float], before: Place | None
) -> Iterator[tuple[str, RecordT]]:
    while found := records.newest(group="bad", before=before, limit=_BATCH):
        yield from found
        key, record = found[-1]
        before = rank(record), key


def _checked_at(record: EntrySources) -> float:
    return record.checked_at.timestamp() if record.checked_at else 0.0


def _since(record: ArticleRecord) -> float:
    return record.since.timestamp() if record.since else 0.0
