"""The description of the API (OpenAPI 3.1.1), generated from its routes and models."""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from widget import __version__
from widget.entry.model import ID_PATTERN
from widget.record.reports import ID_PATTERN as REPORT_ID_PATTERN
from widget.web.api.models import MAX_REVISION, Problem
from widget.web.api.routes import Route

_REF = "#/components/schemas/{model}"
_PATH_PARAMETERS: dict[str, dict[str, Any]] = {
    "entry_id": {"type": "string", "pattern": ID_PATTERN},
    "run_id": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
    "report_id": {"type": "string", "pattern": REPORT_ID_PATTERN},
    "number": {"type": "integer", "minimum": 1, "maximum": MAX_REVISION},
}
_ALWAYS = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
_WITH_PRECONDITION = (HTTPStatus.PRECONDITION_FAILED, HTTPStatus.PRECONDITION_REQUIRED)
_WITH_BODY = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)
_WITH_KEY = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY)
"""An Idempotency-Key may be malformed, or belong to another request."""
_DESCRIPTION = """\
Read, check and change entries. Each request carries a token (`insights token create`). A change
sends the ETag that its author read. Every error is a problem (RFC 9457)."""


def document(routes: Iterable[Route], *, root: str = "") -> dict[str, Any]:
    """Return the description of ``routes`` for a service that is mounted at the path ``root``."""
    routes = tuple(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        path = re.sub(r"<(\w+)>", r"{\1}", route.path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.1",
        "info": {"title": "Insights", "version": __version__, "description": _DESCRIPTION},
        "servers": [{"url": root or "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": _schemas(routes),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {"Problem": _problem()},
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "description": f"Needs a token with the role {route.role} or a higher one.",
        "parameters": list(_parameters(route)),
        "responses": _responses(route),
        "x-role": route.role,
    }
    if route.request:
        operation["requestBody"] = {
            "required": not route.optional,
            "content": {"application/json": {"schema": _ref(route.request)}},
        }
    return operation


def _parameters(route: Route) -> Iterable[dict[str, Any]]:
    for name in re.findall(r"<(\w+)>", route.path):
        yield {"name": name, "in": "path", "required": True, "schema": _PATH_PARAMETERS[name]}
    if route.query:
        for name, schema in route.query.model_json_schema()["properties"].items():
            yield {"name": name, "in": "query", "required": False, "schema": _without_null(schema)}
    if route.precondition:
        must_exist = route.precondition == "existing"
        about = "The ETag that you read: the newest revision."
        yield _header("If-Match", about, required=must_exist)
        if not must_exist:
            about = "`*` for a new entry, instead of If-Match."
            yield _header("If-None-Match", about, enum=["*"])
    if route.method in ("PUT", "POST"):
        about = "Repeats within 24 hours get the first response, and change nothing."
        yield _header("Idempotency-Key", about, pattern="^[!-~]{1,255}$")


def _header(
    name: str, description: str, *, required: bool = False, **schema: str | list[str]
) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": description,
        "schema": {"type": "string", **schema},
    }


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an optional parameter without null: to omit it is the only way."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "title")}
    if rest.get("default", "") is None:
        del rest["default"]
    return {**rest, **kinds[0]} if kinds else rest


def _responses(route: Route) -> dict[str, Any]:
    ok: dict[str, Any] = {
        "content": {"application/json": {"schema": _ref(route.response)}},
    }
    if "<entry_id>" in route.path and route.has_head:
        etag = {"description": "The newest revision.", "schema": {"type": "string"}}
        ok["headers"] = {"ETag": {**etag, "required": True}}
    responses = {
        str(int(status)): {"description": HTTPStatus(status).phrase, **ok}
        for status in route.statuses
    }
    if route.method == "GET" and "ETag" in ok.get("headers", {}):
        not_modified = str(int(HTTPStatus.NOT_MODIFIED))
        responses[not_modified] = {"description": "If-None-Match names the newest revision."}
    failing = {*_ALWAYS, *route.errors}
    if "<" in route.path:
        failing.add(HTTPStatus.NOT_FOUND)
    if route.precondition:
        failing.update(_WITH_PRECONDITION)
    if route.request:
        failing.update(_WITH_BODY)
    if route.method in ("PUT", "POST"):
        failing.update(_WITH_KEY)
    problem = {"$ref": "#/components/responses/Problem"}
    return responses | {str(int(status)): problem for status in sorted(failing)}


def _problem() -> dict[str, Any]:
    schema = _ref(Problem)
    return {
        "description": "What was wrong, in words.",
        "content": {"application/problem+json": {"schema": schema}},
    }


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}


def _schemas(routes: Iterable[Route]) -> dict[str, Any]:
    models: dict[type[BaseModel], None] = {Problem: None}
    for route in routes:
        models.update(dict.fromkeys(m for m in (route.request, route.response) if m))
    _, schema = models_json_schema(
        [(model, "validation") for model in models], by_alias=True, ref_template=_REF
    )
    found: dict[str, Any] = schema["$defs"]
    return found
