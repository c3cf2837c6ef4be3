"""The publisher's kit: ``/``, ``/snippet`` and ``/doctor``, pages for a site's developer.

Open to anyone.
"""

from __future__ import annotations

from flask import Blueprint, Flask, Response
from werkzeug.exceptions import HTTPException

from widget.errors import InsightsError
from widget.http import problem_details
from widget.web.kit import doctor, errors, snippets, start
from widget.web.kit.errors import not_found

__all__ = ["init_app", "not_found"]

routes = Blueprint("kit", __name__)
for _part in (start.routes, snippets.routes, doctor.routes):
    routes.register_blueprint(_part)


@routes.errorhandler(HTTPException)
def _error_page(error: HTTPException) -> Response:
    return errors.page(problem_details.from_http(error))


def init_app(app: Flask) -> None:
    """Add the kit to ``app``, and the pages that browsers get for its errors."""
    app.register_blueprint(routes)
    app.register_error_handler(InsightsError, errors.from_error)
    app.register_error_handler(HTTPException, errors.from_http)
