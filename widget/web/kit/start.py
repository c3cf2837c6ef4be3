"""The page at ``/``: where things are, for whoever comes by. It names no entry."""

from __future__ import annotations

from flask import Blueprint, Response, request

from widget.config import Settings
from widget.web.kit import pages


def blueprint(settings: Settings) -> Blueprint:
    """Return the route ``/``."""
    routes = Blueprint("start", __name__)

    @routes.get("/")
    def start() -> Response:
        host = request.host.partition(":")[0].lower()
        # Where the editors' pages have a host of their own, no other gives it away.
        desk = settings.admin_host in (None, host)
        return pages.page("start.html", desk=desk)

    return routes
