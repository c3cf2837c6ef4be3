"""What stands beside the entries: links of authors, and counts of what readers open."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from flask import Flask, current_app

from widget.config import Settings
from widget.editorial.service import Editorial
from widget.http.response_cache import ResponseCache
from widget.record.counts import DailyCounts, flushed_at_exit
from widget.record.forgetting import forget_entry, forget_withdrawn
from widget.record.housekeeping import Housekeeping
from widget.record.report_removal import ReportRemoval
from widget.record.voices import Voices
from widget.storage.documents import Documents, open_documents
from widget.storage.store_lease import store_lease
from widget.web.reader import counts, voice

_EXTENSION = "insights.records"
_LOCK = 0x1051D9


@dataclass(frozen=True)
class Records:
    """The records of a store that editors see, opened when they are first needed."""

    settings: Settings

    @cached_property
    def documents(self) -> Documents:
        """The records. Raises StoreUnavailable."""
        return open_documents(self.settings.store)

    @cached_property
    def voices(self) -> Voices:
        """The links of authors."""
        return Voices(lambda: self.documents)

    @cached_property
    def counts(self) -> DailyCounts:
        """What readers opened."""
        daily = DailyCounts(lambda: self.documents, days=self.settings.counts_days)
        return flushed_at_exit(daily)

    def remove_old(self) -> None:
        """Remove links and counts that are over their time. Raises StoreUnavailable."""
        if self.voices.remove_old() + self.counts.remove_old():
            self.documents.overwrite_removed()

    def forget(self, entry_id: str) -> None:
        """Remove what stands beside an entry that is withdrawn for legal reasons."""
        self.counts.forget(entry_id)  # also what waits to be written
        forget_entry(self.documents, entry_id)


def records() -> Records:
    """Return the records of the current application."""
    found: Records = current_app.extensions[_EXTENSION]
    return found


def init_app(app: Flask, settings: Settings, editorial: Editorial) -> Records:
    """Add the routes for readers to ``app``, and return the records."""
    beside = Records(settings)
    editorial.forgetting.append(beside.forget)
    voice.init_app(app, beside.voices, editorial)
    if settings.counts:
        counts.init_app(app, beside.counts)
    app.extensions[_EXTENSION] = beside
    return beside


def start(app: Flask, settings: Settings, editorial: Editorial, service: ResponseCache) -> None:
    """Start removing what is over its time, and write all counts when ``service`` stops."""
    beside: Records = app.extensions[_EXTENSION]
    service.at_stop.append(beside.counts.flush)
    Housekeeping(
        ReportRemoval(lambda: beside.documents, editorial).run,
        beside.remove_old,
        lambda: forget_withdrawn(editorial.entries, beside.documents),
    ).start(store_lease(settings.store, name="record", lock=_LOCK))
