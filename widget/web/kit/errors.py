"""Errors as pages for people where a browser asks, as problem details for all else."""

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
"""The first parts of paths that programs ask for; their errors are always problem details."""


def from_http(error: HTTPException) -> Response:
    """Return what Flask and Werkzeug raise as a page, or as problem details."""
    return _negotiated(problem_details.from_http(error))


def from_error(error: InsightsError) -> Response:
    """Return an error of ours as a page, or as problem details."""
    return _negotiated(problem_details.from_error(error))


def not_found() -> Response:
    """Return what an address answers that is nobody's."""
    return from_http(NotFound())


def page(problem: Response) -> Response:
    """Return the page that says what the problem details ``problem`` say."""
    said = json.loads(problem.data)
    detail = said["detail"]
    response = pages.page(
        "error.html",
        status=problem.status_code,
        title=said["title"],
        detail=f"{detail[:1].upper()}{detail[1:]}",
        request_id=said.get("request_id"),
    )
    for name, value in problem.headers:
        if name not in response.headers:
            response.headers[name] = value
    return response


def _negotiated(problem: Response) -> Response:
    if request.path.split("/", 2)[1] in _PROGRAMS:
        return problem
    liked = request.accept_mimetypes.best_match(["application/problem+json", "text/html"])
    response = page(problem) if liked == "text/html" else problem
    response.vary.add("Accept")
    return response
