"""The newest checks of a version's sources, for the record of its review."""

from __future__ import annotations

from collections.abc import Callable

from widget.editorial.evidence import SourceEvidence, SourcesOf
from widget.entry import Entry
from widget.sources.record import EntrySources
from widget.store import source_key


def sources_of(records: Callable[[str], EntrySources | None]) -> SourcesOf:
    """Return what finds the checks of a version's sources; ``records`` gets an entry's id."""

    def found(entry: Entry) -> tuple[SourceEvidence, ...]:
        record = records(entry.id) or EntrySources()
        by_key = {it.key: it for it in record.sources}
        sources = []
        for number, source in enumerate(entry.sources, 1):
            checked = by_key.get(source_key(source))
            newest = checked.newest if checked else None
            if checked is None or newest is None:
                continue
            sources.append(
                SourceEvidence(
                    number=number,
                    url=source.url,
                    title=source.title,
                    checked_at=newest.at,
                    answer=newest.answer,
                    status=newest.status,
                    quote=newest.quote,
                    sha256=newest.sha256,
                    reason=newest.reason,
                    bad=checked.bad,
                )
            )
        return tuple(sources)

    return found
