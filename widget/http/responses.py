"""How answers look on the wire: negotiation, caching, CORS, problem details."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import asdict
from functools import lru_cache
from http import HTTPStatus
from urllib.parse import quote

from flask import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_accept_header

from widget import logs
from widget.config import Publication
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
from widget.http.codings import CODINGS, Coding, Representation

SHORT = "public, max-age=30"
IMMUTABLE = "public, max-age=31536000, immutable"

# What a page that isolates itself (COEP) asks of all that it shows: a frame isolates itself
# likewise (HTML, section 7.1.4), and everything lets pages of other origins use it (Fetch, 3.7).
FRAMED = {
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "cross-origin",
}

HOLDS = "insights.holds"
"""The key in the WSGI environment under which ``keep`` leaves its function."""

# Everything that htmx 2 and htmx 4 send along (docs/embedding.md).
HTMX_HEADERS = (
    "HX-Boosted, HX-Current-URL, HX-Request, HX-Request-Type, HX-Source, HX-Target, "
    "HX-Trigger, HX-Trigger-Name"
)


def send(
    representation: Representation,
    request: Request,
    *,
    status: int = HTTPStatus.OK,
    cache_control: str = SHORT,
    vary: Iterable[str] = (),
) -> Response:
    """Return ``representation`` in the coding that ``request`` likes best, or a 304."""
    chosen = coding(request.headers.get("Accept-Encoding", ""))
    body = representation.body(chosen)
    response = Response(body.data, status, content_type=representation.content_type)
    if chosen != "identity":
        response.content_encoding = chosen
    response.set_etag(body.etag)
    response.headers["Cache-Control"] = cache_control
    response.vary.update(("Accept-Encoding", *vary))
    if representation.policy:
        response.headers["Content-Security-Policy"] = representation.policy
    if status == HTTPStatus.OK:
        response.make_conditional(request)
    return response


@lru_cache(maxsize=1024)
def coding(accepted: str) -> Coding:
    """Return the coding that ``Accept-Encoding`` likes best, of equals the smallest."""
    liking = parse_accept_header(accepted)
    liked = max(CODINGS, key=lambda it: liking[it])
    return liked if liking[liked] > 0 else "identity"


Holds = Callable[[bool], bool | None]
"""Says whether an answer still holds; None where it may not wait to know (its argument)."""


def keep(request: Request, holds: Holds) -> None:
    """Let ``http.response_cache`` repeat this response for as long as ``holds`` says so."""
    request.environ[HOLDS] = holds


def allow_origin(response: Response, origin: str) -> Response:
    """Let pages of ``origin`` read ``response``; never with credentials."""
    response.headers["Access-Control-Allow-Origin"] = origin
    return response


def preflight(origin: str | None) -> Response:
    """Return the answer to a CORS preflight from ``origin``, if any (Fetch, section 3.3)."""
    response = Response(status=HTTPStatus.NO_CONTENT)
    response.headers["Access-Control-Allow-Methods"] = "GET, HEAD"
    response.headers["Access-Control-Allow-Headers"] = HTMX_HEADERS
    response.headers["Access-Control-Max-Age"] = "86400"
    response.vary.add("Origin")
    return allow_origin(response, origin) if origin else response


def without_slash(name: str, request: Request) -> Response:
    """Lead from an address that ends in ``name/`` to the one that ends in ``name``.

    Relative, so that it holds wherever the service is mounted and whatever name it has outside.
    """
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    response = Response(status=HTTPStatus.PERMANENT_REDIRECT)
    response.headers["Location"] = f"../{quote(name)}{query}"
    response.headers["Cache-Control"] = SHORT
    return response


def origins_line(origin: str, publication: Publication | None) -> str:
    """Return the line for ``insights.toml`` that lets ``origin`` embed, beside those that may."""
    listed = publication.origins if publication else ()
    return f"origins = {json.dumps([*listed, origin])}"


def not_listed(origin: str, publication: Publication) -> str:
    """Return why ``origin`` gets no panel and what to do, without naming those that may have it.

    For developers: it stands where anyone can read it.
    """
    return (
        f"{origin} is not among the origins of {publication.name}. To allow it, add "
        f"{json.dumps(origin)} to this publication's origins in insights.toml and reload the "
        "service. /doctor of the service looks at the page and gives the whole line."
    )


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
    """Turn an error of ours into problem details. The one place where that is done."""
    match error:
        case InvalidEntry():
            what = "request" if isinstance(error, InvalidRequest) else "entry"
            detail = f"The {what} cannot be accepted; see errors."
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=error.breaches)
        case NotFound():
            return problem(HTTPStatus.NOT_FOUND, str(error))
        case Conflict():
            return problem(HTTPStatus.CONFLICT, str(error))
        case InvalidAccount():
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
        case Denied():
            challenge = {"WWW-Authenticate": 'Bearer realm="insights"'}
            return problem(HTTPStatus.UNAUTHORIZED, str(error), headers=challenge)
        case Forbidden():
            return problem(HTTPStatus.FORBIDDEN, str(error))
        case Throttled():
            wait = {"Retry-After": str(max(1, math.ceil(error.retry_after)))}
            return problem(HTTPStatus.TOO_MANY_REQUESTS, str(error), headers=wait)
        case StoreUnavailable():
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error), headers={"Retry-After": "5"})
        case _:
            return problem(HTTPStatus.BAD_REQUEST, str(error))


def from_http(error: HTTPException) -> Response:
    """Turn what Flask and Werkzeug raise into problem details."""
    response = problem(error.code or 500, error.description or "")
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response
