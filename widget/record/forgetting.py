"""What is removed beside entries that were withdrawn for legal reasons."""

from __future__ import annotations

from widget.record import report_removal
from widget.record.counts import DailyCounts
from widget.record.voices import Voices
from widget.storage.documents import Documents
from widget.store import EntryReader, Query, Withdrawn
from widget.store.query import Key, key

_BATCH = 500


def forget_entry(documents: Documents, entry_id: str) -> None:
    """Remove names, texts and numbers of all records of an entry, also from the store's files.

    Raises StoreUnavailable.
    """
    # Imported here: most services check no sources.
    from widget.sources.articles.record import article_records, article_texts
    from widget.sources.record import source_records

    removed = report_removal.forget(documents, entry_id)
    removed += Voices(lambda: documents).forget(entry_id)
    removed += DailyCounts(lambda: documents, days=1).forget(entry_id)
    for of_sources in (source_records, article_records, article_texts):
        removed += of_sources(documents).discard(entry_id)
    if removed:
        documents.overwrite_removed()


def forget_withdrawn(entries: EntryReader, documents: Documents) -> None:
    """Forget the entries that are withdrawn for legal reasons: a crash or a race left something.

    The withdrawal itself forgets its entry; a check of its sources may end after it. Raises
    StoreUnavailable.
    """
    query = Query(state="withdrawn", sort="id")
    after: Key | None = None
    while rows := entries.rows(query, limit=_BATCH, after=after):
        for row in rows:
            live = entries.live(row.id)
            if isinstance(live, Withdrawn) and live.legal:
                forget_entry(documents, row.id)
        after = key("id", rows[-1])
