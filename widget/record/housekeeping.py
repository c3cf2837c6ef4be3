"""Removes records whose time is over: every ten minutes, in one of the processes of a store."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from widget.errors import InsightsError
from widget.storage.lease import IsHeld, Lease, work_under_lease

log = logging.getLogger("insights.record")

ROUND_SECONDS = 600.0
LOOK_SECONDS = 1.0
"""How often it looks whether it still holds the lease."""


class Housekeeping:
    """A daemon thread in every process; only the holder of the lease works."""

    def __init__(self, *removals: Callable[[], object]) -> None:
        """Take the removals of a round; one that fails is tried again with the next round."""
        self._removals = removals

    def start(self, lease: Callable[[], Lease]) -> None:
        """Start the thread."""
        threading.Thread(target=self._run, args=[lease], name="record", daemon=True).start()

    def round(self) -> None:
        """Run all removals once."""
        for remove in self._removals:
            try:
                remove()
            except InsightsError as error:
                log.warning("%s", error)

    def _run(self, lease: Callable[[], Lease]) -> None:
        work_under_lease(lease, self._rounds, log=log, failure="removing old records failed")

    def _rounds(self, is_held: IsHeld) -> None:
        due = 0.0
        while is_held():
            if time.monotonic() >= due:
                self.round()
                due = time.monotonic() + ROUND_SECONDS
            time.sleep(LOOK_SECONDS)
