"""Links for authors and people named in an entry, and what came by them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from widget.errors import Breach, InsightsError, InvalidEntry, InvalidRequest, NotFound, message
from widget.http import problem_details
from widget.record.voices import (
    DAYS,
    KEEP_DAYS,
    MAX_DAYS,
    MAX_REASON,
    Shows,
    Voice,
    VoiceRole,
    has_reply_of,
)
from widget.store import Draft, Live, Withdrawn
from widget.web.admin import auth, rendering
from widget.web.admin.context import admin
from widget.web.admin.interface import shown
from widget.web.admin.terms import place
from widget.web.context import service

routes = Blueprint("voices", __name__)

MAX_LISTED = 200
_ENTRY = "/entries/<entry_id>/voices"


@dataclass(frozen=True, slots=True)
class ListedVoice:
    """A link in the list of all entries."""

    voice: Voice
    title: str
    state: str


@routes.get("/voices")
def listing() -> Response:
    """Show the links of all entries, and what came by them."""
    store = admin().store
    voices = [
        ListedVoice(
            it,
            store.history(it.entry)[0].entry.article.title or it.entry,
            it.state(store.live(it.entry)),
        )
        for it in admin().voice_desk.newest(limit=MAX_LISTED)
    ]
    return rendering.page("voices.html", voices=voices)


@routes.get(_ENTRY)
def show(entry_id: str) -> Response:
    """Show the links of one entry, and the form for a new one."""
    return _page(entry_id)


@routes.post(_ENTRY)
def make(entry_id: str) -> Response:
    """Make a link, and show it this once."""
    role: VoiceRole = "named" if request.form.get("role") == "named" else "author"
    shows: Shows = "panel" if request.form.get("shows") == "panel" else "draft"
    try:
        token, voice = admin().voice_desk.make(
            entry_id,
            name=request.form.get("name", ""),
            role=role,
            shows=shows,
            days=_days(),
            actor=auth.user().name,
        )
    except InvalidRequest as error:
        return _page(entry_id, problem=error)
    link = (
        f"{service().base()}{url_for('voice.show', token=token).removeprefix(request.script_root)}"
    )
    return _page(entry_id, link=link, name=voice.name)


@routes.post(f"{_ENTRY}/<key>/use")
@auth.needs("publisher")
def use(entry_id: str, key: str) -> AnyResponse:
    """Put a reply into the draft."""
    desk, who = admin().voice_desk, auth.user().name
    return _done(
        entry_id,
        lambda: desk.use(entry_id, key, actor=who),
        url_for("admin.publishing.compare", entry_id=entry_id),
    )


@routes.post(f"{_ENTRY}/<key>/decline")
@auth.needs("publisher")
def decline(entry_id: str, key: str) -> AnyResponse:
    """Say why what came by a link is not shown."""
    desk, reason = admin().voice_desk, _text("reason")
    return _done(entry_id, lambda: desk.decline(entry_id, key, reason=reason))


@routes.post(f"{_ENTRY}/<key>/revocation")
def revoke(entry_id: str, key: str) -> AnyResponse:
    """End a link."""
    desk, who = admin().voice_desk, auth.user().name
    return _done(entry_id, lambda: desk.revoke(entry_id, key, actor=who))


@routes.post(f"{_ENTRY}/waiver")
@auth.needs("admin")
def waive(entry_id: str) -> AnyResponse:
    """Allow publishing without asking the author."""
    asking, who, reason = admin().editorial.asking, auth.user().name, _text("reason")
    return _done(entry_id, lambda: asking.waive(entry_id, actor=who, reason=reason))


def _done(entry_id: str, change: Callable[[], object], url: str = "") -> AnyResponse:
    """Make a change, and show the links again, or why it was refused."""
    try:
        change()
    except (InvalidEntry, NotFound) as error:
        return _page(entry_id, problem=error)
    return rendering.see(url or url_for("admin.voices.show", entry_id=entry_id))


def _page(
    entry_id: str, *, problem: InsightsError | None = None, link: str = "", name: str = ""
) -> Response:
    store = admin().store
    voices = admin().voice_desk.of_entry(entry_id)
    draft, live, newest = (
        store.draft(entry_id),
        store.live(entry_id),
        store.history(entry_id)[0].entry,
    )
    workflow = store.workflow(entry_id)
    publication = admin().settings.publication_for(newest.article.url)
    return rendering.page(
        "voice.html",
        status=problem_details.status_of(problem) if problem else HTTPStatus.OK,
        entry_id=entry_id,
        title=newest.article.title or entry_id,
        voices=[(it, it.state(live), _can_use(it, draft, live)) for it in voices],
        has_draft=draft is not None,
        asks_author=publication.author == "asked" and live is None,
        hours=publication.author_hours,
        unasked=admin().editorial.unasked(newest),
        waived_by=workflow.author_waived_by,
        authors=newest.article.authors,
        problem=_problem(problem) if problem else "",
        link=link,
        name=name,
        typed=rendering.typed(),
        days=DAYS,
        max_days=MAX_DAYS,
        max_reason=MAX_REASON,
        keep_days=KEEP_DAYS,
    )


def _can_use(voice: Voice, draft: Draft | None, live: Live | Withdrawn | None) -> bool:
    shown = draft.entry if draft else live.entry if isinstance(live, Live) else None
    return bool(voice.reply) and shown is not None and not has_reply_of(shown, voice)


def _problem(error: InsightsError) -> str:
    if isinstance(error, InvalidEntry):
        return "; ".join(f"{place(it.path)} {shown(it.message)}" for it in error.breaches)
    return shown(str(error))


def _days() -> int:
    days = request.form.get("days", "")
    if not (days.isascii() and days.isdecimal() and len(days) < 4):
        wrong = message("must be from 1 to %(most)d", most=MAX_DAYS)
        raise InvalidRequest([Breach("$.days", wrong)])
    return int(days)


def _text(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n").strip()[:4000]
