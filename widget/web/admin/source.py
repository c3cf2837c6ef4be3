"""The JSON view of the editor: the same document as text, checked while it is typed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from widget.editorial import comparison
from widget.entry import Entry
from widget.entry.paths import line_numbers, line_of
from widget.errors import Breach, Conflict, message
from widget.web.admin import auth, rendering, verdict
from widget.web.admin.context import admin
from widget.web.admin.entry_status import EntryStatus, entry_status, revision_number
from widget.web.admin.interface import gettext as _


@dataclass(frozen=True, slots=True)
class Remark:
    """A breach, and its line in the text."""

    line: int
    breach: Breach


routes = Blueprint("source", __name__, url_prefix="/entries/<entry_id>/json")


@routes.get("")
def show(entry_id: str) -> Response:
    """Show the entry as JSON."""
    now = entry_status(entry_id)
    text = now.entry.to_json().decode()
    return _page(now, text, _judge(entry_id, text)[1])


@routes.post("")
def save(entry_id: str) -> AnyResponse:
    """Save the text as the draft."""
    now = entry_status(entry_id)
    text = _typed()
    head = request.form.get("over") or request.form.get("head", "")
    entry, breaches = _judge(entry_id, text)
    if entry is None:
        return _refused(now, text, breaches, head)
    try:
        if not now.is_saved(entry, head):
            note = "Autosaved" if rendering.is_htmx() else "As JSON"
            actor = auth.user().name
            admin().editorial.save(entry, actor=actor, note=note, head=revision_number(head))
    except Conflict:
        return _conflict(entry_status(entry_id), text, entry, breaches, head)
    if rendering.is_htmx():
        return rendering.page("_saved.html", now=entry_status(entry_id), problem="")
    return rendering.see(url_for(".show", entry_id=entry_id))


@routes.post("/check")
def check(entry_id: str) -> Response:
    """Show what is wrong with the text as it is."""
    text = _typed()
    entry, breaches = _judge(entry_id, text)
    return rendering.page("_source_verdict.html", **_verdict(text, entry, breaches))


def _judge(entry_id: str, text: str) -> tuple[Entry | None, list[Breach]]:
    entry, breaches = admin().editorial.validate(text.encode("utf-8", "surrogatepass"))
    if entry is not None and entry.id != entry_id:
        return None, [Breach("$.id", message("must stay %(entry)r", entry=entry_id)), *breaches]
    if entry is not None and admin().editorial.foreign_urls(entry):
        return None, breaches
    return entry, breaches


def _page(
    now: EntryStatus,
    text: str,
    breaches: list[Breach],
    *,
    entry: Entry | None = None,
    status: int = HTTPStatus.OK,
    head: str = "",
    conflict: list[comparison.FieldDiff] | None = None,
) -> Response:
    return rendering.page(
        "source.html",
        status=status,
        now=now,
        text=text,
        head=head or now.head,
        conflict=conflict,
        problem="",
        unsaved=status != HTTPStatus.OK,
        **_verdict(text, entry or (now.entry if status == HTTPStatus.OK else None), breaches),
    )


def _verdict(text: str, entry: Entry | None, breaches: list[Breach]) -> dict[str, Any]:
    """Return the breaches of a text, ordered by line."""
    numbers = line_numbers(text)
    remarks = sorted((_remark(breach, numbers) for breach in breaches), key=lambda it: it.line)
    errors = sum(breach.severity == "error" for breach in breaches)
    return {
        "remarks": remarks,
        "errors": errors,
        "can_be_kept": entry is not None,
        "next": verdict.next_step(entry),
    }


def _remark(breach: Breach, numbers: dict[str, int]) -> Remark:
    # Text that is no JSON has no paths; the message contains the line.
    match = re.search(r"\bat line (\d+)", breach.message) if breach.path == "$" else None
    return Remark(int(match[1]) if match else line_of(breach.path, numbers), breach)


def _refused(now: EntryStatus, text: str, breaches: list[Breach], head: str) -> Response:
    if rendering.is_htmx():
        problem = _("Not saved: this cannot be a draft yet")
        return rendering.page("_saved.html", now=now, problem=problem)
    return _page(now, text, breaches, status=HTTPStatus.UNPROCESSABLE_ENTITY, head=head)


def _conflict(
    now: EntryStatus, text: str, entry: Entry, breaches: list[Breach], head: str
) -> Response:
    if rendering.is_htmx():
        problem = _(
            "Not saved: somebody else saved this entry. Press Save to compare both versions"
        )
        return rendering.page("_saved.html", now=now, problem=problem)
    changes = comparison.entries(now.entry, entry)
    status = HTTPStatus.CONFLICT
    return _page(now, text, breaches, entry=entry, status=status, head=head, conflict=changes)


def _typed() -> str:
    return request.form.get("document", "").replace("\r\n", "\n")
