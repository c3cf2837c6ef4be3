"""Keeps the number of upheld reports that a panel shows."""

from __future__ import annotations

from widget.editorial.service import Editorial
from widget.errors import NotFound
from widget.record.reports import Report
from widget.storage.documents import Collection
from widget.store import Annotations


def count(reports: Collection[Report], editorial: Editorial, report_id: str, *, actor: str) -> bool:
    """Add an upheld report to what its panel shows, once; return whether it has been added.

    A process may end between the two writes, so the revision names the report: who finds it
    uncounted looks there first. While nothing is live, nothing is added.
    """
    report = reports.get(report_id)
    if report is None or report.state != "upheld" or report.counted:
        return False
    note = f"Upheld the report {report_id}."
    history = editorial.entries.history(report.entry)
    if not any(it.action == "annotate" and it.note == note for it in history):
        try:
            editorial.annotating.annotate(report.entry, _one_more, actor=actor, note=note)
        except NotFound:
            return False
    reports.update(report_id, lambda it: it and it.model_copy(update={"counted": True}))
    return True


def _one_more(before: Annotations) -> Annotations:
    return before.model_copy(update={"reports_upheld": before.reports_upheld + 1})
