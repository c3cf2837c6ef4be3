"""Plans: who works on an entry until when, and when it is published and withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from widget.errors import Breach, Forbidden, InvalidRequest, NotFound, instant, message
from widget.store import Draft, Live, Revision, Step, Store, Withdrawn, Workflow
from widget.store.state import nothing_to

FourEyes = Callable[[str, str], str]
"""Returns why this actor may not publish the entry with this id, "" if they may."""


class Planning:
    """Assigns entries, and plans their publication and withdrawal.

    Every method raises NotFound, StoreUnavailable.
    """

    def __init__(self, store: Store, four_eyes: FourEyes) -> None:
        self._store = store
        self._four_eyes = four_eyes

    def assign(
        self, entry_id: str, *, actor: str, assignee: str | None, due: date | None = None
    ) -> Revision:
        """Say who works on an entry, and until when; None: nobody, at no date."""

        def plan(_: Draft | None, __: Live | Withdrawn | None, workflow: Workflow) -> Step:
            return Step(workflow.model_copy(update={"assignee": assignee or None, "due": due}))

        note = f"Assigned to {assignee}" if assignee else "Assigned to nobody"
        return self._store.change_workflow(
            entry_id, "assign", plan, actor=actor, note=f"{note}, due {due}." if due else f"{note}."
        )

    def schedule(
        self,
        entry_id: str,
        *,
        actor: str,
        publish_at: datetime | None = None,
        expires_at: datetime | None = None,
        reason: str = "",
        head: int | None = None,
    ) -> Revision:
        """Plan when the draft is published and when the entry is withdrawn; None: never.

        ``reason`` is what readers are told after the withdrawal. Raises InvalidRequest for times
        that have passed, Forbidden where ``four_eyes`` requires another person to publish.
        """
        _require_future(publish_at, expires_at, reason)
        refusal = self._four_eyes(entry_id, actor) if publish_at else ""
        if refusal:
            raise Forbidden(refusal)

        def plan(draft: Draft | None, live: Live | Withdrawn | None, workflow: Workflow) -> Step:
            if publish_at and draft is None:
                raise nothing_to("publish", entry_id)
            if expires_at and not publish_at and not isinstance(live, Live):
                raise NotFound(
                    message("%(entry)r is not live and not planned to be", entry=entry_id)
                )
            update = {
                "publish_at": publish_at and publish_at.astimezone(UTC),
                "expires_at": expires_at and expires_at.astimezone(UTC),
                "expiry_reason": reason.strip() if expires_at else "",
                "planned_by": actor,
            }
            return Step(workflow.model_copy(update=update))

        note = "; ".join(_described(publish_at, expires_at)) or "Not planned any more"
        return self._store.change_workflow(
            entry_id, "schedule", plan, actor=actor, note=f"{note}.", head=head
        )


def _described(publish_at: datetime | None, expires_at: datetime | None) -> list[str]:
    parts = (("to be published", publish_at), ("to be withdrawn", expires_at))
    return [f"{what} on {instant(at)}" for what, at in parts if at]


def _require_future(publish_at: datetime | None, expires_at: datetime | None, reason: str) -> None:
    now = datetime.now(UTC)
    breaches = [
        Breach(path, message("has passed (%(time)s); choose a later time", time=instant(at)))
        for path, at in (("$.publish_at", publish_at), ("$.expires_at", expires_at))
        if at and at <= now
    ]
    if publish_at and expires_at and expires_at <= publish_at:
        early = message("is not after publish_at; choose a later time")
        breaches.append(Breach("$.expires_at", early))
    if expires_at and not reason.strip():
        empty = message("is empty; say to readers why it will be withdrawn")
        breaches.append(Breach("$.reason", empty))
    if breaches:
        raise InvalidRequest(breaches)
