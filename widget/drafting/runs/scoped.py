"""The runs as somebody sees them who works for some publications only."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from widget.drafting.evidence import Evidence
from widget.drafting.runs.record import Run
from widget.drafting.runs.store import RunStore, no_run

IsVisible = Callable[[Run, "Evidence | None"], bool]
"""Says whether somebody may see a run; its evidence is given where the request names no URL."""


class ScopedRuns:
    """The runs in ``runs`` that are visible; others do not exist in it. See ``RunStore``."""

    def __init__(self, runs: RunStore, is_visible: IsVisible) -> None:
        self._runs = runs
        self._is_visible = is_visible

    def add(self, run: Run, *, per_hour: int) -> None:
        """Store a new run. Raises Throttled."""
        self._runs.add(run, per_hour=per_hour)

    def get(self, run_id: str) -> Run:
        """Return a run. Raises NotFound."""
        run = self._runs.get(run_id)
        if not self._shows(run):
            raise no_run(run_id)
        return run

    def update(self, run_id: str, change: Callable[[Run], Run]) -> Run:
        """Replace a run. Raises NotFound, and whatever ``change`` raises."""
        self.get(run_id)
        return self._runs.update(run_id, change)

    def keep_evidence(self, run_id: str, evidence: Evidence) -> None:
        """Store what a run was made from."""
        self.get(run_id)
        self._runs.keep_evidence(run_id, evidence)

    def evidence(self, run_id: str) -> Evidence | None:
        """Return what a run was made from. Raises NotFound."""
        self.get(run_id)
        return self._runs.evidence(run_id)

    def newest(self, *, limit: int, entry_id: str | None = None) -> list[Run]:
        """Return runs, newest first."""
        wanted = limit
        while True:
            found = self._runs.newest(limit=wanted, entry_id=entry_id)
            shown = [run for run in found if self._shows(run)]
            if len(shown) >= limit or len(found) < wanted:
                return shown[:limit]
            wanted *= 4

    def unfinished(self) -> list[Run]:
        """Return the runs that have not ended, oldest first."""
        return [run for run in self._runs.unfinished() if self._shows(run)]

    def hold(self, run_id: str) -> AbstractContextManager[None]:
        """Hold a run. Raises NotFound, Busy."""
        self.get(run_id)
        return self._runs.hold(run_id)

    def is_held(self, run_id: str) -> bool:
        """Return whether some process works on a run."""
        return self._runs.is_held(run_id)

    def _shows(self, run: Run) -> bool:
        evidence = None if run.request.article_url else self._runs.evidence(run.id)
        return self._is_visible(run, evidence)
