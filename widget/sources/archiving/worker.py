"""Carries the orders out, and records the copies where the sources are cited."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from widget.editorial.annotating import Annotating
from widget.errors import NotFound
from widget.sources.archiving.ordering import with_copy
from widget.sources.archiving.protocol import Archiver
from widget.sources.archiving.queue import ArchiveQueue, Place
from widget.sources.record import source_records
from widget.storage.documents import Documents
from widget.storage.lease import IsHeld, Lease, work_under_lease
from widget.store import Annotations, SourceAnnotation

log = logging.getLogger("insights.sources")

ACTOR = "sources"
"""Who changes what stands beside an entry."""
LOOK_SECONDS = 2.0


class ArchiveWorker:
    """A daemon thread in every process; only the holder of the lease works."""

    def __init__(self, queue: ArchiveQueue, archiver: Archiver, recorder: CopyRecorder) -> None:
        self._queue = queue
        self._archiver = archiver
        self._recorder = recorder

    def start(self, lease: Callable[[], Lease]) -> None:
        """Start the thread."""
        threading.Thread(target=self._run, args=[lease], name="archiving", daemon=True).start()

    def _run(self, lease: Callable[[], Lease]) -> None:
        work_under_lease(lease, self._watch, log=log, failure="archiving sources failed")

    def _watch(self, is_held: IsHeld) -> None:
        rest: datetime | None = None
        while is_held():
            now = datetime.now(UTC)
            if rest is None or rest <= now:
                rest = self._queue.carry_out(self._archiver, self._recorder.record, now=now)
            time.sleep(LOOK_SECONDS)


class CopyRecorder:
    """Records the URL of a copy in the newest check of a source, and where readers see it."""

    def __init__(self, documents: Documents, annotating: Annotating) -> None:
        self._records = source_records(documents)
        self._annotating = annotating

    def record(self, place: Place, url: str) -> None:
        """Record a copy; again does no harm. Raises StoreUnavailable, Conflict."""
        self._records.update(place.entry, lambda it: it and with_copy(it, place.source, url))
        try:
            self._annotating.annotate(
                place.entry, lambda it: annotated(it, place.source, url), actor=ACTOR
            )
        except NotFound:
            return  # it was withdrawn meanwhile


def annotated(annotations: Annotations, key: str, url: str) -> Annotations:
    """Return what readers see with the archived copy of the source ``key``."""
    if not any(it.key == key for it in annotations.sources):
        added = (*annotations.sources, SourceAnnotation(key=key, archive_url=url))
        return annotations.model_copy(update={"sources": added})
    sources = tuple(
        it.model_copy(update={"archive_url": url}) if it.key == key else it
        for it in annotations.sources
    )
    return annotations.model_copy(update={"sources": sources})
