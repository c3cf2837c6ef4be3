"""Social cards of permalinks: ``/card/<id>.png``."""

from __future__ import annotations

import threading
from http import HTTPStatus

from flask import Blueprint, Response, abort, request

from widget.entry import Withdrawn
from widget.http import problem_details, responses
from widget.http.codings import Representation
from widget.panel.open_graph import cards_are_drawn
from widget.web.context import service
from widget.web.reader.subject import (
    Subject,
    publication_of,
    requested,
    set_cache_subject,
    version_of,
)

PNG = "image/png"
_PATIENCE = 2.0
_drawing = threading.Lock()
"""A card takes a tenth of a second: one at a time, so that panels never wait for cards."""

routes = Blueprint("cards", __name__)
routes.before_request(set_cache_subject)


@routes.get("/card/<entry_id>.png")
def card(entry_id: str) -> Response:
    """Send the card, or a neutral one in place of what was withdrawn."""
    if not cards_are_drawn():
        abort(HTTPStatus.NOT_FOUND, "This service draws no cards; docs/corrections.md says why.")
    subject = requested(entry_id)
    if subject is None:
        return _missing()
    if not _drawing.acquire(timeout=_PATIENCE):
        detail = "Too many cards are drawn at once."
        busy = HTTPStatus.SERVICE_UNAVAILABLE
        return problem_details.problem(busy, detail, headers={"Retry-After": "2"})
    try:
        drawn = _represent(subject)
    finally:
        _drawing.release()
    status = HTTPStatus.GONE if isinstance(subject, Withdrawn) else HTTPStatus.OK
    response = responses.send(drawn, request, status=status)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return responses.allow_origin(response, "*")


def _represent(subject: Subject) -> Representation:
    from widget.panel.card import card as draw  # an extra

    context, publication = service(), publication_of(subject)
    shown, reviews = (
        (subject, ()) if isinstance(subject, Withdrawn) else (subject.entry, subject.approvals)
    )
    more_fonts = context.settings.card_fonts

    def drawn() -> Representation:
        picture = draw(shown, publication, reviews=reviews, more_fonts=more_fonts)
        return Representation(picture, PNG, compressible=False)

    return context.representations.get((card.__name__, shown.id), version_of(subject), drawn)


def _missing() -> Response:
    detail = "There is no panel with this id."
    response = problem_details.problem(HTTPStatus.NOT_FOUND, detail)
    response.headers["Cache-Control"] = responses.SHORT
    return response
