"""Corrections, withdrawals and restorations as readers see them, newest first.

The lines of the public log are their index. Texts are those of the entry as it is now: nothing of
a withdrawn entry is left in any feed, whatever its lines once stood for.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import NAMESPACE_URL, uuid5

from cachetools import LRUCache

from widget.config import Publication, Settings
from widget.entry import Correction, Withdrawn
from widget.errors import NotFound
from widget.store import EntryReader, Live
from widget.store.log_line import LogLine

PAGE = 50
"""Changes on one page."""
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the log, and what readers see of its entry now.

    ``corrections`` are those that it added, a restoration, too, and that the live entry still has.
    """

    line: LogLine
    subject: Live | Withdrawn
    corrections: tuple[Correction, ...] = ()

    @property
    def id(self) -> str:
        """A permanent URI (RFC 4287, section 4.2.6), which no move of the service changes."""
        return uuid5(NAMESPACE_URL, f"urn:insights:{self.line.digest()}").urn

    @property
    def updated(self) -> datetime:
        """When the change, or what is shown of its entry, changed last."""
        return max(self.line.at, self.subject.at)

    @property
    def still_withdrawn(self) -> Withdrawn | None:
        """The withdrawal, if the entry is withdrawn now."""
        return self.subject if isinstance(self.subject, Withdrawn) else None

    @property
    def is_this_withdrawal(self) -> bool:
        """Whether this is the withdrawal for which readers see a notice now."""
        return (
            self.line.action == "withdraw"
            and isinstance(self.subject, Withdrawn)
            and self.subject.revision == self.line.revision
        )

    @property
    def article_url(self) -> str:
        """The URL of the article."""
        return article_url(self.subject)

    @property
    def title(self) -> str:
        """The title of the article; "" after a withdrawal for legal reasons.

        A notice can be changed; the copies that readers of a feed have cannot.
        """
        if isinstance(self.subject, Withdrawn):
            return "" if self.subject.legal else self.subject.article_title
        return self.subject.entry.article.title

    @property
    def language(self) -> str:
        """The language of title and corrections."""
        if isinstance(self.subject, Withdrawn):
            return self.subject.language
        return self.subject.entry.language


@dataclass(frozen=True, slots=True)
class ChangePage:
    """A page of changes, newest first.

    ``newer`` and ``older`` are the ``before`` of the neighbouring pages, 0 for the newest page;
    None where there is none.
    """

    changes: tuple[Change, ...]
    before: int | None = None
    newer: int | None = None
    older: int | None = None

    @property
    def updated(self) -> datetime | None:
        """When anything on the page changed last."""
        return max((it.updated for it in self.changes), default=None)


class Changes:
    """The changes of a store, of which each process remembers the lines. Safe for threads."""

    def __init__(self, reader: EntryReader, settings: Settings) -> None:
        self._reader = reader
        self._settings = settings
        self._lines: list[LogLine] = []
        self._lock = threading.Lock()
        self._counts: LRUCache[tuple[str, int], int] = LRUCache(10_000)

    def page(
        self, publication: Publication | None = None, *, before: int | None = None, size: int = PAGE
    ) -> ChangePage:
        """Return a page, of ``publication`` alone if it is given. Raises StoreUnavailable.

        ``before`` is the number of a line: each change is on one page, also while others arrive.
        """
        lines = self._current()
        start = len(lines)
        if before is not None:
            start = next((at for at, it in enumerate(lines) if it.number >= before), start)
        found = list(islice(self._of(reversed(lines[:start]), publication), size + 1))
        # One more than a page: its number is where the page of the newer ones begins.
        newer = [line.number for line, _ in islice(self._of(lines[start:], publication), size + 1)]
        return ChangePage(
            tuple(self._change(*it) for it in found[:size]),
            before if newer else None,
            None if not newer else newer[size] if len(newer) > size else 0,
            found[size - 1][0].number if len(found) > size else None,
        )

    def _of(
        self, lines: Iterable[LogLine], publication: Publication | None
    ) -> Iterator[tuple[LogLine, Live | Withdrawn]]:
        for line in lines:
            subject = self._reader.live(line.entry)
            if subject is None:  # removed from the store
                continue
            if publication in (None, self._settings.publication_for(article_url(subject))):
                yield line, subject

    def _change(self, line: LogLine, subject: Live | Withdrawn) -> Change:
        if line.action == "withdraw" or isinstance(subject, Withdrawn):
            return Change(line, subject)
        before = self._corrections_before(line)
        return Change(line, subject, subject.entry.corrections[before : line.corrections])

    def _corrections_before(self, line: LogLine) -> int:
        """Return how many corrections readers saw before the revision of ``line``."""
        key = line.entry, line.revision
        with self._lock:
            count = self._counts.get(key)
        if count is None:
            count = self._count_before(line)
            with self._lock:
                self._counts[key] = count
        return count

    def _count_before(self, line: LogLine) -> int:
        for number in range(line.revision - 1, 0, -1):
            try:
                revision = self._reader.revision(line.entry, number)
            except NotFound:  # it cannot be read
                continue
            if revision.action in ("publish", "withdraw"):
                return len(revision.entry.corrections)
        return 0

    def _current(self) -> Sequence[LogLine]:
        """Return all lines, oldest first. The log only grows, so that few are read each time."""
        with self._lock:
            earlier = self._lines
        newest = self._reader.log_changes(limit=1)
        if not newest or newest == earlier[-1:]:
            return earlier if newest else []
        new: list[LogLine] = []
        for line in self._newest_first(newest):
            if earlier and line.number <= earlier[-1].number:
                if line != earlier[-1]:  # another log, as after a restored backup
                    earlier = []
                    new = list(self._newest_first(newest))
                break
            new.append(line)
        lines = [*earlier, *reversed(new)]
        with self._lock:
            self._lines = lines
        return lines

    def _newest_first(self, newest: list[LogLine]) -> Iterator[LogLine]:
        batch = newest
        while batch:
            yield from batch
            batch = self._reader.log_changes(before=batch[-1].number, limit=_BATCH)


def article_url(subject: Live | Withdrawn) -> str:
    """Return the URL of the article."""
    if isinstance(subject, Withdrawn):
        return subject.article_url
    return subject.entry.article.url
