"""The status of an entry when an editor opens or saves it."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from flask import abort

from widget.entry import Entry
from widget.store import Draft, Live, Withdrawn
from widget.web.admin.context import admin
from widget.web.admin.interface import gettext as _


@dataclass(frozen=True, slots=True)
class EntryStatus:
    """The status of an entry. ``head`` was read first, so that it is never too new."""

    head: int
    live: Live | Withdrawn | None
    draft: Draft | None
    entry: Entry

    def is_saved(self, entry: Entry, head: str) -> bool:
        """Return whether the newest version equals ``entry``, so that nothing is to be saved."""
        current = self.draft is not None or not isinstance(self.live, Withdrawn)
        return entry == self.entry and current and revision_number(head) <= self.head


def entry_status(entry_id: str) -> EntryStatus:
    """Return the status of an entry, with the version to edit. 404 where there is none."""
    store = admin().store
    head = store.head(entry_id)
    live, draft = store.live(entry_id), store.draft(entry_id)
    entry = draft.entry if draft else live.entry if isinstance(live, Live) else None
    if entry is None:
        history = store.history(entry_id)
        if not history:
            abort(HTTPStatus.NOT_FOUND, _("There is no entry %(entry)r.", entry=entry_id))
        entry = history[0].entry
    return EntryStatus(head, live, draft, entry)


def revision_number(text: str) -> int:
    """Return the number of a revision from a form, 0 where it has none."""
    return int(text) if text.isdecimal() and len(text) < 10 else 0
