"""The queue of what readers reported."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from widget.entry import Entry
from widget.entry.model import Correction
from widget.errors import Breach, InsightsError, InvalidRequest, message
from widget.http import problem_details
from widget.record.report_desk import ListedReport, Place, ReportDesk
from widget.record.report_mail import mail_receiver, mail_sender
from widget.record.reports import ADDRESS_DAYS, PENDING, RESOLVED, STATES, State
from widget.store import Live
from widget.web.admin import auth, rendering
from widget.web.admin.context import admin
from widget.web.admin.interface import ngettext, shown
from widget.web.admin.terms import place
from widget.web.context import documents
from widget.web.reader.report_words import correction_note

routes = Blueprint("reports", __name__, url_prefix="/reports")

_LISTS: dict[str, tuple[State, ...]] = {
    "": PENDING,
    "resolved": RESOLVED,
    "all": STATES,
    **{it: (it,) for it in STATES},
}


@routes.get("")
def listing() -> Response:
    """Show the reports that the filters find."""
    query = {name: request.args.get(name, "") for name in ("state", "publication", "assignee")}
    states = _LISTS.get(query["state"], PENDING)
    page = desk().page(
        states=states,
        publication=query["publication"],
        assignee=query["assignee"],
        before=_place(request.args.get("before", "")),
    )
    following = {name: it for name, it in query.items() if it}
    return rendering.page(
        "reports.html",
        page=page,
        query=query,
        lists=tuple(_LISTS),
        publications=admin().scope.publications,
        people=admin().colleagues(disabled=True),
        first_page=url_for(".listing", **following) if request.args.get("before") else "",  # type: ignore[arg-type]  # names of query parameters
        next_page=url_for(".listing", before=_cursor(page.next), **following) if page.next else "",  # type: ignore[arg-type]  # names of query parameters
    )


@routes.get("/<report_id>")
def show(report_id: str) -> Response:
    """Show a report."""
    return _page(report_id)


@routes.post("/<report_id>/assignment")
def assign(report_id: str) -> AnyResponse:
    """Say who works on a report."""
    return _done(report_id, lambda: desk().assign(report_id, _assignee()))


@routes.post("/<report_id>/rejection")
def reject(report_id: str) -> AnyResponse:
    """Reject a report, with the reason."""
    who = auth.user().name
    return _done(report_id, lambda: desk().reject(report_id, actor=who, answer=_text("answer")))


@routes.post("/<report_id>/upholding")
def uphold(report_id: str) -> AnyResponse:
    """Uphold a report without a correction, such as where one was made already."""
    who = auth.user().name
    return _done(report_id, lambda: desk().uphold(report_id, actor=who, answer=_text("answer")))


@routes.post("/<report_id>/correction")
def correct(report_id: str) -> AnyResponse:
    """Uphold a report, and lead to a draft with the correction begun."""
    try:
        listed = desk().get(report_id)
        if not listed.live:
            nothing = message("is not live; there is nothing to correct")
            raise InvalidRequest([Breach("$.entry", nothing)])
        at = _save_correction(listed)
        if listed.report.pending:
            desk().uphold(report_id, actor=auth.user().name, answer=_text("answer"))
    except InsightsError as error:
        return _page(report_id, problem=_problem(error), status=problem_details.status_of(error))
    url = url_for("admin.editor.form", entry_id=listed.report.entry, report=report_id, at=at)
    return rendering.see(url)


@routes.post("/<report_id>/answer")
def answer(report_id: str) -> AnyResponse:
    """Send an answer to the readers who want one."""
    send = mail_sender(admin().settings)
    return _done(report_id, lambda: desk().answer(report_id, _text("answer"), send=send))


@routes.post("/<report_id>/addresses/removal")
def remove_addresses(report_id: str) -> AnyResponse:
    """Remove the addresses of readers who were answered elsewhere."""
    return _done(report_id, lambda: desk().remove_addresses(report_id))


def desk() -> ReportDesk:
    """Return the reports, as the user who is signed in sees them."""
    return ReportDesk(documents(), admin().editorial, admin().settings)


def _page(report_id: str, *, problem: str = "", status: int = HTTPStatus.OK) -> Response:
    listed = desk().get(report_id)
    addresses = desk().addresses(report_id)
    waiting = ngettext(
        "%(num)d reader wants an answer.", "%(num)d readers want an answer.", len(addresses)
    )
    return rendering.page(
        "report.html",
        status=status,
        listed=listed,
        report=listed.report,
        point=desk().point(listed),
        point_path=_path(listed.report.point),
        addresses=addresses,
        waiting=waiting,
        address_days=ADDRESS_DAYS,
        mails=mail_receiver(admin().settings, listed.publication) is not None,
        people=admin().colleagues(),
        problem=problem,
        typed=rendering.typed(),
    )


def _done(report_id: str, change: Callable[[], object]) -> AnyResponse:
    """Make a change and show the report again, or why it was not made."""
    try:
        change()
    except InsightsError as error:
        return _page(report_id, problem=_problem(error), status=problem_details.status_of(error))
    return rendering.see(url_for(".show", report_id=report_id))


def _problem(error: InsightsError) -> str:
    if isinstance(error, InvalidRequest):
        return "; ".join(f"{place(it.path)} {shown(it.message)}" for it in error.breaches)
    return rendering.sentence(error)


def _save_correction(listed: ListedReport) -> str:
    """Save a draft with a correction to finish; return the form's field of the point."""
    store, entry_id = admin().store, listed.report.entry
    head, draft, live = store.head(entry_id), store.draft(entry_id), store.live(entry_id)
    assert isinstance(live, Live)  # noqa: S101  # for mypy: it is listed as live
    entry = draft.entry if draft else live.entry
    if len(entry.corrections) <= len(live.entry.corrections):  # else one is begun already
        correction = Correction(
            at=datetime.now(UTC).replace(microsecond=0),
            kind="correction",
            note=correction_note(listed.report.kind, entry.language),
        )
        changed = entry.model_copy(update={"corrections": (*entry.corrections, correction)})
        note = f"Began a correction for the report {listed.id}."
        admin().editorial.save(changed, actor=auth.user().name, note=note, head=head)
        entry = changed
    return _field(listed, entry)


def _field(listed: ListedReport, entry: Entry) -> str:
    point = desk().point(listed).at or listed.report.point
    if not point:
        return f"corrections.{len(entry.corrections) - 1}.note"
    group, number = (int(it) - 1 for it in point.split("-"))
    return f"perspectives.{group}.points.{number}.text"


def _path(point: str) -> str:
    """Return the JSON path of a point such as ``1-2``, "" for the whole panel."""
    if not point:
        return ""
    group, number = (int(it) - 1 for it in point.split("-"))
    return f"$.perspectives[{group}].points[{number}]"


def _assignee() -> str | None:
    name = _text("assignee").lower()
    if name and name not in admin().colleagues():
        unknown = message("names no user: %(name)r; choose another", name=name)
        raise InvalidRequest([Breach("$.assignee", unknown)])
    return name or None


def _text(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n").strip()


def _cursor(at: Place) -> str:
    return f"{at[0]!r}~{at[1]}"


def _place(cursor: str) -> Place | None:
    stamp, _, key = cursor.partition("~")
    try:
        return (float(stamp), key) if key else None
    except ValueError:
        return None
