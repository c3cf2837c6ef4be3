"""What keeps runs. ``tests/drafting/test_runs.py`` checks both implementations."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from widget.drafting.evidence import Evidence
from widget.drafting.runs.record import Run
from widget.errors import NotFound, message

LOST_SECONDS = 15.0
"""A run whose holder has not been heard of for so long has lost its process."""

_ID = re.compile(r"[0-9a-f]{16}", re.ASCII)


class RunStore(Protocol):
    """The runs of a store, shared by all its processes. Thread-safe.

    Every method raises StoreUnavailable where the store cannot be read or written.
    """

    def add(self, run: Run, *, per_hour: int) -> None:
        """Store a new run.

        Raises Throttled where its provider had ``per_hour`` runs within the last hour.
        """

    def get(self, run_id: str) -> Run:
        """Return a run. Raises NotFound."""

    def update(self, run_id: str, change: Callable[[Run], Run]) -> Run:
        """Replace a run by what ``change`` makes of it; no other change comes in between.

        Raises NotFound, and whatever ``change`` raises.
        """

    def keep_evidence(self, run_id: str, evidence: Evidence) -> None:
        """Store what a run was made from."""

    def evidence(self, run_id: str) -> Evidence | None:
        """Return what a run was made from, None before it was gathered."""

    def newest(self, *, limit: int, entry_id: str | None = None) -> list[Run]:
        """Return runs, newest first; with ``entry_id`` those that drafted this entry."""

    def unfinished(self) -> list[Run]:
        """Return the runs that have not ended, oldest first."""

    def hold(self, run_id: str) -> AbstractContextManager[None]:
        """Hold a run, so that no other process works on it. Raises Busy.

        The hold ends with the process, however that ends.
        """

    def is_held(self, run_id: str) -> bool:
        """Return whether some process works on a run."""


def no_run(run_id: str) -> NotFound:
    """Return the error for an unknown run."""
    return NotFound(message("there is no run %(run)r", run=run_id[:20]))


def is_run_id(text: str) -> bool:
    """Return whether ``text`` can be the id of a run."""
    return _ID.fullmatch(text) is not None


def time_of(run_id: str) -> float:
    """Return when a run with this id was asked for, in seconds since 1970."""
    return int(run_id[:11], 16) / 1000


def hour_before(at: datetime) -> float:
    """Return the time an hour before ``at``, in seconds since 1970."""
    return at.timestamp() - 3600
