"""The publisher's kit: pages for a site's developer, open to anyone."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response
from werkzeug.exceptions import HTTPException

from widget.config import Settings
from widget.store import Store
from widget.web.kit import doctor, pages
from widget.web.kit import snippets as snippet_pages


def blueprint(settings: Settings, store: Store) -> Blueprint:
    """Return the pages ``/snippet``, ``/snippet/<id>`` and ``/doctor``."""
    routes = Blueprint("kit", __name__)
    routes.register_blueprint(snippet_pages.blueprint(settings, store))
    routes.register_blueprint(doctor.blueprint(settings, store))
    routes.register_error_handler(HTTPException, _sorry)
    return routes


def _sorry(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or 500)
    detail = error.description or ""
    return pages.page("error.html", status=status, title=status.phrase, detail=detail)
