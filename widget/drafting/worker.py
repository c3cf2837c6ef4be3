"""Carries out queued runs in a thread of each process of the service."""

from __future__ import annotations

import logging
import threading

from widget.drafting.service import Drafting
from widget.errors import InsightsError
from widget.storage.lock import Busy

log = logging.getLogger("insights.drafting")

LOOK_SECONDS = 1.0


class DraftWorker:
    """A daemon thread that carries out one run at a time, whichever process it was asked in."""

    def __init__(self, drafting: Drafting) -> None:
        self._drafting = drafting
        self._work = threading.Event()

    def start(self) -> None:
        """Start the thread."""
        self._drafting.wake = self._work.set
        threading.Thread(target=self._run, name="drafting", daemon=True).start()

    def _run(self) -> None:
        last_message = ""
        while True:
            self._work.wait(LOOK_SECONDS)
            self._work.clear()
            try:
                self._drafting.end_lost()
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
                    self._drafting.carry_out(run.id)
                except Busy:
                    continue  # another process was first
