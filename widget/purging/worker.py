"""One thread for each cache, so that a cache that is down does not delay another."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from widget import metrics
from widget.purging.caches import Cache, PurgeFailed
from widget.purging.jobs import PurgeJob

log = logging.getLogger("insights.purging")

# Each purge is repeated. A worker may serve the old panel for a moment after the change (0.3 s for
# cached responses, at most one second for all others). Such a response, fetched just after the
# first purge, would stay in the cache for a day.
SETTLED = 0.4
"""From this age of the change on, no worker serves a cached response: such a purge confirms."""
ROUNDS = (0.0, SETTLED, 1.2)
# During a reload, the old workers go on serving until their requests are finished.
START_ROUNDS = (0.0, SETTLED, 1.2, 15.0)
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0


@dataclass(slots=True)
class PendingPurge:
    """A job of one cache. ``purged`` is the age of the change at its last purge, -1 before."""

    job: PurgeJob
    purged: float = -1.0

    @property
    def next(self) -> float | None:
        """When the next purge is due, in seconds since 1970; None where none is left."""
        later = [wait for wait in rounds(self.job) if wait > self.purged]
        return self.job.at + later[0] if later else None


def rounds(job: PurgeJob) -> tuple[float, ...]:
    """Return the ages of the change, in seconds, at which ``job`` is purged."""
    return START_ROUNDS if job.what == "start" else ROUNDS


class PurgeWorker:
    """Purges one cache, several jobs at a time, and retries until it confirms."""

    def __init__(
        self,
        cache: Cache,
        on_attempt: Callable[[PurgeWorker, list[PendingPurge], str, float], None],
    ) -> None:
        """``on_attempt`` gets each attempt: its jobs, the error ("" for none), the next attempt."""
        self.cache = cache
        self._on_attempt = on_attempt
        self._waiting: dict[str, PendingPurge] = {}
        self._changed = threading.Condition()
        self._failures = 0
        self._not_before = 0.0
        self._held_until = 0.0
        self._thread: threading.Thread | None = None

    def put(self, job: PurgeJob) -> None:
        """Add a job."""
        with self._changed:
            self._waiting.setdefault(job.token, PendingPurge(job))
            # A new job does not wait for the pause after a failure, unless the cache asked for one.
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

    def _due(self) -> list[PendingPurge]:
        now = time.time()
        if now < self._not_before:
            return []
        batch: list[PendingPurge] = []
        keys = 0
        for due in self._waiting.values():
            if (due.next or now + 1) <= now:
                keys += len(due.job.keys)
                if batch and keys > self.cache.max_keys:
                    break
                batch.append(due)
        return batch

    def _pause(self) -> float | None:
        times = [due.next for due in self._waiting.values() if due.next is not None]
        if not times:
            return None
        return max(0.0, max(min(times), self._not_before) - time.time())

    def _purge(self, batch: list[PendingPurge]) -> None:
        keys = list(dict.fromkeys(key for due in batch for key in due.job.keys))
        began, clock = time.time(), time.perf_counter()
        trouble = ""
        try:
            for first in range(0, len(keys), self.cache.max_keys):
                self.cache.purge(keys[first : first + self.cache.max_keys])
        except PurgeFailed as error:
            trouble = str(error)
            pause = min(FIRST_PAUSE * 2 ** min(self._failures, 10), LONGEST_PAUSE)
            self._failures += 1
            self._held_until = time.time() + min(error.retry_after, 60.0)
            self._not_before = max(time.time() + pause, self._held_until)
        except Exception:
            # The thread must not end: nothing else purges this cache.
            log.exception("purging %s failed", self.cache.name)
            trouble, self._not_before = f"{self.cache.name}: see the log", time.time() + 1.0
        else:
            self._failures, self._not_before, self._held_until = 0, 0.0, 0.0
            with self._changed:
                for due in batch:
                    due.purged = began - due.job.at
                    if due.next is None:
                        self._waiting.pop(due.job.token, None)
        took = time.perf_counter() - clock
        metrics.count_purge(self.cache.name, took, confirmed=not trouble)
        self._on_attempt(self, batch, trouble, self._not_before)
