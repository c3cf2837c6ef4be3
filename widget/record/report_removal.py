"""Removes what may not be kept any longer, and makes up for what a process left undone."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property

from widget.editorial.service import Editorial
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

_BATCH = 200
_ACTOR = "reports"


class ReportRemoval:
    """One of the removals of the housekeeping."""

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

    def run(self) -> None:
        """Remove everything whose time has passed. Raises StoreUnavailable."""
        now = self._clock()
        keys = ReportKeys(self._documents, self._clock)
        removed = keys.remove_old()
        removed += ReportLimits(self._documents, keys, self._clock).remove_old()
        removed += self._addresses.remove(below=now - ADDRESS_DAYS * DAY)
        removed += self._remove_old_reports(now - REPORT_DAYS * DAY)
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

    def _count_upheld(self) -> None:
        place: tuple[float, str] | None = None
        while page := self._reports.newest(group="upheld", before=place, limit=_BATCH):
            for key, report in page:
                if not report.counted:
                    actor = report.resolved_by or _ACTOR
                    report_counting.count(self._reports, self._editorial, key, actor=actor)
            key, last = page[-1]
            place = last.changed_at.timestamp(), key


def forget(documents: Documents, entry_id: str) -> int:
    """Remove the texts and addresses of an entry's reports; return how many had any.

    The entry was withdrawn for legal reasons. Raises StoreUnavailable.
    """
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
