"""One cache's own thread, so that a cache that is down holds up no other."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from widget import metrics
from widget.purging.caches import Cache, PurgeFailed
from widget.purging.jobs import Order

log = logging.getLogger("insights.purging")

# A purge is made at once, and again. A worker may answer with the old panel for a moment after
# the change (0.3 s for what it holds prebuilt, at most one second for anything), and such an
# answer, fetched just after the first purge, would stay in the cache for a day.
SETTLED = 0.4
"""From here on no worker answers what it held: a purge made then counts as the confirmation."""
ROUNDS = (0.0, SETTLED, 1.2)
# Workers that are being replaced by a reload answer for as long as it takes them to finish.
START_ROUNDS = (0.0, SETTLED, 1.2, 15.0)
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0


@dataclass(slots=True)
class Due:
    """How far one cache is: ``purged`` is how old the change was at its last purge."""

    order: Order
    purged: float = -1.0

    @property
    def next(self) -> float | None:
        """When the next purge is due, in seconds since 1970; None where none is."""
        later = [wait for wait in rounds(self.order) if wait > self.purged]
        return self.order.at + later[0] if later else None


def rounds(order: Order) -> tuple[float, ...]:
    """Return how long after the change each purge of ``order`` is made."""
    return START_ROUNDS if order.what == "start" else ROUNDS


class Line:
    """Purges one cache for all orders, several at a time, and tries again until it confirms."""

    def __init__(self, cache: Cache, told: Callable[[Line, list[Due], str, float], None]) -> None:
        """``told`` hears of every purge: which orders, what went wrong ("": nothing), next try."""
        self.cache = cache
        self._told = told
        self._waiting: dict[str, Due] = {}
        self._changed = threading.Condition()
        self._failures = 0
        self._not_before = 0.0
        self._held_until = 0.0
        self._thread: threading.Thread | None = None

    def put(self, order: Order) -> None:
        """Take an order on."""
        with self._changed:
            self._waiting.setdefault(order.token, Due(order))
            # Nobody's news waits for the pause after another's failure; only where the cache asks.
            self._not_before = self._held_until
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="purging", daemon=True)
                self._thread.start()
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                batch = self._due()
                while not batch:
                    self._changed.wait(self._pause())
                    batch = self._due()
            self._purge(batch)

    def _due(self) -> list[Due]:
        now = time.time()
        if now < self._not_before:
            return []
        batch: list[Due] = []
        keys = 0
        for due in self._waiting.values():
            if (due.next or now + 1) <= now:
                keys += len(due.order.keys)
                if batch and keys > self.cache.most:
                    break
                batch.append(due)
        return batch

    def _pause(self) -> float | None:
        times = [due.next for due in self._waiting.values() if due.next is not None]
        if not times:
            return None
        return max(0.0, max(min(times), self._not_before) - time.time())

    def _purge(self, batch: list[Due]) -> None:
        keys = list(dict.fromkeys(key for due in batch for key in due.order.keys))
        began, clock = time.time(), time.perf_counter()
        trouble = ""
        try:
            for first in range(0, len(keys), self.cache.most):
                self.cache.purge(keys[first : first + self.cache.most])
        except PurgeFailed as error:
            trouble = str(error)
            pause = min(FIRST_PAUSE * 2 ** min(self._failures, 10), LONGEST_PAUSE)
            self._failures += 1
            self._held_until = time.time() + min(error.retry_after, 60.0)
            self._not_before = max(time.time() + pause, self._held_until)
        except Exception:
            # The thread must not end: nobody would purge any more.
            log.exception("purging %s failed", self.cache.name)
            trouble, self._not_before = f"{self.cache.name}: see the log", time.time() + 1.0
        else:
            self._failures, self._not_before, self._held_until = 0, 0.0, 0.0
            with self._changed:
                for due in batch:
                    due.purged = began - due.order.at
                    if due.next is None:
                        self._waiting.pop(due.order.token, None)
        took = time.perf_counter() - clock
        metrics.count_purge(self.cache.name, took, confirmed=not trouble)
        self._told(self, batch, trouble, self._not_before)
