"""The API's views for readers' reports."""

from __future__ import annotations

from http import HTTPStatus

from widget.errors import Breach, InvalidRequest
from widget.record.report_desk import Place, ReportDesk
from widget.record.reports import PENDING, RESOLVED, STATES, State
from widget.web.api import parsing
from widget.web.api import report_models as models
from widget.web.api.context import actor, api, editorial
from widget.web.api.responses import ApiResponse, json_response
from widget.web.context import documents

_LISTS: dict[str, tuple[State, ...]] = {
    "waiting": PENDING,
    "resolved": RESOLVED,
    "any": STATES,
    **{it: (it,) for it in STATES},
}


def list_reports() -> ApiResponse:
    """List reports, those with the newest change first."""
    query = parsing.query(models.ReportQuery)
    page = _desk().page(
        states=_LISTS[query.state],
        publication=query.publication,
        assignee=query.assignee,
        entry=query.entry,
        before=query.place,
        limit=query.limit,
    )
    items = [models.ReportRecord.of(it) for it in page.items]
    return json_response(models.ReportList(items=items, next=_cursor(page.next)))


def read_report(report_id: str) -> ApiResponse:
    """Read one report."""
    return json_response(models.ReportRecord.of(_desk().get(report_id)))


def assign_report(report_id: str) -> ApiResponse:
    """Say who works on a report."""
    body = parsing.body(models.ReportAssignment)
    assignee = (body.assignee or "").strip().lower() or None
    if assignee and not api().has_colleague(assignee):
        raise InvalidRequest([Breach("$.assignee", f"there is no user {assignee!r}")])
    return json_response(models.ReportRecord.of(_desk().assign(report_id, assignee)))


def resolve_report(report_id: str) -> ApiResponse:
    """Uphold or reject a report."""
    body = parsing.body(models.ReportResolution)
    if body.decision == "uphold":
        listed = _desk().uphold(report_id, actor=actor(), answer=body.answer)
    else:
        listed = _desk().reject(report_id, actor=actor(), answer=body.answer)
    record = models.ReportRecord.of(listed).model_dump_json().encode()
    return ApiResponse(record, HTTPStatus.CREATED, location=f"/api/v1/reports/{report_id}")


def _desk() -> ReportDesk:
    return ReportDesk(documents(), editorial(), api().settings)


def _cursor(place: Place | None) -> str | None:
    return f"{place[0]!r}~{place[1]}" if place else None
