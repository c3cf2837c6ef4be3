"""The API's views of checks of sources."""

from __future__ import annotations

from http import HTTPStatus

from widget.errors import NotFound
from widget.sources.record import EntrySources
from widget.web.api.context import entries
from widget.web.api.responses import ApiResponse, json_response
from widget.web.api.source_models import checks_record
from widget.web.source_checks import source_checks


def check_sources(entry_id: str) -> ApiResponse:
    """Start a check of the sources, which takes a second for each source of one host, or more."""
    _require(entry_id)
    checks = source_checks()
    checks.request_check(entry_id)
    record = json_response(checks_record(checks.of_entry(entry_id) or EntrySources()))
    location = f"/api/v1/entries/{entry_id}/source-checks"
    return ApiResponse(record.body, HTTPStatus.ACCEPTED, location=location)


def list_source_checks(entry_id: str) -> ApiResponse:
    """Read the checks of the sources."""
    _require(entry_id)
    return json_response(checks_record(source_checks().of_entry(entry_id) or EntrySources()))


def _require(entry_id: str) -> None:
    """Raise NotFound where the caller sees no such entry."""
    if not entries().head(entry_id):
        raise NotFound(f"there is no entry {entry_id!r}")
