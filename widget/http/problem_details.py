"""Errors as problem details (RFC 9457), and the one table of the status that each error has."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict
from http import HTTPStatus

from flask import Response
from werkzeug.exceptions import HTTPException

from widget import logs
from widget.errors import (
    Breach,
    Conflict,
    Denied,
    Forbidden,
    InsightsError,
    InvalidAccount,
    InvalidEntry,
    InvalidRequest,
    NotFound,
    StoreUnavailable,
    Throttled,
)

STATUS: dict[type[InsightsError], HTTPStatus] = {
    InvalidEntry: HTTPStatus.UNPROCESSABLE_ENTITY,
    InvalidAccount: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Denied: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    Throttled: HTTPStatus.TOO_MANY_REQUESTS,
    StoreUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""A subclass has the status of its base class; any other error is 400."""


def status_of(error: InsightsError) -> HTTPStatus:
    """Return the HTTP status of one of our errors."""
    return next(
        (STATUS[each] for each in type(error).__mro__ if each in STATUS), HTTPStatus.BAD_REQUEST
    )


def headers_of(error: InsightsError) -> dict[str, str]:
    """Return the header fields that belong to the status of ``error``."""
    match error:
        case Denied():
            return {"WWW-Authenticate": 'Bearer realm="insights"'}
        case Throttled():
            return {"Retry-After": retry_after(error)}
        case StoreUnavailable():
            return {"Retry-After": "5"}
    return {}


def retry_after(error: Throttled) -> str:
    """Return the seconds to wait as ``Retry-After`` has them: whole, and at least one."""
    return str(max(1, math.ceil(error.retry_after)))


def problem(
    status: int,
    detail: str,
    *,
    errors: Iterable[Breach] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """Return problem details (RFC 9457), with ``errors: [{path, message, severity}]``."""
    document: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and logs.request_id():
        document["request_id"] = logs.request_id()  # what to ask the operator about
    listed = [asdict(breach) for breach in errors]
    body = json.dumps({**document, "errors": listed} if listed else document, ensure_ascii=False)
    response = Response(body, status, content_type="application/problem+json")
    response.headers["Cache-Control"] = "no-store"
    response.headers.extend(headers or {})
    return response


def from_error(error: InsightsError) -> Response:
    """Return one of our errors as problem details."""
    status, headers = status_of(error), headers_of(error)
    if isinstance(error, InvalidEntry):
        subject = "request" if isinstance(error, InvalidRequest) else "entry"
        detail = f"The {subject} cannot be accepted; see errors."
        return problem(status, detail, errors=error.breaches, headers=headers)
    return problem(status, str(error), headers=headers)


def from_http(error: HTTPException) -> Response:
    """Return an exception of Flask or Werkzeug as problem details."""
    response = problem(error.code or 500, error.description or "")
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response
