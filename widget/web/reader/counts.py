"""``POST /counts``: what one visit opened in a panel. Only where the setting ``counts`` is on."""

from __future__ import annotations

import re
from http import HTTPStatus

from flask import Blueprint, Flask, Response, abort, current_app, request
from pydantic import ValidationError

from widget.entry.urls import origin
from widget.net.rate_limiter import RateLimiter
from widget.record.counts import DailyCounts, Visit
from widget.store import Live
from widget.web.context import service
from widget.web.reader.counting import COUNTS

_LIMITER = "insights.counts.limiter"
MAX_BODY = 512
PER_SECOND = 200
"""How many visits a process counts; further ones are refused."""
_BOT = re.compile(r"bot|crawl|spider|slurp|preview|lighthouse|headless|curl|wget|python", re.I)

routes = Blueprint("counts", __name__)


def init_app(app: Flask, counts: DailyCounts) -> None:
    """Add the route to ``app``."""
    app.extensions[COUNTS] = counts
    app.extensions[_LIMITER] = RateLimiter(
        limit=PER_SECOND, seconds=1, at_once=PER_SECOND, message="too many visits at once"
    )
    app.register_blueprint(routes)


@routes.post("/counts")
def count() -> Response:
    """Add a visit to the totals of today, unless its browser asks not to be tracked."""
    limiter: RateLimiter = current_app.extensions[_LIMITER]
    with limiter.slot():
        visit = _visit()
        if _may_be_counted() and isinstance(service().store.live(visit.entry), Live):
            counts: DailyCounts = current_app.extensions[COUNTS]
            counts.add(visit)
    return Response(status=HTTPStatus.NO_CONTENT, headers={"Cache-Control": "no-store"})


def _visit() -> Visit:
    request.max_content_length = MAX_BODY
    try:
        return Visit.model_validate_json(request.get_data())
    except ValidationError:
        abort(HTTPStatus.BAD_REQUEST, "The body is not what a panel's own script sends.")


def _may_be_counted() -> bool:
    """Return whether a panel of ours sends this, of a person who does not object.

    What is looked at here is neither stored nor logged.
    """
    headers = request.headers
    if headers.get("Sec-GPC") == "1" or headers.get("DNT") == "1":
        return False
    agent = headers.get("User-Agent", "")
    if not agent or _BOT.search(agent):
        return False
    own = (origin(request.url_root), service().settings.base_origin)
    return headers.get("Origin") in own and headers.get("Sec-Fetch-Site") in (None, "same-origin")
