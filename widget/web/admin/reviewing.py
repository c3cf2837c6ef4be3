"""What people do with a draft before it is published: review, comments, assignment, plan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from widget.editorial.remarks import Remark
from widget.editorial.review import Reviewer
from widget.errors import Breach, Forbidden, InsightsError, InvalidRequest, message
from widget.http import problem_details
from widget.store import Revision
from widget.web import security_events
from widget.web.admin import auth, publication_page, rendering
from widget.web.admin.context import admin
from widget.web.admin.interface import shown
from widget.web.admin.rendering import see
from widget.web.admin.terms import place

routes = Blueprint("reviewing", __name__, url_prefix="/entries/<entry_id>")


@routes.post("/submission")
def submit(entry_id: str) -> AnyResponse:
    """Ask for a review of the draft."""
    review, who = admin().editorial.review, auth.user().name
    return _done(
        entry_id,
        lambda: review.submit(entry_id, actor=who, note=_text("note"), digest=_text("digest")),
    )


@routes.post("/approval")
def approve(entry_id: str) -> AnyResponse:
    """Approve the version that the page showed."""
    user = auth.user()
    reviewer = Reviewer(name=user.name, role=user.role, proof="session", actor=user.name)
    return _done(
        entry_id,
        lambda: admin().editorial.review.approve(
            entry_id,
            reviewer=reviewer,
            checked=request.form.getlist("checked"),
            note=_text("note"),
            digest=_text("digest"),
            comments=_remarks(),
        ),
    )


@routes.post("/return")
def send_back(entry_id: str) -> AnyResponse:
    """Return the draft to its author."""
    review, who = admin().editorial.review, auth.user().name
    return _done(
        entry_id,
        lambda: review.return_(
            entry_id,
            actor=who,
            note=_text("note"),
            digest=_text("digest"),
            comments=_remarks(),
        ),
    )


@routes.post("/comments")
def comment(entry_id: str) -> AnyResponse:
    """Comment on a point, a source or the whole, or on several at once."""
    comments, who = admin().editorial.comments, auth.user().name
    if "text" not in request.form:  # of the form for a review, whose note is about the whole
        note = _text("note")
        given = [*([Remark(note)] if note else []), *_remarks()]
        return _done(entry_id, lambda: comments.add_all(entry_id, given, actor=who), to="comments")
    return _done(
        entry_id,
        lambda: comments.add(entry_id, actor=who, text=_text("text"), path=_text("path")),
        to="comments",
    )


@routes.post("/comments/<name>/resolution")
def resolve(entry_id: str, name: str) -> AnyResponse:
    """Resolve a comment."""
    comments, who = admin().editorial.comments, auth.user().name
    return _done(entry_id, lambda: comments.resolve(entry_id, name, actor=who), to="comments")


@routes.post("/assignment")
def assign(entry_id: str) -> AnyResponse:
    """Say who works on the entry, and until when."""
    planning, who = admin().editorial.planning, auth.user().name
    return _done(
        entry_id,
        lambda: planning.assign(
            entry_id, actor=who, assignee=_user(_text("assignee")), due=_date(_text("due"))
        ),
        to="work",
    )


@routes.post("/schedule")
@auth.needs("publisher")
def schedule(entry_id: str) -> AnyResponse:
    """Plan when the draft is published and the entry withdrawn."""
    planning, who = admin().editorial.planning, auth.user().name
    return _done(
        entry_id,
        lambda: planning.schedule(
            entry_id,
            actor=who,
            publish_at=_moment(entry_id, "publish_at"),
            expires_at=_moment(entry_id, "expires_at"),
            reason=_text("reason"),
        ),
        to="plan",
    )


def _done(entry_id: str, change: Callable[[], Revision], *, to: str = "review") -> AnyResponse:
    """Make a change, and show the page again: where it was made, or why it was not."""
    try:
        change()
    except InsightsError as error:
        if isinstance(error, Forbidden):
            security_events.record(
                "access-refused", actor=auth.user().name, subject=entry_id, detail="review"
            )
        status = problem_details.status_of(error)
        return publication_page.show(entry_id, problem=_problem(error), status=status)
    return see(url_for("admin.publishing.compare", entry_id=entry_id, _anchor=to))


def _problem(error: InsightsError) -> str:
    if isinstance(error, InvalidRequest):
        return "; ".join(_in_words(breach) for breach in error.breaches)
    return shown(str(error))


def _in_words(breach: Breach) -> str:
    """Return a breach of what the form sent; its fields have names that people read."""
    return f"{place(breach.path)} {shown(breach.message)}"


def _user(name: str) -> str | None:
    if name and name not in admin().colleagues(disabled=True):
        raise InvalidRequest(
            [Breach("$.assignee", message("names no user: %(name)r; choose another", name=name))]
        )
    return name or None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        problem = message("is not a date; write it like 2026-12-01")
        raise InvalidRequest([Breach("$.due", problem)]) from None


def _moment(entry_id: str, name: str) -> datetime | None:
    """Return a time that was typed in the time zone of the entry's publication, in UTC."""
    text = _text(name)
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        problem = message("is not a date with time; write it like 2026-12-01T09:00")
        raise InvalidRequest([Breach(f"$.{name}", problem)]) from None
    zone = publication_page.time_zone(entry_id)
    planned: datetime | None = getattr(admin().store.workflow(entry_id), name)
    if planned and rendering.local_time(planned, zone) == at.isoformat(timespec="seconds"):
        return planned  # unchanged, even in the hour that a clock repeats
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def _remarks() -> list[Remark]:
    """Return the comments that were typed beside points and sources."""
    begin = publication_page.REMARK
    given = [
        Remark(_text(name), name.removeprefix(begin))
        for name in request.form
        if name.startswith(begin)
    ]
    return [it for it in given if it.text]


def _text(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n").strip()[:4000]
