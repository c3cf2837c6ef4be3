"""Who changed what, when and why; any two revisions compared; any of them restored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as AnyResponse

from widget import diff, editing
from widget.errors import Conflict
from widget.store import Revision
from widget.web.admin import guards
from widget.web.admin.guards import Desk


@dataclass(frozen=True, slots=True)
class Step:
    """One change, with the autosaves of the same sitting that it replaced."""

    revision: Revision
    before: int
    folded: tuple[int, ...]


def blueprint(desk: Desk) -> Blueprint:
    """Return ``/history``, ``/comparison`` and ``/restorations`` of an entry."""
    routes = Blueprint("history", __name__, url_prefix="/entries/<entry_id>")

    @routes.get("/history")
    def history(entry_id: str) -> Response:
        revisions = _revisions(entry_id)
        return guards.page(
            "history.html",
            entry_id=entry_id,
            title=revisions[0].entry.article.title or entry_id,
            steps=list(_steps(revisions)),
            head=revisions[0].number,
        )

    @routes.get("/comparison")
    def comparison(entry_id: str) -> Response:
        revisions = {revision.number: revision for revision in _revisions(entry_id)}
        new = revisions.get(_number("to", max(revisions)))
        old = revisions.get(_number("from", 0))
        if new is None:
            abort(HTTPStatus.NOT_FOUND, "There is no such revision.")
        if old and old.number > new.number:
            old, new = new, old
        return guards.page(
            "comparison.html",
            entry_id=entry_id,
            title=new.entry.article.title or entry_id,
            old=old,
            new=new,
            changes=diff.entries(old.entry if old else None, new.entry),
            head=max(revisions),
        )

    @routes.post("/restorations")
    @guards.needs("publisher")
    def restore(entry_id: str) -> AnyResponse:
        number = _number("revision", 0)
        try:
            actor = guards.user().name
            editing.restore(desk.store, entry_id, number, actor=actor, head=_number("head", 0))
        except Conflict:
            abort(HTTPStatus.CONFLICT, "The entry was changed meanwhile. Go back and reload.")
        return guards.see(f"/admin/entries/{entry_id}")

    def _revisions(entry_id: str) -> list[Revision]:
        revisions = desk.store.history(entry_id)
        if not revisions:
            abort(HTTPStatus.NOT_FOUND, f"There is no entry {entry_id!r}.")
        return revisions

    return routes


def _steps(revisions: list[Revision]) -> Iterator[Step]:
    """Fold the saves of one sitting into the last of them; newest first."""
    index = 0
    while index < len(revisions):
        top = revisions[index]
        folded: list[int] = []
        index += 1
        while index < len(revisions) and _one_sitting(revisions[index], top):
            folded.append(revisions[index].number)
            index += 1
        before = revisions[index].number if index < len(revisions) else 0
        yield Step(top, before, tuple(folded))


def _one_sitting(older: Revision, newer: Revision) -> bool:
    return (
        older.action == newer.action == "save"
        and older.actor == newer.actor
        and older.note in ("", "Autosaved")
        and (newer.at - older.at).total_seconds() < 3600
    )


def _number(name: str, otherwise: int) -> int:
    text = request.values.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else otherwise
