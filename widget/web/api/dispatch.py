"""What happens around every view: token, role, idempotency, and errors of concurrent changes."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus

from flask import Response, abort, request

from widget.entry.json_input import MAX_BYTES
from widget.errors import Conflict, Forbidden
from widget.web import security_events
from widget.web.api import auth, context, idempotency
from widget.web.api.responses import ApiResponse
from widget.web.api.routes import Route

# Larger than an entry may be, so that the entry's own check can say what is too large.
_MAX_BODY_BYTES = MAX_BYTES + 64 * 1024


def dispatch(route: Route, /, **path: str) -> Response:
    """Respond to a request for ``route``; ``path`` are the variables of its URL."""
    token = auth.authenticate()
    auth.authorize(token, route.role, purpose=route.summary.lower())
    context.set_token(token)
    request.max_content_length = _MAX_BODY_BYTES
    respond = partial(_respond, route, path)
    key = request.headers.get("Idempotency-Key")
    if key is not None and request.method in ("PUT", "POST"):
        return idempotency.respond_once(key, token, respond)
    return respond().to_flask()


def _respond(route: Route, path: dict[str, str]) -> ApiResponse:
    try:
        return route.view(**path)
    except Forbidden:
        entry_id = path.get("entry_id", "")
        detail = "review" if route.name == "review" else "four_eyes"
        security_events.record(
            "access-refused", actor=context.actor(), subject=entry_id, detail=detail
        )
        raise
    except Conflict as error:
        if not route.precondition:
            raise
        # Another change was made after the precondition was checked.
        abort(HTTPStatus.PRECONDITION_FAILED, str(error))
