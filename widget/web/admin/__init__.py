"""The editors' pages under ``/admin``. Everything in them works without a script."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Flask, Response
from werkzeug.exceptions import HTTPException

from widget.errors import InsightsError, message
from widget.http import problem_details
from widget.web.admin import (
    auth,
    bulk,
    counts,
    drafting,
    editor,
    entries,
    history,
    me,
    notifications,
    people,
    plan,
    preferences,
    presence,
    publishing,
    record,
    rendering,
    reports,
    reviewing,
    session,
    source,
    sources,
    voices,
)
from widget.web.admin.context import AdminContext, configure
from widget.web.admin.interface import shown

__all__ = ["AdminContext", "init_app"]

_TITLES = {
    HTTPStatus.BAD_REQUEST: message("The request is incomplete"),
    HTTPStatus.UNAUTHORIZED: message("Sign in first"),
    HTTPStatus.FORBIDDEN: message("This is not allowed"),
    HTTPStatus.NOT_FOUND: message("Not found"),
    HTTPStatus.CONFLICT: message("Somebody else was faster"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: message("This is too large"),
    HTTPStatus.UNPROCESSABLE_ENTITY: message("This cannot be done"),
    HTTPStatus.TOO_MANY_REQUESTS: message("Too many attempts"),
    HTTPStatus.SERVICE_UNAVAILABLE: message("Not available at present"),
}
_OTHER = message("Something went wrong")

routes = Blueprint("admin", __name__, url_prefix="/admin")
routes.before_request(auth.enter)
routes.after_request(rendering.harden)
for _part in (
    session,
    entries,
    bulk,
    plan,
    editor,
    source,
    publishing,
    reviewing,
    history,
    record,
    sources,
    voices,
    counts,
    presence,
    drafting,
    notifications,
    reports,
    me,
    preferences,
    people,
):
    routes.register_blueprint(_part.routes)


def init_app(app: Flask, context: AdminContext) -> None:
    """Add the editors' pages to ``app``."""
    rendering.compile_templates()
    configure(app, context)
    app.register_blueprint(routes)


@routes.errorhandler(HTTPException)
def _from_http(error: HTTPException) -> Response:
    own = error.description != type(error).description
    return _error_page(HTTPStatus(error.code or 500), (error.description or "") if own else "")


@routes.errorhandler(InsightsError)
def _from_error(error: InsightsError) -> Response:
    return _error_page(problem_details.status_of(error), str(error))


def _error_page(status: HTTPStatus, detail: str) -> Response:
    title = shown(_TITLES.get(status) or _OTHER)
    return rendering.page("error.html", status=status, title=title, detail=shown(detail))
