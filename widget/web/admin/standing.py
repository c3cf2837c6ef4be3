"""How an entry stands when an editor opens or saves it."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from flask import abort

from widget.entry import Entry
from widget.store import Draft, Live, Withdrawn
from widget.web.admin.guards import Desk


@dataclass(frozen=True, slots=True)
class Standing:
    """How an entry stands. ``head`` was read first, so that it is never too new."""

    head: int
    live: Live | Withdrawn | None
    draft: Draft | None
    entry: Entry

    def says(self, entry: Entry, head: str) -> bool:
        """Say whether the newest version says all that ``entry`` does: nothing is to be saved."""
        settled = self.draft is not None or not isinstance(self.live, Withdrawn)
        return entry == self.entry and settled and number(head) <= self.head


def standing(desk: Desk, entry_id: str) -> Standing:
    """Return how an entry stands, with what an editor goes on from. 404 where there is none."""
    head = desk.store.head(entry_id)
    live, draft = desk.store.live(entry_id), desk.store.draft(entry_id)
    entry = draft.entry if draft else live.entry if isinstance(live, Live) else None
    if entry is None:
        history = desk.store.history(entry_id)
        if not history:
            abort(HTTPStatus.NOT_FOUND, f"There is no entry {entry_id!r}.")
        entry = history[0].entry
    return Standing(head, live, draft, entry)


def number(text: str) -> int:
    """Return the revision's number that a form sent, 0 where it sent none."""
    return int(text) if text.isdecimal() and len(text) < 10 else 0
