"""Notifying of reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from widget.config import Settings
from widget.editorial.service import Editorial
from widget.store import Live
from widget.web.reader import reports

if TYPE_CHECKING:
    from widget.notifying.notifier import Notifier
    from widget.record.reports import Report


def start(app: Flask, settings: Settings, editorial: Editorial, notifier: Notifier) -> None:
    """Let ``notifier`` tell of each new report."""
    # Imported here: nobody is notified until a receiver is configured.
    from widget.notifying.events import report_event

    def reported(report_id: str, report: Report) -> None:
        live = editorial.entries.live(report.entry)
        if not isinstance(live, Live):
            return
        event = report_event(
            report_id,
            live,
            at=report.last_at,
            kind=report.kind,
            readers=report.count,
            assignee=report.assignee,
            workflow=editorial.entries.workflow(report.entry),
            settings=settings,
        )
        notifier.record(event)

    reports.set_listener(app, reported)
