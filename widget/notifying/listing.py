"""What was, is to be and could not be delivered, for pages and commands."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from widget.errors import NotFound
from widget.notifying.protocol import NotificationOutbox
from widget.notifying.record import EntryRecord, State, existing


@dataclass(frozen=True, slots=True)
class ListedDelivery:
    """One event for one receiver. Times are in UTC.

    ``next`` is when it is tried next, or when an attempt that is under way ends at the latest;
    None where none follows. ``trouble`` is the error of the last attempt. ``run`` is the run of
    drafting that the event is of, ``report`` the report of readers. ``entry`` names the record: it
    is the run's id, or the event's own where that is no revision's; ``about`` is the entry.
    """

    entry: str
    title: str
    event: str
    at: datetime
    actor: str
    receiver: str
    state: State
    tries: int
    trouble: str = ""
    next: datetime | None = None
    ended: datetime | None = None
    run: str = ""
    report: str = ""
    about: str = ""


class Notifications:
    """The deliveries of a store. Every method raises StoreUnavailable."""

    def __init__(self, outbox: NotificationOutbox) -> None:
        self._outbox = outbox

    def pending(self) -> list[ListedDelivery]:
        """Return the deliveries that are yet to be made, oldest event first."""
        return _of_state("pending", self._outbox.pending())

    def failed(self) -> list[ListedDelivery]:
        """Return the deliveries that were given up, oldest event first."""
        return _of_state("failed", self._outbox.failed())

    def recent(self, limit: int = 100) -> list[ListedDelivery]:
        """Return deliveries of the entries with the newest changes, newest event first."""
        found = [it for record in self._outbox.recent(limit) for it in _listed(*record)]
        return sorted(found, key=lambda it: it.at, reverse=True)[:limit]

    def retry(self, entry_id: str | None = None, receiver: str | None = None) -> int:
        """Try again now what failed, of one entry and receiver or of all; return how many.

        Raises NotFound where nothing of ``entry_id`` is recorded.
        """
        if entry_id is not None and self._outbox.get(entry_id) is None:
            raise NotFound(f"no notification of {entry_id!r} is recorded")
        names = {name for name, _ in [*self._outbox.pending(), *self._outbox.failed()]}
        count = 0
        now = time.time()
        for name in sorted(names if entry_id is None else names & {entry_id}):
            before = self._outbox.get(name)
            after = self._outbox.update(name, lambda it: existing(it).retried(now, receiver))
            count += _differences(before, after)
        return count


def _differences(before: EntryRecord | None, after: EntryRecord) -> int:
    earlier = {it.id: it.due for it in before.deliveries} if before else {}
    return sum(it.due != earlier.get(it.id) for it in after.deliveries)


def _of_state(state: State, records: list[tuple[str, EntryRecord]]) -> list[ListedDelivery]:
    found = [it for record in records for it in _listed(*record) if it.state == state]
    return sorted(found, key=lambda it: it.at)


def _listed(entry_id: str, record: EntryRecord) -> list[ListedDelivery]:
    return [
        ListedDelivery(
            entry=entry_id,
            title=notification.event.title,
            event=notification.event.type,
            at=notification.event.at,
            actor=notification.event.actor,
            receiver=it.receiver,
            state=it.state,
            tries=it.tries,
            trouble=it.trouble,
            next=_moment(it.due) if it.state == "pending" and it.due else None,
            ended=_moment(it.ended) if it.ended else None,
            run=notification.event.run,
            report=notification.event.report,
            about=notification.event.entry,
        )
        for notification in record.notifications
        for it in notification.deliveries
    ]


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
