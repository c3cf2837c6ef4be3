"""The page at ``/``: links to the parts of the service. It names no entry."""

from __future__ import annotations

from flask import Blueprint, Response, request

from widget.web.context import service
from widget.web.kit import pages

routes = Blueprint("start", __name__)


@routes.get("/")
def start() -> Response:
    """Show the page; only the editors' own host, where they have one, links to their pages."""
    host = request.host.partition(":")[0].lower()
    return pages.page("start.html", admin=service().settings.admin_host in (None, host))
