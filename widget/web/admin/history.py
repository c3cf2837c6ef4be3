"""The history of an entry: its changes, comparisons of revisions, restorations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from itertools import zip_longest

from flask import Blueprint, Response, abort, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from widget.editorial import comparison as comparing
from widget.editorial import remarks
from widget.errors import Conflict
from widget.store import Revision
from widget.web.admin import auth, rendering
from widget.web.admin.context import admin
from widget.web.admin.interface import gettext as _

_SILENT = frozenset({"", "Autosaved", "As JSON"})
"""Notes that are not written by a person."""

_PAUSE = timedelta(minutes=30)
"""A longer pause between two saves of one person starts another sitting."""


@dataclass(frozen=True, slots=True)
class Step:
    """A change, and the number of the revision before it, 0 where there is none."""

    revision: Revision
    before: int


@dataclass(frozen=True, slots=True)
class Sitting:
    """Changes shown as one, newest first: successive saves of one person, or one change."""

    steps: tuple[Step, ...]

    @property
    def last(self) -> Revision:
        """The newest revision."""
        return self.steps[0].revision

    @property
    def before(self) -> int:
        """The number of the revision before it, 0 where there is none."""
        return self.steps[-1].before

    @property
    def first(self) -> Revision:
        """The oldest revision."""
        return self.steps[-1].revision


routes = Blueprint("history", __name__, url_prefix="/entries/<entry_id>")


@routes.get("/history")
def history(entry_id: str) -> Response:
    """Show all changes of an entry."""
    revisions = _revisions(entry_id)
    return rendering.page(
        "history.html",
        entry_id=entry_id,
        title=revisions[0].entry.article.title or entry_id,
        sittings=sittings_of(revisions),
        remarks_of=_remarks,
        head=revisions[0].number,
    )


def _remarks(revision: Revision) -> list[str]:
    """Return the comments of a revision that are not its note."""
    given = [remark.text for _, remark in remarks.of_revision(revision)]
    return [text for text in given if text != revision.note]


@routes.get("/comparison")
def comparison(entry_id: str) -> Response:
    """Show two revisions, compared."""
    revisions = {revision.number: revision for revision in _revisions(entry_id)}
    new = revisions.get(_number("to", max(revisions)))
    old = revisions.get(_number("from", 0))
    if new is None:
        abort(HTTPStatus.NOT_FOUND, _("There is no such revision."))
    if old and old.number > new.number:
        old, new = new, old
    return rendering.page(
        "comparison.html",
        entry_id=entry_id,
        title=new.entry.article.title or entry_id,
        old=old,
        new=new,
        changes=comparing.entries(old.entry if old else None, new.entry),
        head=max(revisions),
    )


@routes.post("/restorations")
@auth.needs("publisher")
def restore(entry_id: str) -> AnyResponse:
    """Make a draft of a revision."""
    number = _number("revision", 0)
    try:
        actor = auth.user().name
        admin().editorial.restore(entry_id, number, actor=actor, head=_number("head", 0))
    except Conflict:
        abort(HTTPStatus.CONFLICT, _("The entry was changed meanwhile. Go back and reload."))
    return rendering.see(url_for("admin.editor.form", entry_id=entry_id))


def _revisions(entry_id: str) -> list[Revision]:
    revisions = admin().store.history(entry_id)
    if not revisions:
        abort(HTTPStatus.NOT_FOUND, _("There is no entry %(entry)r.", entry=entry_id))
    return revisions


def sittings_of(revisions: list[Revision]) -> list[Sitting]:
    """Group successive saves of one person. ``revisions`` are newest first."""
    sittings: list[list[Step]] = []
    for revision, older in zip_longest(revisions, revisions[1:]):
        step = Step(revision, older.number if older else 0)
        if sittings and _goes_on(sittings[-1][-1].revision, revision):
            sittings[-1].append(step)
        else:
            sittings.append([step])
    return [Sitting(tuple(steps)) for steps in sittings]


def _goes_on(newer: Revision, older: Revision) -> bool:
    return (
        older.action == newer.action == "save"
        and older.actor == newer.actor
        and newer.note in _SILENT
        and newer.at - older.at < _PAUSE
    )


def _number(name: str, otherwise: int) -> int:
    text = request.values.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else otherwise
