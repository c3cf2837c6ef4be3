"""Removes what may not be kept any longer, and makes up for what a process left undone."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import cached_property
from itertools import groupby

from widget.editorial.service import Editorial
from widget.entry import Withdrawn
from widget.record import report_counting
from widget.record.report_desk import without_texts
from widget.record.report_keys import DAY, ReportKeys
from widget.record.report_limits import ReportLimits
from widget.record.reports import (
    ADDRESS_DAYS,
    REPORT_DAYS,
    STATES,
    AnswerAddress,
    Report,
    address_records,
    report_records,
)
from widget.storage.documents import Collection, Documents
from widget.storage.lease import IsHeld, Lease, work_under_lease

log = logging.getLogger("insights.reports")

ROUND_SECONDS = 600.0
LOOK_SECONDS = 1.0
"""How often it looks whether it still holds the lease."""
_BATCH = 200
_ACTOR = "reports"


class ReportRemoval:
    """A daemon thread in every process; only the holder of the lease works, every ten minutes.

    A withdrawal for legal reasons removes texts itself (``forget``); here is what a crash left.
    """

    def __init__(
        self,
        open_records: Callable[[], Documents],
        editorial: Editorial,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``open_records`` may raise StoreUnavailable: then it is called again later."""
        self._open_records = open_records
        self._editorial = editorial
        self._clock = clock

    @cached_property
    def _documents(self) -> Documents:
        return self._open_records()

    @cached_property
    def _reports(self) -> Collection[Report]:
        return report_records(self._documents)

    @cached_property
    def _addresses(self) -> Collection[AnswerAddress]:
        return address_records(self._documents)

    def start(self, lease: Callable[[], Lease]) -> None:
        """Start the thread."""
        threading.Thread(target=self._lead, args=[lease], name="reports", daemon=True).start()

    def run(self) -> None:
        """Remove everything whose time has passed. Raises StoreUnavailable."""
        now = self._clock()
        keys = ReportKeys(self._documents, self._clock)
        removed = keys.remove_old()
        removed += ReportLimits(self._documents, keys, self._clock).remove_old()
        removed += self._addresses.remove(below=now - ADDRESS_DAYS * DAY)
        removed += self._remove_old_reports(now - REPORT_DAYS * DAY)
        removed += self._follow_withdrawals()
        self._count_upheld()
        if removed:
            self._documents.overwrite_removed()

    def _remove_old_reports(self, before: float) -> int:
        """Remove old reports; of upheld ones the texts alone, since panels count them."""
        removed = 0
        for state in STATES:
            place = (before, "")
            while page := self._reports.newest(group=state, before=place, limit=_BATCH):
                for key, report in page:
                    if state != "upheld":
                        self._reports.update(key, lambda _: None)
                    elif without_texts(report) != report:
                        self._reports.update(key, lambda it: it and without_texts(it))
                    else:
                        continue
                    removed += 1
                key, last = page[-1]
                place = last.changed_at.timestamp(), key
        return removed

    def _follow_withdrawals(self) -> int:
        removed, after = 0, ""
        while page := self._reports.page(after=after, limit=_BATCH):
            for entry_id, _ in groupby(page, key=lambda it: it[1].entry):
                live = self._editorial.entries.live(entry_id)
                if isinstance(live, Withdrawn) and live.legal:
                    removed += _remove_texts(self._documents, entry_id)
            # The next page begins with another entry: this one's are dealt with.
            after = page[-1][0]
        return removed

    def _count_upheld(self) -> None:
        place: tuple[float, str] | None = None
        while page := self._reports.newest(group="upheld", before=place, limit=_BATCH):
            for key, report in page:
                if not report.counted:
                    actor = report.resolved_by or _ACTOR
                    report_counting.count(self._reports, self._editorial, key, actor=actor)
            key, last = page[-1]
            place = last.changed_at.timestamp(), key

    def _lead(self, lease: Callable[[], Lease]) -> None:
        failure = "removing what reports may not keep failed"
        work_under_lease(lease, self._rounds, log=log, failure=failure)

    def _rounds(self, is_held: IsHeld) -> None:
        next_round = 0.0
        while is_held():
            if time.monotonic() >= next_round:
                self.run()
                next_round = time.monotonic() + ROUND_SECONDS
            time.sleep(LOOK_SECONDS)


def forget(documents: Documents, entry_id: str) -> None:
    """Remove the texts and addresses of an entry's reports: it was withdrawn for legal reasons.

    Raises StoreUnavailable.
    """
    if _remove_texts(documents, entry_id):
        documents.overwrite_removed()


def _remove_texts(documents: Documents, entry_id: str) -> int:
    reports = report_records(documents)
    removed = address_records(documents).remove(prefix=f"{entry_id}.")
    after = ""
    while page := reports.page(prefix=f"{entry_id}.", after=after, limit=_BATCH):
        for key, report in page:
            if without_texts(report) != report:
                reports.update(key, lambda it: it and without_texts(it))
                removed += 1
        after = page[-1][0]
    return removed
