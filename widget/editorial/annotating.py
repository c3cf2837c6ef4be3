"""What readers see beside a live document: the results of checks, and upheld reports."""

from __future__ import annotations

from collections.abc import Callable

from widget.store import Annotations, Draft, Live, Revision, Step, Store, Withdrawn, Workflow
from widget.store.state import nothing_to

Change = Callable[[Annotations], Annotations]


class Annotating:
    """Changes of annotations. They are revisions like all others, and void no review."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def annotate(
        self, entry_id: str, change: Change, *, actor: str, note: str = ""
    ) -> Revision | None:
        """Replace the annotations of a live entry by what ``change`` makes of them.

        Returns None where that is what they are already. Raises NotFound where nothing is live.
        """

        def plan(_: Draft | None, live: Live | Withdrawn | None, workflow: Workflow) -> Step:
            if not isinstance(live, Live):
                raise nothing_to("withdraw", entry_id)
            annotations = change(workflow.annotations)
            return Step(workflow.model_copy(update={"annotations": annotations}))

        current = self._store.workflow(entry_id).annotations
        if change(current) == current:
            return None
        return self._store.change_workflow(entry_id, "annotate", plan, actor=actor, note=note)
