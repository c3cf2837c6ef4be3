"""What stands beside the entries: links of authors, and counts of what readers open."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask

from widget.config import Settings
from widget.editorial.service import Editorial
from widget.record.counts import DailyCounts, open_counts
from widget.record.housekeeping import Housekeeping
from widget.record.voices import Voices, open_voices
from widget.storage.store_lease import store_lease
from widget.store import EntryReader
from widget.web.reader import counts, voice

_EXTENSION = "insights.records"
_LOCK = 0x1051D9


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a store that editors see."""

    voices: Voices
    counts: DailyCounts


def init_app(app: Flask, settings: Settings, editorial: Editorial) -> Records:
    """Add the routes for readers to ``app``, and return the records."""
    records = Records(open_voices(settings), open_counts(settings))
    editorial.forgetting += [records.voices.forget, records.counts.forget]
    voice.init_app(app, records.voices, editorial)
    if settings.counts:
        counts.init_app(app, records.counts)
    app.extensions[_EXTENSION] = records
    return records


def start(app: Flask, settings: Settings, store: EntryReader) -> None:
    """Start removing what is over its time."""
    records: Records = app.extensions[_EXTENSION]
    lease = store_lease(settings.store, name="record", lock=_LOCK)
    Housekeeping(store, records.voices, records.counts).start(lease)
