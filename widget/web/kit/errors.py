"""Errors as pages for browsers, as problem details for all other clients."""

from __future__ import annotations

import json

from flask import Response, request
from werkzeug.exceptions import HTTPException, NotFound

from widget.errors import InsightsError
from widget.http import problem_details
from widget.web.kit import pages

_PROGRAMS = frozenset(
    {"api", "embed.js", "fragment", "healthz", "metrics", "oembed", "openapi.json", "readyz"}
    | {"schema", "static"}
)
"""The first segments of paths for programs; their errors are always problem details."""


def from_http(error: HTTPException) -> Response:
    """Return an exception of Flask or Werkzeug as a page, or as problem details."""
    return _negotiated(problem_details.from_http(error))


def from_error(error: InsightsError) -> Response:
    """Return one of our errors as a page, or as problem details."""
    return _negotiated(problem_details.from_error(error))


def not_found() -> Response:
    """Return the response to a URL that does not exist."""
    return from_http(NotFound())


def page(problem: Response) -> Response:
    """Return the problem details ``problem`` as a page."""
    document = json.loads(problem.data)
    detail = document["detail"]
    response = pages.page(
        "error.html",
        status=problem.status_code,
        title=document["title"],
        detail=f"{detail[:1].upper()}{detail[1:]}",
        request_id=document.get("request_id"),
    )
    for name, value in problem.headers:
        if name not in response.headers:
            response.headers[name] = value
    return response


def _negotiated(problem: Response) -> Response:
    if request.path.split("/", 2)[1] in _PROGRAMS:
        return problem
    preferred = request.accept_mimetypes.best_match(["application/problem+json", "text/html"])
    response = page(problem) if preferred == "text/html" else problem
    response.vary.add("Accept")
    return response
