"""Asking the author of an article before its entry is published, and recording the answer.

A revision holds when, and no name and no text: those are in the records of links, which end.
"""

from __future__ import annotations

from datetime import UTC, datetime

from widget.editorial.actors import AUTHOR, person_of
from widget.errors import Breach, InvalidRequest, message
from widget.store import Draft, Live, Revision, Step, Store, Withdrawn, Workflow


class Asking:
    """Changes of who was asked and has answered. Every method raises NotFound, StoreUnavailable."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def ask(self, entry_id: str, *, actor: str) -> Revision:
        """Record that the author was given a link; the first one counts."""
        asked_at = self._store.workflow(entry_id).author_asked_at or _now()
        note = "A link was made for the author."
        return self._change(entry_id, actor, note, author_asked_at=asked_at)

    def answer(self, entry_id: str) -> Revision:
        """Record that the author has answered."""
        return self._change(entry_id, AUTHOR, "The author answered.", author_answered_at=_now())

    def revoke(self, entry_id: str, *, actor: str) -> Revision:
        """Record that no link is left by which the author could answer."""
        return self._change(entry_id, actor, "The author's link was revoked.", author_asked_at=None)

    def waive(self, entry_id: str, *, actor: str, reason: str) -> Revision:
        """Allow publishing without asking. Raises InvalidRequest without a reason."""
        if not reason.strip():
            empty = message("is empty; say why the author is not asked")
            raise InvalidRequest([Breach("$.reason", empty)])
        note = f"To be published without asking the author: {reason.strip()}"
        waived_by = person_of(actor) or actor
        return self._change(entry_id, actor, note, author_waived_by=waived_by)

    def _change(self, entry_id: str, actor: str, note: str, **update: object) -> Revision:
        def plan(_: Draft | None, __: Live | Withdrawn | None, workflow: Workflow) -> Step:
            return Step(workflow.model_copy(update=update))

        return self._store.change_workflow(entry_id, "voice", plan, actor=actor, note=note)


def _now() -> datetime:
    at = datetime.now(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
