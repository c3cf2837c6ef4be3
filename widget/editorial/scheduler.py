"""Carries out what is planned: publications and withdrawals at their time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from widget.editorial.actors import schedule_actor
from widget.editorial.service import Editorial
from widget.errors import Conflict, Forbidden, InsightsError, InvalidEntry, NotFound
from widget.storage.lease import IsHeld, Lease, work_under_lease
from widget.store import Live, Workflow

log = logging.getLogger("insights.schedule")

LOOK_SECONDS = 0.2
WAIT_SECONDS = 1.0
"""How long it waits after a failure."""
LATE_SECONDS = 5.0
"""From how late on a publication is said to be late."""


class Scheduler:
    """A daemon thread in every process; only the holder of the lease works."""

    def __init__(self, editorial: Editorial) -> None:
        self._editorial = editorial
        self._refused: dict[str, str] = {}

    def start(self, lease: Callable[[], Lease]) -> None:
        """Start the thread."""
        threading.Thread(target=self._run, args=[lease], name="schedule", daemon=True).start()

    def _run(self, lease: Callable[[], Lease]) -> None:
        failure = "carrying out what is planned failed"
        work_under_lease(lease, self._watch, log=log, failure=failure)

    def _watch(self, is_held: IsHeld) -> None:
        last_message = ""
        while is_held():
            try:
                self.carry_out_due()
                last_message = ""
            except InsightsError as error:
                if str(error) != last_message:
                    log.warning("%s", error)
                last_message = str(error)
                time.sleep(WAIT_SECONDS)
            time.sleep(LOOK_SECONDS)

    def carry_out_due(self, now: datetime | None = None) -> None:
        """Publish and withdraw what is due. Raises StoreUnavailable.

        What cannot be published, for example because its approval is void, stays planned and is
        tried again: the log names it once.
        """
        now = now or datetime.now(UTC)
        due = self._editorial.entries.planned(now)
        self._refused = {it: why for it, why in self._refused.items() if it in due}
        for entry_id in due:
            try:
                self._carry_out(entry_id, now)
            except (Conflict, NotFound):
                continue  # somebody else changed it meanwhile
            except InsightsError as error:
                if self._refused.get(entry_id) != str(error):
                    log.warning("%s is due and cannot be changed: %s", entry_id, error)
                self._refused[entry_id] = str(error)

    def _carry_out(self, entry_id: str, now: datetime) -> None:
        entries = self._editorial.entries
        head, workflow = entries.head(entry_id), entries.workflow(entry_id)
        actor = schedule_actor(workflow.planned_by)
        refusal: InsightsError | None = None
        if _is_due(workflow.publish_at, now) and entries.draft(entry_id):
            note = _planned_for(workflow, now)
            try:
                published = self._editorial.publish(entry_id, actor=actor, note=note, head=head)
                log.info("%s: published as planned", entry_id)
                head = published.number
            except (Forbidden, InvalidEntry) as error:
                refusal = error  # what is live has to go at its time all the same
        if _is_due(workflow.expires_at, now) and isinstance(entries.live(entry_id), Live):
            reason = workflow.expiry_reason
            gone = self._editorial.withdraw(entry_id, actor=actor, reason=reason, head=head)
            log.info("%s: withdrawn as planned", entry_id)
            if refusal:
                # Approved later, the draft would be published after the end of its plan, for ever.
                self._editorial.planning.schedule(entry_id, actor=actor, head=gone.number)
        if refusal:
            raise refusal


def _is_due(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now


def _planned_for(workflow: Workflow, now: datetime) -> str:
    at = workflow.publish_at
    if at is None:
        return ""
    note = f"Planned for {at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC."
    late = (now - at).total_seconds()
    return f"{note} Published {late:.0f} seconds late." if late > LATE_SECONDS else note
