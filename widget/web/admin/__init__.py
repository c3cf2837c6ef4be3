"""The editors' pages under ``/admin``. Everything in them works without a script."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, Response
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from widget.accounts import Accounts
from widget.config import Settings
from widget.editorial.service import Editorial
from widget.errors import Forbidden, InsightsError, NotFound, StoreUnavailable
from widget.purging import PurgeOutbox
from widget.web.admin import (
    editor,
    entries,
    guards,
    history,
    me,
    people,
    publishing,
    session,
    source,
)


def blueprint(
    settings: Settings,
    editorial: Editorial,
    accounts: Accounts,
    purges: PurgeOutbox | None = None,
    not_found: Callable[[], Response] | None = None,
) -> Blueprint:
    """Return all editors' pages; ``purges`` says how far caches are with changes.

    ``not_found`` makes the answer of hosts that have no editors' pages.
    """
    guards.warm()
    desk = guards.Desk(settings, editorial, accounts, purges, not_found)
    routes = Blueprint("admin", __name__, url_prefix="/admin")
    for part in (session, entries, editor, source, publishing, history, me, people):
        routes.register_blueprint(part.blueprint(desk))

    @routes.before_request
    def enter() -> AnyResponse | None:
        return guards.enter(desk)

    @routes.after_request
    def harden(response: Response) -> Response:
        return guards.harden(response)

    routes.register_error_handler(HTTPException, _from_http)
    routes.register_error_handler(InsightsError, _from_error)
    return routes


def _from_http(error: HTTPException) -> Response:
    return _sorry(HTTPStatus(error.code or 500), error.description or "")


def _from_error(error: InsightsError) -> Response:
    status = HTTPStatus.BAD_REQUEST
    if isinstance(error, NotFound):
        status = HTTPStatus.NOT_FOUND
    elif isinstance(error, Forbidden):
        status = HTTPStatus.FORBIDDEN
    elif isinstance(error, StoreUnavailable):
        status = HTTPStatus.SERVICE_UNAVAILABLE
    return _sorry(status, str(error))


def _sorry(status: HTTPStatus, detail: str) -> Response:
    return guards.page("error.html", status=status, title=status.phrase, detail=detail)
