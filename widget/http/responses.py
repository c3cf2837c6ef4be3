"""Responses: content negotiation, caching, CORS."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from http import HTTPStatus
from urllib.parse import quote

from flask import Request, Response
from werkzeug.http import parse_accept_header

from widget.config import Publication
from widget.http.codings import CODINGS, ContentCoding, Representation

SHORT = "public, max-age=30"
# What a page needs before it can show anything of ours: a browser that has a copy uses it at once,
# and looks for a newer one beside it (RFC 5861, section 3). Pages may pin a loader for longer.
EVERGREEN = f"{SHORT}, stale-while-revalidate=86400"
IMMUTABLE = "public, max-age=31536000, immutable"

# A page that isolates itself (COEP) shows only frames that isolate themselves likewise (HTML,
# section 7.1.4), and only resources that pages of other origins may use (Fetch, section 3.7).
FRAMED = {
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "cross-origin",
}

_DISTINGUISHABLE = timedelta(seconds=2)

IS_FRESH = "insights.is_fresh"
"""The key in the WSGI environment under which ``cacheable`` stores its function."""

# All request headers of htmx 2 and htmx 4 (docs/embedding.md).
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
    last_modified: datetime | None = None,
) -> Response:
    """Return ``representation`` in the content coding that ``request`` prefers, or a 304.

    ``last_modified`` is left out while a second change in the same second could follow, which a
    client that has no ETag would never see (RFC 9110, section 8.8.2.2).
    """
    chosen: ContentCoding = "identity"
    if representation.compressible:
        chosen = content_coding(request.headers.get("Accept-Encoding", ""))
    body = representation.body(chosen)
    response = Response(body.data, status, content_type=representation.content_type)
    if chosen != "identity":
        response.content_encoding = chosen
    response.set_etag(body.etag)
    response.headers["Cache-Control"] = cache_control
    response.vary.update(("Accept-Encoding", *vary) if representation.compressible else vary)
    if representation.policy:
        response.headers["Content-Security-Policy"] = representation.policy
    if last_modified and datetime.now(UTC) - last_modified > _DISTINGUISHABLE:
        response.last_modified = last_modified
    if status == HTTPStatus.OK:
        response.make_conditional(request)
    return response


@lru_cache(maxsize=1024)
def content_coding(accepted: str) -> ContentCoding:
    """Return the content coding that ``Accept-Encoding`` prefers, of equals the smallest."""
    quality = parse_accept_header(accepted)
    preferred = max(CODINGS, key=lambda it: quality[it])
    return preferred if quality[preferred] > 0 else "identity"


IsFresh = Callable[[bool], bool | None]
"""Returns whether a cached response may still be served.

Its argument says whether it may wait for the store; None where it would have to.
"""


def cacheable(request: Request, is_fresh: IsFresh) -> None:
    """Let ``http.response_cache`` repeat this response for as long as ``is_fresh`` allows."""
    request.environ[IS_FRESH] = is_fresh


def allow_origin(response: Response, origin: str) -> Response:
    """Let pages of ``origin`` read ``response``; never with credentials."""
    response.headers["Access-Control-Allow-Origin"] = origin
    return response


def preflight(origin: str | None) -> Response:
    """Return the response to a CORS preflight from ``origin``, if any (Fetch, section 3.3)."""
    response = Response(status=HTTPStatus.NO_CONTENT)
    response.headers["Access-Control-Allow-Methods"] = "GET, HEAD"
    response.headers["Access-Control-Allow-Headers"] = HTMX_HEADERS
    response.headers["Access-Control-Max-Age"] = "86400"
    response.vary.add("Origin")
    return allow_origin(response, origin) if origin else response


def without_slash(name: str, request: Request) -> Response:
    """Redirect from a URL that ends in ``name/`` to the one that ends in ``name``.

    Relative, so that it is right below any mount path and under any host name.
    """
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    response = Response(status=HTTPStatus.PERMANENT_REDIRECT)
    response.headers["Location"] = f"../{quote(name)}{query}"
    response.headers["Cache-Control"] = SHORT
    return response


def not_listed(origin: str, publication: Publication) -> str:
    """Return why ``origin`` gets no panel and what to do. Names no other origin: it is public."""
    return (
        f"{origin} is not among the origins of {publication.name}. To allow it, add "
        f"{json.dumps(origin)} to this publication's origins in insights.toml and reload the "
        "service. /doctor of the service looks at the page and gives the whole line."
    )
