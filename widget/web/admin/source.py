"""The JSON side of the editor: the same document as text, checked by line while it is typed."""

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
from widget.errors import Breach, Conflict
from widget.web.admin import guards
from widget.web.admin.guards import Desk
from widget.web.admin.standing import Standing, number, standing


@dataclass(frozen=True, slots=True)
class Remark:
    """A breach, and the line of the text that it is about."""

    line: int
    breach: Breach


def blueprint(desk: Desk) -> Blueprint:
    """Return ``/entries/<id>/json``."""
    routes = Blueprint("source", __name__, url_prefix="/entries/<entry_id>/json")

    @routes.get("")
    def show(entry_id: str) -> Response:
        now = standing(desk, entry_id)
        text = now.entry.to_json().decode()
        return _page(now, text, _judge(entry_id, text)[1])

    @routes.post("")
    def save(entry_id: str) -> AnyResponse:
        now = standing(desk, entry_id)
        text = _typed()
        head = request.form.get("over") or request.form.get("head", "")
        entry, breaches = _judge(entry_id, text)
        if entry is None:
            return _refused(now, text, breaches, head)
        try:
            if not now.says(entry, head):
                note = "Autosaved" if guards.is_htmx() else "As JSON"
                actor = guards.user().name
                desk.editorial.save(entry, actor=actor, note=note, head=number(head))
        except Conflict:
            return _conflict(standing(desk, entry_id), text, entry, breaches, head)
        if guards.is_htmx():
            return guards.page("_saved.html", now=standing(desk, entry_id), problem="")
        return guards.see(url_for(".show", entry_id=entry_id))

    @routes.post("/check")
    def check(entry_id: str) -> Response:
        text = _typed()
        entry, breaches = _judge(entry_id, text)
        return guards.page("_source_verdict.html", **_said(text, entry, breaches))

    def _judge(entry_id: str, text: str) -> tuple[Entry | None, list[Breach]]:
        entry, breaches = desk.editorial.validate(text.encode("utf-8", "surrogatepass"))
        if entry is not None and entry.id != entry_id:
            return None, [Breach("$.id", f"must stay {entry_id!r}"), *breaches]
        return entry, breaches

    return routes


def _page(
    now: Standing,
    text: str,
    breaches: list[Breach],
    *,
    entry: Entry | None = None,
    status: int = HTTPStatus.OK,
    head: str = "",
    conflict: list[comparison.FieldDiff] | None = None,
) -> Response:
    return guards.page(
        "source.html",
        status=status,
        now=now,
        text=text,
        head=head or now.head,
        conflict=conflict,
        problem="",
        unsaved=status != HTTPStatus.OK,
        **_said(text, entry or (now.entry if status == HTTPStatus.OK else None), breaches),
    )


def _said(text: str, entry: Entry | None, breaches: list[Breach]) -> dict[str, Any]:
    """Return what is said of a text, from its first line to its last."""
    known = line_numbers(text)
    remarks = sorted((_remark(breach, known) for breach in breaches), key=lambda it: it.line)
    errors = sum(breach.severity == "error" for breach in breaches)
    return {"remarks": remarks, "errors": errors, "can_be_kept": entry is not None}


def _remark(breach: Breach, known: dict[str, int]) -> Remark:
    # What is no JSON has no places; there the message says the line.
    told = re.search(r"\bat line (\d+)", breach.message) if breach.path == "$" else None
    return Remark(int(told[1]) if told else line_of(breach.path, known), breach)


def _refused(now: Standing, text: str, breaches: list[Breach], head: str) -> Response:
    if guards.is_htmx():
        problem = "Not saved: this cannot be a draft yet"
        return guards.page("_saved.html", now=now, problem=problem)
    return _page(now, text, breaches, status=HTTPStatus.UNPROCESSABLE_ENTITY, head=head)


def _conflict(
    now: Standing, text: str, entry: Entry, breaches: list[Breach], head: str
) -> Response:
    if guards.is_htmx():
        problem = "Not saved: somebody else saved this entry. Press Save to compare both versions"
        return guards.page("_saved.html", now=now, problem=problem)
    changes = comparison.entries(now.entry, entry)
    status = HTTPStatus.CONFLICT
    return _page(now, text, breaches, entry=entry, status=status, head=head, conflict=changes)


def _typed() -> str:
    return request.form.get("document", "").replace("\r\n", "\n")
