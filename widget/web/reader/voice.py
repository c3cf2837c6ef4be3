"""``/voice/<token>``: an author, or somebody named in an entry, sees it, objects and replies.

The token in the path is all that is needed. No log line has it: requests are logged by route.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus

from flask import Blueprint, Flask, Response, current_app, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from widget.editorial.service import Editorial
from widget.entry import light_html
from widget.errors import InsightsError, NotFound
from widget.record.voices import (
    MAX_OBJECTION,
    MAX_REPLY,
    Sent,
    Voice,
    Voices,
    as_light_html,
    as_plain_text,
)
from widget.web.reader import voice_page
from widget.web.reader.voice_page import Problem, Typed, Why

_VOICES = "insights.voices"
_EDITORIAL = "insights.voices.editorial"
_LISTENER = "insights.voices.listener"
_NOTIFY_AGAIN = timedelta(hours=1)

Listener = Callable[[Voice, Sent], None]
"""Called with what came by a link. Raises StoreUnavailable."""

log = logging.getLogger("insights.voices")

routes = Blueprint("voice", __name__, url_prefix="/voice/<token>")
routes.after_request(voice_page.keep_private)


def init_app(app: Flask, voices: Voices, editorial: Editorial) -> None:
    """Add the routes to ``app``."""
    app.extensions[_VOICES] = voices
    app.extensions[_EDITORIAL] = editorial
    app.register_blueprint(routes)


def set_listener(app: Flask, listener: Listener) -> None:
    """Have ``listener`` called with what persons are to be notified of."""
    app.extensions[_LISTENER] = listener


@routes.get("")
def show(token: str) -> Response:
    """Show what the link is for, and both forms."""
    voice = _voice(token)
    return voice_page.page(voice, token) if voice else voice_page.ended()


@routes.post("/objection")
def object_to(token: str) -> AnyResponse:
    """Record an objection."""
    voice = _voice(token)
    if voice is None or voice_page.shown_of(voice).is_gone:
        return voice_page.ended()
    text, point = _text("objection"), request.form.get("point", "")
    points = [anchor for anchor, _ in voice_page.shown_of(voice).points]
    typed = Typed(point, text, voice.reply)
    problem = _problem(voice, text, MAX_OBJECTION)
    if problem:
        return voice_page.page(voice, token, typed=typed, problem=Problem("objection", *problem))
    sent = _voices().object_to(voice.key, text=text, point=point if point in points else "")
    _answered(voice)
    _notify(sent, "objection", before=voice.objected_at)
    return _back(token, "objection-form")


@routes.post("/reply")
def reply(token: str) -> AnyResponse:
    """Record a reply."""
    voice = _voice(token)
    if voice is None or voice_page.shown_of(voice).is_gone:
        return voice_page.ended()
    text = _text("reply")
    typed = Typed(voice.point, voice.objection, text)
    problem = _problem(voice, text, MAX_REPLY)
    if not problem and light_html.cost_problem(as_light_html(text)):
        problem = ("marks", 0)
    if problem:
        return voice_page.page(voice, token, typed=typed, problem=Problem("reply", *problem))
    sent = _voices().reply(voice.key, text=text)
    _answered(voice)
    _notify(sent, "reply", before=voice.replied_at)
    return _back(token, "reply-form")


@routes.errorhandler(NotFound)
def _gone(_: NotFound) -> Response:
    return voice_page.ended()


def _voice(token: str) -> Voice | None:
    voice = _voices().by_token(token)
    return voice if voice and voice.is_open else None


def _problem(voice: Voice, text: str, limit: int) -> tuple[Why, int] | None:
    """Return why ``text`` is not accepted, and the limit that it exceeds."""
    if voice.is_decided:
        return "decided", 0
    if not text:
        return "empty", 0
    return ("long", limit) if len(text) > limit else None


def _answered(voice: Voice) -> None:
    """Record the first answer of an author, so that nothing waits for it any more."""
    editorial: Editorial = current_app.extensions[_EDITORIAL]
    workflow = editorial.entries.workflow(voice.entry)
    if voice.role == "author" and workflow.author_answered_at is None:
        editorial.asking.answer(voice.entry)


def _notify(voice: Voice, sent: Sent, *, before: datetime | None) -> None:
    """Have editors notified, at most hourly of one link's objection or reply."""
    listener: Listener | None = current_app.extensions.get(_LISTENER)
    if listener is None or (before and voice.changed_at - before < _NOTIFY_AGAIN):
        return
    try:
        listener(voice, sent)
    except InsightsError as error:  # what was sent is on disk
        log.warning("%s; nobody is notified of the %s to %s", error, sent, voice.entry)


def _back(token: str, anchor: str) -> AnyResponse:
    return redirect(url_for("voice.show", token=token, _anchor=anchor), HTTPStatus.SEE_OTHER)


def _text(name: str) -> str:
    return as_plain_text(request.form.get(name, ""))


def _voices() -> Voices:
    voices: Voices = current_app.extensions[_VOICES]
    return voices
