"""The purge leader: one process of a machine, or of all that share a database, holds its lease.

It checks the store for hand edits and takes over orphaned purge jobs.

Behind a cache, no request may arrive for a day. Without the leader, nobody would check the files,
and a panel that a person removed from ``live/`` would stay in the cache.
"""

from __future__ import annotations

import logging
import threading
import time

from widget.errors import InsightsError
from widget.purging.purger import Purger
from widget.storage.lease import IsHeld, work_under_lease
from widget.store import Store

log = logging.getLogger("insights.purging")

LOOK_SECONDS = 0.2
# The fraction of one processor's time that checking the store may take.
SHARE = 0.2
SWEEP_SECONDS = 1.0
REMEMBERED_SECONDS = 86_400.0


class PurgeLeader:
    """A daemon thread in every process; only the holder of the lease works."""

    def __init__(self, store: Store, purger: Purger) -> None:
        self._store = store
        self._purger = purger
        self._swept = 0.0

    def start(self) -> None:
        """Start the thread."""
        threading.Thread(target=self._run, name="purging", daemon=True).start()

    def _run(self) -> None:
        work_under_lease(
            self._purger.outbox.lease,
            self._watch,
            log=log,
            failure="watching the store and the purges failed",
        )

    def _watch(self, is_leading: IsHeld) -> None:
        while is_leading():
            began = time.monotonic()
            try:
                self._store.poll()
                if began - self._swept >= SWEEP_SECONDS:
                    self._swept = began
                    self._purger.adopt_orphans()
                    self._purger.outbox.prune(time.time() - REMEMBERED_SECONDS)
            except InsightsError as error:
                log.warning("%s", error)
            took = time.monotonic() - began
            time.sleep(max(LOOK_SECONDS - took, took * (1 / SHARE - 1)))
