"""Removes records whose time is over: hourly, in one of the processes of a store."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from widget.errors import InsightsError
from widget.record.counts import DailyCounts
from widget.record.forgetting import forget_entry
from widget.record.voices import Voices
from widget.storage.documents import Documents
from widget.storage.lease import IsHeld, Lease, work_under_lease
from widget.store import EntryReader, Withdrawn

log = logging.getLogger("insights.record")

EVERY_SECONDS = 3_600.0
_LOOK_SECONDS = 1.0


class Housekeeping:
    """A daemon thread in every process; only the holder of the lease works."""

    def __init__(
        self, entries: EntryReader, documents: Callable[[], Documents], *, days: int
    ) -> None:
        self._entries = entries
        self._documents = documents
        self._voices = Voices(documents)
        self._counts = DailyCounts(documents, days=days)

    def start(self, lease: Callable[[], Lease]) -> None:
        """Start the thread."""
        threading.Thread(target=self._run, args=[lease], name="record", daemon=True).start()

    def tidy(self) -> None:
        """Remove what is over its time, and what entries withdrawn for legal reasons left.

        The withdrawal itself removes that, too: here is what a crash or a race left.
        """
        removed = self._voices.sweep() + self._counts.sweep()
        for entry_id in {it.entry for it in self._voices.with_texts()}:
            live = self._entries.live(entry_id)
            if isinstance(live, Withdrawn) and live.legal:
                forget_entry(self._documents(), entry_id)
        if removed:
            self._documents().overwrite_removed()

    def _run(self, lease: Callable[[], Lease]) -> None:
        work_under_lease(lease, self._watch, log=log, failure="removing old records failed")

    def _watch(self, is_held: IsHeld) -> None:
        due = 0.0
        while is_held():
            if time.monotonic() >= due:
                try:
                    self.tidy()
                except InsightsError as error:
                    log.warning("%s", error)
                due = time.monotonic() + EVERY_SECONDS
            time.sleep(_LOOK_SECONDS)
