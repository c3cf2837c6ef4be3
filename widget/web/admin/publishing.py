"""Publishing and discarding drafts, withdrawing entries, and the state of their purges."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, abort, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from widget.errors import (
    Conflict,
    Forbidden,
    InsightsError,
    InvalidEntry,
    InvalidRequest,
    NotFound,
)
from widget.http import problem_details
from widget.store import Live
from widget.web import security_events
from widget.web.admin import auth, publication_page, rendering
from widget.web.admin.context import admin
from widget.web.admin.interface import gettext as _

routes = Blueprint("publishing", __name__, url_prefix="/entries/<entry_id>")


@routes.get("/publication")
def compare(entry_id: str) -> Response:
    """Show the draft against what is live."""
    return publication_page.show(entry_id)


@routes.post("/publication")
@auth.needs("publisher")
def publish(entry_id: str) -> AnyResponse:
    """Publish the draft."""
    note, actor = _text("note"), auth.user().name
    try:
        admin().editorial.publish(entry_id, actor=actor, note=note, head=_head())
    except (Conflict, Forbidden, InvalidEntry, NotFound) as error:
        return _refused(entry_id, error)
    return rendering.see(url_for("admin.publishing.compare", entry_id=entry_id))


@routes.post("/draft/removal")
def discard(entry_id: str) -> AnyResponse:
    """Discard the draft."""
    try:
        admin().editorial.discard(entry_id, actor=auth.user().name, head=_head())
    except Conflict as error:
        return _refused(entry_id, error)
    except NotFound:
        pass  # somebody discarded it already
    return rendering.see(url_for("admin.history.history", entry_id=entry_id))


@routes.get("/withdrawal")
def ask(entry_id: str) -> Response:
    """Show the form for a withdrawal, or its result."""
    return _withdrawal(entry_id)


@routes.post("/withdrawal")
@auth.needs("publisher")
def withdraw(entry_id: str) -> AnyResponse:
    """Withdraw what is live."""
    reason, legal = _text("reason"), request.form.get("legal") == "yes"
    # Without a check for concurrent edits: a withdrawal must not wait for a comparison.
    try:
        actor = auth.user().name
        admin().editorial.withdraw(entry_id, actor=actor, reason=reason, legal=legal)
    except InvalidRequest:
        problem = _("Give readers a reason, or mark it as legal.")
        return _withdrawal(entry_id, problem, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except NotFound:
        pass  # somebody withdrew it already
    return rendering.see(url_for(".ask", entry_id=entry_id))


@routes.get("/purge")
def purge(entry_id: str) -> Response:
    """Show the state of the newest purge, as a fragment."""
    job = publication_page.purge_job(entry_id)
    return rendering.page(
        "_purge.html", entry_id=entry_id, job=job, purge_status=publication_page.purge_status(job)
    )


def _refused(entry_id: str, error: InsightsError) -> Response:
    """Show the draft again, and why it was neither published nor discarded."""
    problem, status = str(error), problem_details.status_of(error)
    match error:
        case Conflict():
            problem = _("The entry was changed since you opened this page. Check it again")
        case NotFound():
            problem, status = _("There is no draft"), HTTPStatus.CONFLICT
        case InvalidEntry(breaches=breaches):
            return publication_page.show(entry_id, breaches=breaches, status=status)
        case Forbidden():
            actor = auth.user().name
            security_events.record(
                "access-refused", actor=actor, subject=entry_id, detail="four_eyes"
            )
    return publication_page.show(entry_id, problem, status=status)


def _withdrawal(entry_id: str, problem: str = "", *, status: int = HTTPStatus.OK) -> Response:
    if not admin().store.head(entry_id):
        _nothing(entry_id)
    live = admin().store.live(entry_id)
    return rendering.page(
        "withdrawal.html",
        status=status,
        entry_id=entry_id,
        live=live,
        shown=isinstance(live, Live),
        job=(job := publication_page.purge_job(entry_id, "withdraw")),
        purge_status=publication_page.purge_status(job),
        title=_title(entry_id),
        problem=problem,
        typed=request.form.to_dict(),
    )


def _title(entry_id: str) -> str:
    return admin().store.history(entry_id)[0].entry.article.title or entry_id


def _nothing(entry_id: str) -> int:
    abort(HTTPStatus.NOT_FOUND, _("There is no entry %(entry)r.", entry=entry_id))


def _head() -> int:
    head = request.form.get("head", "")
    return int(head) if head.isdecimal() and len(head) < 10 else 0


def _text(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n").strip()[:2000]
