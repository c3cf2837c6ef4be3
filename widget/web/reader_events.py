"""Notifying of what readers and authors send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from widget.config import Settings
from widget.editorial.service import Editorial
from widget.notifying.events import report_event, voice_event
from widget.store import Draft, Live
from widget.web.reader import reports, voice

if TYPE_CHECKING:
    from widget.notifying.notifier import Notifier
    from widget.record.reports import Report
    from widget.record.voices import Sent, Voice


def start(app: Flask, settings: Settings, editorial: Editorial, notifier: Notifier) -> None:
    """Let ``notifier`` tell of each new report, objection and reply."""
    entries = editorial.entries

    def reported(report_id: str, report: Report) -> None:
        live = entries.live(report.entry)
        if not isinstance(live, Live):
            return
        event = report_event(
            report_id,
            live,
            at=report.last_at,
            kind=report.kind,
            readers=report.count,
            assignee=report.assignee,
            workflow=entries.workflow(report.entry),
            settings=settings,
        )
        notifier.record(event)

    def answered(by: Voice, sent: Sent) -> None:
        shown = entries.draft(by.entry) or entries.live(by.entry)
        if not isinstance(shown, Draft | Live):
            return
        event = voice_event(
            sent,
            shown.entry,
            revision=entries.head(by.entry),
            at=by.changed_at,
            is_author=by.role == "author",
            workflow=entries.workflow(by.entry),
            settings=settings,
        )
        notifier.record(event)

    reports.set_listener(app, reported)
    voice.set_listener(app, answered)
