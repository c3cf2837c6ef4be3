"""What proves the review of an entry: a page, and the same as JSON."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, abort, request

from widget.editorial.evidence import ReviewEvidence, RunOf, evidence_of
from widget.editorial.evidence_page import verdict
from widget.errors import NotFound
from widget.sources.evidence import sources_of
from widget.web.admin import rendering
from widget.web.admin.context import admin
from widget.web.source_checks import source_checks

routes = Blueprint("record", __name__, url_prefix="/entries/<entry_id>/record")


@routes.get("")
def show(entry_id: str) -> Response:
    """Show who reviewed which version, and what they checked."""
    record = _record(entry_id)
    return rendering.page("record.html", entry_id=entry_id, record=record, verdict=verdict(record))


@routes.get("/json")
def document(entry_id: str) -> Response:
    """Send the same as JSON."""
    text = _record(entry_id).model_dump_json(indent=2)
    return Response(f"{text}\n", content_type="application/json")


def _record(entry_id: str) -> ReviewEvidence:
    revision = request.args.get("revision", "")
    number = int(revision) if revision.isdecimal() and len(revision) < 10 else None
    try:
        return evidence_of(
            admin().store,
            admin().settings,
            entry_id,
            revision=number,
            run_of=_run_of(),
            sources_of=sources_of(source_checks().of_entry),
        )
    except NotFound as error:
        abort(HTTPStatus.NOT_FOUND, str(error))


def _run_of() -> RunOf | None:
    drafting = admin().drafting
    if drafting is None:
        return None
    # Imported here: drafting is off until a provider is configured.
    from widget.drafting.run_evidence import run_of

    return run_of(drafting.runs)
