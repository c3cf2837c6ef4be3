"""Comments on a point, a source or the whole of an entry, resolved or open."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from widget.entry import Entry, light_html
from widget.errors import Breach, InvalidRequest, NotFound, amount, message
from widget.store import Draft, Live, Revision, Step, Store, Withdrawn, Workflow

MAX_COMMENT = 2_000
_POINT = re.compile(r"\$\.perspectives\[(\d+)\]\.points\[(\d+)\]")
_SOURCE = re.compile(r"\$\.sources\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment. ``number`` is its revision's.

    ``path`` is where what it is about stands now, "" for the whole entry; ``subject`` is the text
    that it was about. ``resolved_by`` is None while it is open.
    """

    number: int
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
        text = text.strip()
        if not text or len(text) > MAX_COMMENT:
            wanted = message("must have 1 to %(limit)s characters", limit=amount(MAX_COMMENT))
            raise InvalidRequest([Breach("$.text", wanted)])

        def plan(draft: Draft | None, live: Live | Withdrawn | None, workflow: Workflow) -> Step:
            entry = draft.entry if draft else live.entry if isinstance(live, Live) else None
            if path and (entry is None or subject_at(entry, path) is None):
                unknown = message("names no point and no source of this entry")
                raise InvalidRequest([Breach("$.path", unknown)])
            number = workflow.open_comments + 1
            return Step(workflow.model_copy(update={"open_comments": number}))

        return self._store.change_workflow(
            entry_id, "comment", plan, actor=actor, note=text, detail=path
        )

    def resolve(self, entry_id: str, number: int, *, actor: str) -> Revision:
        """Resolve the open comment ``number``. Raises NotFound where there is none, Conflict."""
        head = self._store.head(entry_id)
        found = {it.number: it for it in self.of(entry_id)}
        if number not in found:
            raise NotFound(
                message("%(entry)r has no comment %(number)d", entry=entry_id, number=number)
            )
        if found[number].resolved_by is not None:
            raise NotFound(
                message(
                    "%(name)s has resolved the comment %(number)d already",
                    name=found[number].resolved_by,
                    number=number,
                )
            )

        def plan(_: Draft | None, __: Live | Withdrawn | None, workflow: Workflow) -> Step:
            left = max(0, workflow.open_comments - 1)
            return Step(workflow.model_copy(update={"open_comments": left}))

        return self._store.change_workflow(
            entry_id, "resolve", plan, actor=actor, detail=str(number), head=head
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
        if revision.action != "comment":
            continue
        by = resolved.get(str(revision.number))
        subject = subject_at(revision.entry, revision.detail) or ""
        found.append(
            Comment(
                number=revision.number,
                at=revision.at,
                actor=revision.actor,
                text=revision.note,
                path=_moved(newest, revision.detail, subject),
                subject=subject,
                resolved_by=by.actor if by else None,
                resolved_at=by.at if by else None,
            )
        )
    return found


def subject_at(entry: Entry, path: str) -> str | None:
    """Return the text of the point, or the title of the source, at ``path``; None: neither."""
    return dict(_subjects(entry)).get(path)


def _moved(entry: Entry | None, path: str, subject: str) -> str:
    if entry is None or not path:
        return ""
    now = dict(_subjects(entry))
    if now.get(path) == subject:
        return path
    kind = _POINT if _POINT.fullmatch(path) else _SOURCE
    same = [each for each, text in now.items() if text == subject and kind.fullmatch(each)]
    if same:
        return same[0]
    return path if path in now else ""


def _subjects(entry: Entry) -> list[tuple[str, str]]:
    points = [
        (f"$.perspectives[{group}].points[{place}]", light_html.plain(point.text))
        for group, perspective in enumerate(entry.perspectives)
        for place, point in enumerate(perspective.points)
    ]
    sources = [
        (f"$.sources[{place}]", source.title or source.url)
        for place, source in enumerate(entry.sources)
    ]
    return points + sources
