"""What was, is to be and could not be delivered to the receivers of notifications."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, current_app, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from widget.errors import NotFound
from widget.web.admin import auth, rendering
from widget.web.admin.interface import gettext as _
from widget.web.observability import NOTIFICATIONS

if TYPE_CHECKING:
    from widget.notifying.listing import Notifications

routes = Blueprint("notifications", __name__, url_prefix="/notifications")


@routes.get("")
@auth.needs("admin")
def listing() -> Response:
    """Show what waits, what was given up, and what was delivered recently."""
    notifications = _notifications()
    return rendering.page(
        "notifications.html",
        pending=notifications.pending(),
        failed=notifications.failed(),
        recent=[it for it in notifications.recent(50) if it.state == "delivered"],
    )


@routes.post("/retry")
@auth.needs("admin")
def retry() -> AnyResponse:
    """Try again now what was given up."""
    try:
        _notifications().retry(request.form.get("entry"), request.form.get("receiver"))
    except NotFound as error:
        abort(HTTPStatus.NOT_FOUND, str(error))
    return rendering.see(url_for("admin.notifications.listing"))


def _notifications() -> Notifications:
    found: Notifications | None = current_app.extensions.get(NOTIFICATIONS)
    if found is None:
        abort(HTTPStatus.NOT_FOUND, _("Nobody is notified: the setting notify names no receiver."))
    return found
