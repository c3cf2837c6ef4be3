"""Publishing and discarding drafts, withdrawing entries, and the state of their purges."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from widget.editorial import comparison
from widget.errors import (
    Breach,
    Conflict,
    Forbidden,
    InsightsError,
    InvalidEntry,
    InvalidRequest,
    NotFound,
)
from widget.http import problem_details
from widget.store import Draft, Live
from widget.web import security_events
from widget.web.admin import auth, rendering
from widget.web.admin.context import admin

if TYPE_CHECKING:
    from widget.purging import PurgeJob, What


routes = Blueprint("publishing", __name__, url_prefix="/entries/<entry_id>")


@routes.get("/publication")
def compare(entry_id: str) -> Response:
    """Show the draft against what is live."""
    return _publication(entry_id)


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
        problem = "Give readers a reason, or mark it as legal."
        return _withdrawal(entry_id, problem, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except NotFound:
        pass  # somebody withdrew it already
    return rendering.see(url_for(".ask", entry_id=entry_id))


@routes.get("/purge")
def purge(entry_id: str) -> Response:
    """Show the state of the newest purge, as a fragment."""
    job = _purge_job(entry_id)
    return rendering.page(
        "_purge.html", entry_id=entry_id, job=job, purge_status=_purge_status(job)
    )


def _purge_job(entry_id: str, what: What | None = None) -> PurgeJob | None:
    """Return the newest purge of an entry; with ``what``, only if that caused it."""
    purges = admin().purges
    job = purges.latest(entry_id) if purges else None
    return job if job and what in (None, job.what) else None


def _purge_status(job: PurgeJob | None) -> str:
    if job is None:
        return ""
    from widget.purging import describe  # here, since most services purge no cache

    return rendering.sentence(describe(job))


def _refused(entry_id: str, error: InsightsError) -> Response:
    """Show the draft again, and why it was neither published nor discarded."""
    problem, status = str(error), problem_details.status_of(error)
    match error:
        case Conflict():
            problem = "The entry was changed since you opened this page. Check it again:"
        case NotFound():
            problem, status = "There is no draft.", HTTPStatus.CONFLICT
        case InvalidEntry(breaches=breaches):
            return _publication(entry_id, breaches=breaches, status=status)
        case Forbidden():
            actor = auth.user().name
            security_events.record(
                "access-refused", actor=actor, subject=entry_id, detail="four_eyes"
            )
    return _publication(entry_id, problem, status=status)


def _publication(
    entry_id: str,
    problem: str = "",
    *,
    breaches: tuple[Breach, ...] = (),
    status: int = HTTPStatus.OK,
) -> Response:
    head = admin().store.head(entry_id) or _nothing(entry_id)
    live, draft = admin().store.live(entry_id), admin().store.draft(entry_id)
    shown = live.entry if isinstance(live, Live) else None
    actor = auth.user().name
    return rendering.page(
        "publication.html",
        status=status,
        entry_id=entry_id,
        head=head,
        live=live,
        draft=draft,
        title=_title(entry_id),
        job=(job := _purge_job(entry_id, "publish")),
        purge_status=_purge_status(job),
        changes=comparison.entries(shown, draft.entry) if draft else [],
        breaches=breaches or (_breaches(draft) if draft else ()),
        problem=problem,
        refusal=admin().editorial.four_eyes_refusal(entry_id, actor=actor),
    )


def _breaches(draft: Draft) -> tuple[Breach, ...]:
    return tuple(admin().editorial.check(draft.entry))


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
        job=(job := _purge_job(entry_id, "withdraw")),
        purge_status=_purge_status(job),
        title=_title(entry_id),
        problem=problem,
        typed=request.form.to_dict(),
    )


def _title(entry_id: str) -> str:
    return admin().store.history(entry_id)[0].entry.article.title or entry_id


def _nothing(entry_id: str) -> int:
    abort(HTTPStatus.NOT_FOUND, f"There is no entry {entry_id!r}.")


def _head() -> int:
    head = request.form.get("head", "")
    return int(head) if head.isdecimal() and len(head) < 10 else 0


def _text(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n").strip()[:2000]
