"""Turns changes into purge jobs, hands them to the caches' workers and updates the outbox."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from widget.errors import InsightsError
from widget.purging import keys
from widget.purging.caches import Cache
from widget.purging.jobs import PurgeJob, PurgeOutbox, What, new_job
from widget.purging.worker import SETTLED, PendingPurge, PurgeWorker, rounds
from widget.store import Revision

log = logging.getLogger("insights.purging")

ORPHAN_SECONDS = 2.0
"""How long a job may be overdue before it counts as orphaned: its process has ended."""


@dataclass(slots=True)
class _OpenJob:
    """A job; by worker, the age of the change at its last purge, and the last error."""

    job: PurgeJob
    purged: dict[int, float] = field(default_factory=dict)
    trouble: dict[int, str] = field(default_factory=dict)


class Purger:
    """Purges what changes invalidate, with one thread for each cache."""

    def __init__(self, caches: Sequence[Cache], outbox: PurgeOutbox) -> None:
        self.outbox = outbox
        self._workers = [PurgeWorker(cache, self._record_attempt) for cache in caches]
        self._open: dict[str, _OpenJob] = {}
        self._closed: deque[PurgeJob] = deque(maxlen=1000)
        self._changed = threading.Condition()
        self._writing = threading.Lock()

    def changed(self, revision: Revision) -> None:
        """Store a purge job for a change (a store's ``ChangeListener``); threads carry it out.

        Raises nothing: the change is made, whether or not the purge succeeds.
        """
        if revision.action in ("publish", "withdraw"):
            self._enqueue(revision.entry.id, revision.action, keys.keys_of_revision(revision))

    def purge_everything(self) -> None:
        """Purge everything once.

        Settings and templates may have changed, and a process may have ended between a change and
        storing its job.
        """
        self._enqueue("", "start", (keys.ALL,))

    def adopt_orphans(self) -> None:
        """Take over the jobs of processes that ended. Raises StoreUnavailable."""
        now = time.time()
        for job in self.outbox.pending():
            if now - job.due > ORPHAN_SECONDS and job.token not in self._open:
                adopted = replace(job, due=now)
                self.outbox.update(adopted)
                self._put(adopted)

    def wait(self, seconds: float) -> list[PurgeJob]:
        """Wait until all jobs of this process are done, at most ``seconds``; return the jobs."""
        with self._changed:
            self._changed.wait_for(lambda: not self._open, timeout=seconds)
            return [*self._closed, *(open_job.job for open_job in self._open.values())]

    def _enqueue(self, entry_id: str, what: What, purge_keys: tuple[str, ...]) -> None:
        job = new_job(entry_id, what, purge_keys)
        try:
            self.outbox.add(job)
        except InsightsError as error:
            log.error("%s; purging goes on without it", error)
        self._put(job)

    def _put(self, job: PurgeJob) -> None:
        with self._changed:
            self._open[job.token] = _OpenJob(job)
        for worker in self._workers:
            worker.put(job)

    def _record_attempt(
        self, worker: PurgeWorker, batch: list[PendingPurge], trouble: str, retry_at: float
    ) -> None:
        """Update the jobs of ``batch`` after an attempt; runs in the worker's thread."""
        number = self._workers.index(worker)
        if trouble:
            log.warning("%s; retrying in %.1f s", trouble, max(0.0, retry_at - time.time()))
        for pending in batch:
            with self._writing:
                open_job = self._open[pending.job.token]
                open_job.purged[number], open_job.trouble[number] = pending.purged, trouble
                open_job.job, done = self._progress(
                    open_job, failed=bool(trouble), retry_at=retry_at
                )
                try:
                    if done:
                        self.outbox.complete(open_job.job)
                    else:
                        self.outbox.update(open_job.job)
                except InsightsError as error:
                    log.error("%s", error)
            if done:
                with self._changed:
                    self._closed.append(self._open.pop(pending.job.token).job)
                    self._changed.notify_all()

    def _progress(
        self, open_job: _OpenJob, *, failed: bool, retry_at: float
    ) -> tuple[PurgeJob, bool]:
        """Return the job's state over all workers, and whether it is done."""
        job, now = open_job.job, time.time()
        purged = min(open_job.purged.get(number, -1.0) for number in range(len(self._workers)))
        remaining = [wait for wait in rounds(job) if wait > purged]
        confirmed = job.confirmed
        if confirmed is None and purged >= SETTLED:
            confirmed = now - job.at
        job = replace(
            job,
            confirmed=confirmed,
            due=max(job.at + remaining[0], retry_at) if remaining else now,
            tries=job.tries + failed,
            trouble="; ".join(filter(None, open_job.trouble.values())),
        )
        return job, not remaining
