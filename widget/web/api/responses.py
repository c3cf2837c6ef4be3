"""The API's responses: JSON, with the newest revision as ETag."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

from flask import Response, request
from pydantic import BaseModel

from widget.editorial import remarks
from widget.errors import Breach
from widget.store import Revision
from widget.web.api.context import editorial


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """``body`` is JSON, ``head`` the revision for the ETag, ``location`` a path of this service."""

    body: bytes
    status: int = HTTPStatus.OK
    head: int | None = None
    location: str | None = None

    def to_flask(self) -> Response:
        """Return the response, or 304 if the client has the newest revision."""
        response = Response(self.body, self.status, content_type="application/json")
        response.headers["Cache-Control"] = "no-store"  # it may be a draft
        if self.location:
            response.headers["Location"] = request.script_root + self.location
        if self.head is not None:
            response.set_etag(str(self.head))
            reads = request.method in ("GET", "HEAD")
            if reads and request.if_none_match.contains_weak(str(self.head)):
                response.status_code = HTTPStatus.NOT_MODIFIED
                response.set_data(b"")
        return response


def json_response(value: object, *, head: int | None = None) -> ApiResponse:
    """Return ``value``, a model or what ``json`` can serialize."""
    if isinstance(value, BaseModel):
        return ApiResponse(value.model_dump_json(by_alias=True).encode(), head=head)
    return ApiResponse(json.dumps(value, ensure_ascii=False).encode(), head=head)


def change_response(revision: Revision, *, status: int = HTTPStatus.CREATED) -> ApiResponse:
    """Return the response to a change, with the warnings about what was saved or published."""
    entry_id, number = revision.entry.id, revision.number
    breaches = editorial().check(revision.entry) if revision.action in ("save", "publish") else []
    warnings = [breach for breach in breaches if breach.severity == "warning"]
    document = {**revision_summary(revision), "warnings": breach_records(warnings)}
    body = json.dumps(document, ensure_ascii=False).encode()
    location = f"/api/v1/entries/{entry_id}/revisions/{number}"
    return ApiResponse(body, status, number, location if status == HTTPStatus.CREATED else None)


def revision_summary(revision: Revision) -> dict[str, object]:
    """Return ``revision`` without its entry, for JSON."""
    return {
        "number": revision.number,
        "at": revision.at.isoformat().replace("+00:00", "Z"),
        "actor": revision.actor,
        "action": revision.action,
        "note": revision.note,
        "legal": revision.legal,
        **remarks.for_json(revision),
    }


def breach_records(breaches: list[Breach]) -> list[dict[str, Any]]:
    """Return ``breaches`` for JSON."""
    return [asdict(breach) for breach in breaches]
