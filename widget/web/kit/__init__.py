"""The publisher's kit: pages for a site's developer, open to anyone."""

from __future__ import annotations

from flask import Blueprint, Response
from werkzeug.exceptions import HTTPException

from widget.config import Settings
from widget.http import problem_details
from widget.store import EntryReader
from widget.web.kit import doctor, errors, start
from widget.web.kit import snippets as snippet_pages
from widget.web.kit.errors import from_error, from_http, not_found

__all__ = ["blueprint", "from_error", "from_http", "not_found"]


def blueprint(settings: Settings, store: EntryReader) -> Blueprint:
    """Return the pages ``/``, ``/snippet``, ``/snippet/<id>`` and ``/doctor``."""
    routes = Blueprint("kit", __name__)
    routes.register_blueprint(start.blueprint(settings))
    routes.register_blueprint(snippet_pages.blueprint(settings, store))
    routes.register_blueprint(doctor.blueprint(settings, store))
    routes.register_error_handler(HTTPException, _sorry)
    return routes


def _sorry(error: HTTPException) -> Response:
    return errors.page(problem_details.from_http(error))
