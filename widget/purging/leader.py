"""What one worker does for its machine, or for all that share a database: it looks around.

It looks at the store, and after orphaned purges.

With a cache in front no request may come for a day, and without one nobody would look at the
files: a panel that a person removed from ``live/`` would stay in the cache.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from widget.errors import InsightsError
from widget.purging.purger import Purger
from widget.storage.lock import Busy
from widget.store import Store

log = logging.getLogger("insights.purging")

LOOK_SECONDS = 0.2
# Looking takes at most this part of one processor's time.
SHARE = 0.2
SWEEP_SECONDS = 1.0
REMEMBERED_SECONDS = 86_400.0


class Keeper:
    """A daemon thread; of all processes that have one, the holder of the lock works."""

    def __init__(self, store: Store, purger: Purger) -> None:
        self._store = store
        self._purger = purger
        self._swept = 0.0

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._run, name="purging", daemon=True).start()

    def _run(self) -> None:
        said = ""
        while True:
            try:
                with self._purger.ledger.keeping() as still:
                    self._keep(still)
            except Busy:
                time.sleep(SWEEP_SECONDS)
            except InsightsError as error:
                if str(error) != said:
                    log.warning("%s", error)
                said = str(error)
                time.sleep(SWEEP_SECONDS)
            except Exception:
                log.exception("the look after purges failed, and goes on")
                time.sleep(SWEEP_SECONDS)

    def _keep(self, still: Callable[[], bool]) -> None:
        while still():
            began = time.monotonic()
            try:
                self._store.look()
                if began - self._swept >= SWEEP_SECONDS:
                    self._swept = began
                    self._purger.adopt()
                    self._purger.ledger.forget(time.time() - REMEMBERED_SECONDS)
            except InsightsError as error:
                log.warning("%s", error)
            took = time.monotonic() - began
            time.sleep(max(LOOK_SECONDS - took, took * (1 / SHARE - 1)))
