"""Carries out what is planned: publications and withdrawals at their time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from widget.editorial.actors import schedule_actor
from widget.editorial.service import Editorial
from widget.errors import Conflict, InsightsError, NotFound
from widget.storage.lock import Busy
from widget.store import Live, Workflow

log = logging.getLogger("insights.schedule")

LOOK_SECONDS = 0.2
WAIT_SECONDS = 1.0
"""How long a process waits before it tries again to hold the lease."""
LATE_SECONDS = 5.0
"""From how late on a publication is said to be late."""

Lease = Callable[[], AbstractContextManager[Callable[[], bool]]]
"""Holds the lease for the block, and gives it a function that returns whether it is still held."""


class Scheduler:
    """A daemon thread in every process; only the holder of the lease works."""

    def __init__(self, editorial: Editorial, lease: Lease) -> None:
        self._editorial = editorial
        self._lease = lease
        self._refused: dict[str, str] = {}

    def start(self) -> None:
        """Start the thread."""
        threading.Thread(target=self._run, name="schedule", daemon=True).start()

    def _run(self) -> None:
        last_message = ""
        while True:
            try:
                with self._lease() as is_held:
                    while is_held():
                        self.carry_out_due()
                        last_message = ""
                        time.sleep(LOOK_SECONDS)
            except Busy:
                pass
            except InsightsError as error:
                if str(error) != last_message:
                    log.warning("%s", error)
                last_message = str(error)
            except Exception:
                log.exception("carrying out what is planned failed; trying again")
            time.sleep(WAIT_SECONDS)

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
        if _is_due(workflow.publish_at, now) and entries.draft(entry_id):
            note = _planned_for(workflow, now)
            published = self._editorial.publish(entry_id, actor=actor, note=note, head=head)
            log.info("%s: published as planned", entry_id)
            head = published.number
        if _is_due(workflow.expires_at, now) and isinstance(entries.live(entry_id), Live):
            reason = workflow.expiry_reason
            self._editorial.withdraw(entry_id, actor=actor, reason=reason, head=head)
            log.info("%s: withdrawn as planned", entry_id)


def _is_due(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now


def _planned_for(workflow: Workflow, now: datetime) -> str:
    at = workflow.publish_at
    if at is None:
        return ""
    note = f"Planned for {at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC."
    late = (now - at).total_seconds()
    return f"{note} Published {late:.0f} seconds late." if late > LATE_SECONDS else note
