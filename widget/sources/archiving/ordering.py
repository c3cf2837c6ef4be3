"""Has the sources archived that a check found fine."""

from __future__ import annotations

from collections.abc import Mapping

from widget.sources.archiving.queue import ArchiveQueue, Place
from widget.sources.record import EntrySources, SourceCheck, SourceRecord
from widget.storage.documents import Collection


def order_copies(
    queue: ArchiveQueue,
    records: Collection[EntrySources],
    entry_id: str,
    found: EntrySources,
    checks: Mapping[str, SourceCheck | None],
) -> EntrySources:
    """Order copies of what ``checks`` found fine; record those that there are already.

    ``found`` are the checks of the entry's sources, by now. Returns them with the copies.
    """
    copies: dict[str, str] = {}
    for source in found.sources:
        newest = source.newest
        if newest is None or not checks.get(source.key) or not is_fine(newest):
            continue
        place = Place(entry=entry_id, source=source.key)
        url = queue.want(source.url, place, sha256=newest.sha256, now=newest.at)
        if url and url != newest.archive_url:
            copies[source.key] = url
    if not copies:
        return found

    def copied(entry: EntrySources | None) -> EntrySources | None:
        for key, url in copies.items():
            entry = entry and with_copy(entry, key, url)
        return entry

    return records.update(entry_id, copied) or found


def is_fine(check: SourceCheck) -> bool:
    """Return whether a source is there and says what is quoted; else a copy is worth nothing."""
    return check.answer in ("ok", "moved") and check.quote in ("none", "found")


def with_copy(entry: EntrySources, key: str, url: str) -> EntrySources:
    """Return the checks of an entry with the copy of one source in its newest check."""
    sources = tuple(_source(it, url) if it.key == key else it for it in entry.sources)
    return entry.model_copy(update={"sources": sources})


def _source(source: SourceRecord, url: str) -> SourceRecord:
    if not source.newest:
        return source
    newest = source.newest.model_copy(update={"archive_url": url})
    return source.model_copy(update={"checks": (*source.checks[:-1], newest)})
