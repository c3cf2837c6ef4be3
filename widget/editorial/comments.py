"""Comments on a point, a source or the whole of an entry, resolved or open."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from widget.editorial import remarks
from widget.editorial.remarks import Remark
from widget.entry import Entry
from widget.errors import NotFound, message
from widget.store import Draft, Live, Revision, Step, Store, Withdrawn, Workflow

_POINT = re.compile(r"\$\.perspectives\[(\d+)\]\.points\[(\d+)\]")
_SOURCE = re.compile(r"\$\.sources\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment. ``number`` is its revision's.

    ``name`` is unique in its entry: ``7`` of revision 7, or ``7.2`` of several that came together.

    ``path`` is where what it is about stands now, "" for the whole entry; ``subject`` is the text
    that it was about. ``resolved_by`` is None while it is open.
    """

    number: int
    name: str
    at: datetime
    actor: str
    text: str
    path: str = ""
    subject: str = ""
    resolved_by: str | None = None
    resolved_at: datetime | None = None


class Comments:
    """Adds and resolves comments. Every method raises NotFound, StoreUnavailable."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, entry_id: str) -> list[Comment]:
        """Return the comments of an entry, oldest first."""
        return comments_in(self._store.history(entry_id))

    def add(self, entry_id: str, *, actor: str, text: str, path: str = "") -> Revision:
        """Comment on the point or the source at ``path``. Raises InvalidRequest."""
        (given,) = remarks.checked([Remark(text, path)], field="$")
        return self._append(entry_id, [given], actor, note=given.text, detail=path, field="$")

    def add_all(self, entry_id: str, given: Sequence[Remark], *, actor: str) -> Revision:
        """Add one comment or more with one revision. Raises InvalidRequest."""
        given = remarks.checked(given or [Remark("")])
        return self._append(entry_id, given, actor, detail=remarks.to_detail(given))

    def _append(
        self,
        entry_id: str,
        given: Sequence[Remark],
        actor: str,
        *,
        note: str = "",
        detail: str,
        field: str = "$.comments[{}]",
    ) -> Revision:
        def plan(draft: Draft | None, live: Live | Withdrawn | None, workflow: Workflow) -> Step:
            entry = draft.entry if draft else live.entry if isinstance(live, Live) else None
            remarks.require_subjects(entry, given, field=field)
            number = workflow.open_comments + len(given)
            return Step(workflow.model_copy(update={"open_comments": number}))

        return self._store.change_workflow(
            entry_id, "comment", plan, actor=actor, note=note, detail=detail
        )

    def resolve(self, entry_id: str, name: str, *, actor: str) -> Revision:
        """Resolve the open comment ``name``. Raises NotFound where there is none, Conflict."""
        head = self._store.head(entry_id)
        found = {it.name: it for it in self.of(entry_id)}
        if name not in found:
            raise NotFound(
                message("%(entry)r has no comment %(comment)s", entry=entry_id, comment=name[:20])
            )
        if found[name].resolved_by is not None:
            raise NotFound(
                message(
                    "%(name)s has resolved the comment %(comment)s already",
                    name=found[name].resolved_by,
                    comment=name,
                )
            )

        def plan(_: Draft | None, __: Live | Withdrawn | None, workflow: Workflow) -> Step:
            left = max(0, workflow.open_comments - 1)
            return Step(workflow.model_copy(update={"open_comments": left}))

        return self._store.change_workflow(
            entry_id, "resolve", plan, actor=actor, detail=name, head=head
        )


def comments_in(history: Sequence[Revision]) -> list[Comment]:
    """Return the comments in a history (newest revision first), oldest first.

    A comment follows its point or source when that moves; where the text has changed, it stays at
    its place.
    """
    resolved = {it.detail: it for it in history if it.action == "resolve"}
    newest = history[0].entry if history else None
    found = []
    for revision in reversed(history):
        for name, remark in remarks.of_revision(revision):
            by = resolved.get(name)
            subject = remarks.subject_at(revision.entry, remark.path) or ""
            found.append(
                Comment(
                    number=revision.number,
                    name=name,
                    at=revision.at,
                    actor=revision.actor,
                    text=remark.text,
                    path=_moved(newest, remark.path, subject),
                    subject=subject,
                    resolved_by=by.actor if by else None,
                    resolved_at=by.at if by else None,
                )
            )
    return found


def _moved(entry: Entry | None, path: str, subject: str) -> str:
    if entry is None or not path:
        return ""
    now = remarks.subjects(entry)
    if now.get(path) == subject:
        return path
    kind = _POINT if _POINT.fullmatch(path) else _SOURCE
    same = [each for each, text in now.items() if text == subject and kind.fullmatch(each)]
    if same:
        return same[0]
    return path if path in now else ""
