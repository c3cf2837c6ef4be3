"""The editors' pages under ``/admin``. Everything in them works without a script."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Flask, Response
from werkzeug.exceptions import HTTPException

from widget.errors import InsightsError
from widget.http import problem_details
from widget.web.admin import (
    auth,
    bulk,
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
    reviewing,
    session,
    source,
)
from widget.web.admin.context import AdminContext, configure

__all__ = ["AdminContext", "init_app"]

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
    presence,
    drafting,
    notifications,
    me,
    preferences,
    people,
):
    routes.register_blueprint(_part.routes)


def init_app(app: Flask, context: AdminContext) -> None:
    """Add the editors' pages to ``app``."""
    rendering.warm()
    configure(app, context)
    app.register_blueprint(routes)


@routes.errorhandler(HTTPException)
def _from_http(error: HTTPException) -> Response:
    return _error_page(HTTPStatus(error.code or 500), error.description or "")


@routes.errorhandler(InsightsError)
def _from_error(error: InsightsError) -> Response:
    return _error_page(problem_details.status_of(error), str(error))


def _error_page(status: HTTPStatus, detail: str) -> Response:
    return rendering.page("error.html", status=status, title=status.phrase, detail=detail)
