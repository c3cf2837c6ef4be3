"""Carries out queued runs in a thread of each process of the service."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from widget.drafting.runs import Run
from widget.drafting.service import Drafting
from widget.errors import InsightsError
from widget.storage.lock import Busy

log = logging.getLogger("insights.drafting")

LOOK_SECONDS = 1.0
_RECENT = timedelta(days=1)
_MAX_RECENT = 50


class DraftWorker:
    """A daemon thread that carries out one run at a time, whichever process it was asked in."""

    def __init__(self, drafting: Drafting, ended: Callable[[Run], None] = lambda _: None) -> None:
        """Carry out the runs of ``drafting``; tell ``ended`` of those that leave no draft."""
        self._drafting = drafting
        self._ended = ended
        self._work = threading.Event()

    def start(self) -> None:
        """Start the thread."""
        self._drafting.wake = self._work.set
        threading.Thread(target=self._run, name="drafting", daemon=True).start()

    def _run(self) -> None:
        last_message = ""
        is_first = True
        while True:
            self._work.wait(LOOK_SECONDS)
            self._work.clear()
            try:
                if is_first:
                    self._report_recent()
                    is_first = False
                for run in self._drafting.end_lost():
                    self._report(run)
                self._carry_out_queued()
                last_message = ""
            except InsightsError as error:
                if str(error) != last_message:
                    log.warning("%s", error)
                last_message = str(error)
            except Exception:
                log.exception("a run of drafting failed; going on")

    def _carry_out_queued(self) -> None:
        for run in self._drafting.runs.unfinished():
            if run.state == "queued":
                try:
                    ended = self._drafting.carry_out(run.id)
                except Busy:
                    continue  # another process was first
                self._report(ended)

    def _report(self, run: Run) -> None:
        """Tell of a run that ended without a draft, unless a person ended it."""
        if run.state in ("refused", "failed") and not run.cancelled_by:
            self._ended(run)

    def _report_recent(self) -> None:
        """Tell of what a process that was killed could not: nobody is notified twice."""
        since = datetime.now(UTC) - _RECENT
        for run in self._drafting.runs.newest(limit=_MAX_RECENT):
            if run.changed_at >= since:
                self._report(run)
