"""Purge jobs: stored before the first attempt, completed once every cache confirmed."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol

from widget.storage.atomic import new_token
from widget.storage.lease import Lease

What = Literal["publish", "withdraw", "start"]


@dataclass(frozen=True, slots=True)
class PurgeJob:
    """One purge. Times are in seconds, ``at`` and ``due`` since 1970.

    ``at`` is when the change was made. ``due`` is when the next attempt starts; a job that is long
    overdue has lost its process. ``confirmed`` is how long after the change every cache had
    confirmed, None before. ``tries`` counts failed attempts, ``trouble`` is the error of the last
    one. ``entry_id`` is empty for a purge of everything.
    """

    token: str
    entry_id: str
    what: What
    keys: tuple[str, ...]
    at: float
    due: float
    confirmed: float | None = None
    tries: int = 0
    trouble: str = ""


class PurgeOutbox(Protocol):
    """The purge jobs of a store, shared by all its processes. Thread-safe.

    Every method raises StoreUnavailable where the outbox cannot be read or written.
    """

    def add(self, job: PurgeJob) -> None:
        """Store a job; it is on disk when this returns."""

    def update(self, job: PurgeJob) -> None:
        """Store the state of a pending job. A completed job stays completed."""

    def complete(self, job: PurgeJob) -> None:
        """End a job: it is no longer pending, but ``latest`` still returns it."""

    def pending(self) -> list[PurgeJob]:
        """Return the jobs that are not completed, oldest first."""

    def latest(self, entry_id: str) -> PurgeJob | None:
        """Return the newest job of an entry, None where it had none recently."""

    def prune(self, before: float) -> None:
        """Delete completed jobs that are older than ``before``."""

    def lease(self) -> Lease:
        """Return the leader's lease, one for all processes that share the outbox."""


def to_document(job: PurgeJob) -> dict[str, Any]:
    """Return a job as a JSON object."""
    return asdict(job)


def from_document(fields: Any) -> PurgeJob:  # noqa: ANN401  # any stored JSON
    """Return the job of a JSON object. Raises ValueError, TypeError, KeyError."""
    return PurgeJob(**{**fields, "keys": tuple(fields["keys"])})


def new_job(entry_id: str, what: What, keys: tuple[str, ...]) -> PurgeJob:
    """Return a job that purges ``keys`` now."""
    now = time.time()
    return PurgeJob(new_token(), entry_id, what, keys, at=now, due=now)
