"""What is removed beside an entry when it is withdrawn for legal reasons."""

from __future__ import annotations

from widget.record import report_removal
from widget.record.counts import DailyCounts
from widget.record.voices import Voices
from widget.storage.documents import Documents


def forget_entry(documents: Documents, entry_id: str) -> None:
    """Remove names, texts and numbers of all records of an entry, also from the store's files.

    Raises StoreUnavailable.
    """
    # Imported here: most services check no sources.
    from widget.sources.articles.record import article_records, article_texts
    from widget.sources.record import source_records

    report_removal.forget(documents, entry_id)
    Voices(lambda: documents).forget(entry_id)
    DailyCounts(lambda: documents, days=1).forget(entry_id)
    source_records(documents).update(entry_id, lambda _: None)
    article_records(documents).update(entry_id, lambda _: None)
    article_texts(documents).update(entry_id, lambda _: None)
    report_removal.forget(documents, entry_id)
    documents.overwrite_removed()
