"""The record of a review for people: as plain text, or as an HTML page without other files."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

import jinja2

from widget import assets
from widget.editorial.evidence import ReviewEvidence
from widget.logs import printable


def verdict(record: ReviewEvidence) -> str:
    """Say in one sentence what the record proves."""
    review = record.review
    if review.review == "proven":
        persons = "One person" if review.given == 1 else f"{review.given} persons"
        missing = review.needed - review.given
        more = f"; {missing} more {'is' if missing == 1 else 'are'} needed" if missing > 0 else ""
        return f"{persons} approved exactly this version{more}."
    if review.review == "declared":
        by = record.version.reviewed_by
        return f"Its text names a reviewer ({by}), but nobody proved to have reviewed this version."
    return "Nobody has reviewed this version."


def rendered(record: ReviewEvidence, form: Literal["text", "html"]) -> str:
    """Return the record for people: as plain text, or as an HTML page without other files."""
    templates = assets.folder("templates")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([templates / "evidence", templates / "page"]),
        autoescape=jinja2.select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["printable"] = printable
    environment.filters["record_time"] = _utc
    template = environment.get_template("evidence.html" if form == "html" else "evidence.txt")
    return template.render(record=record, verdict=verdict(record)).lstrip()


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
