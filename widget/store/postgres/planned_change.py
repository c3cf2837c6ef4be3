"""What a change of one entry appends, as it is decided under the entry's lock."""

from __future__ import annotations

from dataclasses import dataclass

from widget.entry import Entry
from widget.store.protocol import Action, Revision
from widget.store.state import EntryState, now
from widget.store.workflow import Workflow


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """The revision that a change appends, without number and time."""

    action: Action
    entry: Entry
    legal: bool = False
    workflow: Workflow | None = None
    detail: str = ""

    def revision(self, state: EntryState, actor: str, note: str) -> Revision:
        """Return the revision after ``state``, at the current time."""
        after = state.workflow.after(self.action, self.entry, actor)
        return Revision(
            number=state.head + 1,
            at=now(),
            actor=actor,
            action=self.action,
            note=note,
            entry=self.entry,
            legal=self.legal,
            workflow=after if self.workflow is None else self.workflow,
            detail=self.detail,
        )
