"""The record of a review for people: as plain text, or as an HTML page without other files."""

from __future__ import annotations

from typing import Literal

import jinja2

from widget import assets
from widget.editorial.evidence import ReviewEvidence
from widget.errors import Message, counted, instant, message
from widget.logs import printable


def verdict(record: ReviewEvidence) -> Message:
    """Say in one sentence what the record proves."""
    review = record.review
    if review.review == "proven":
        given = counted(
            "One person approved exactly this version",
            "%(num)d persons approved exactly this version",
            review.given,
        )
        missing = review.needed - review.given
        if missing <= 0:
            return message("%(given)s.", given=given)
        more = counted("%(num)d more is needed", "%(num)d more are needed", missing)
        return message("%(given)s; %(more)s.", given=given, more=more)
    if review.review == "declared":
        by = record.version.reviewed_by
        return message(
            "Its text names a reviewer (%(name)s), but nobody proved to have reviewed this "
            "version.",
            name=by,
        )
    return message("Nobody has reviewed this version.")


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
    environment.filters["record_time"] = instant
    template = environment.get_template("evidence.html" if form == "html" else "evidence.txt")
    return template.render(record=record, verdict=verdict(record)).lstrip()
