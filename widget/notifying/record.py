"""The record of an entry in the outbox: its events, each with one delivery for each receiver.

Changes are pure functions, so that both outboxes only have to store what they return.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from widget.errors import InsightsError
from widget.notifying.events import Event

PAUSES = (1.0, 5.0, 30.0, 120.0, 600.0, 3600.0, 10_800.0, 21_600.0, 43_200.0, 86_400.0)
"""How long after each failed attempt the next one follows, in seconds; after the last, none."""
MAX_DELIVERED, MAX_FAILED = 20, 100
"""How many events of an entry stay in its record after their deliveries have ended."""


State = Literal["pending", "failed", "delivered"]
_UNCONFIRMED: tuple[State, ...] = ("pending", "failed")


class Outdated(InsightsError):
    """Another process has dealt with this delivery."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Delivery(_Record):
    """One event for one receiver. Times are in seconds since 1970.

    ``due`` is when the next attempt may begin; while one is under way, when it counts as lost.
    ``tries`` counts the attempts that have begun. ``trouble`` is the error of the last one, empty
    while one is under way.
    ``ended`` is when the receiver confirmed or the attempts ended.
    """

    id: str
    receiver: str
    state: State = "pending"
    due: float = 0.0
    tries: int = 0
    trouble: str = ""
    ended: float | None = None


class Notification(_Record):
    """An event and its deliveries."""

    event: Event
    deliveries: tuple[Delivery, ...]

    @property
    def state(self) -> State:
        """The state of the delivery that is furthest from being confirmed."""
        states = {it.state for it in self.deliveries}
        return next((it for it in _UNCONFIRMED if it in states), "delivered")


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery that may be attempted now."""

    event: Event
    delivery: Delivery


class EntryRecord(_Record):
    """The events of one entry. ``read`` is the last revision that was turned into events."""

    read: int
    notifications: tuple[Notification, ...] = ()

    @property
    def pending(self) -> bool:
        """Whether any delivery has yet to be made."""
        return any(it.state == "pending" for it in self.deliveries)

    @property
    def failed(self) -> bool:
        """Whether any delivery was given up."""
        return any(it.state == "failed" for it in self.deliveries)

    def extended(self, read: int, events: Iterable[tuple[Event, Iterable[str]]]) -> EntryRecord:
        """Add the events that are not recorded yet, with the names of their receivers."""
        recorded = {it.id for it in self.deliveries}
        added = []
        for event, receivers in events:
            deliveries = tuple(Delivery(id=event.delivery_id(it), receiver=it) for it in receivers)
            if (
                event.revision > self.read
                and deliveries
                and recorded.isdisjoint(it.id for it in deliveries)
            ):
                added.append(Notification(event=event, deliveries=deliveries))
        updated = (*self.notifications, *added)
        return EntryRecord(read=max(read, self.read), notifications=_pruned(updated))

    def due(self, receiver: str, now: float) -> Due | None:
        """Return the delivery that ``receiver`` gets next, None where it has to wait.

        A later event never overtakes an earlier one of the same entry.
        """
        for notification in self.notifications:
            for delivery in notification.deliveries:
                if delivery.receiver == receiver and delivery.state == "pending":
                    return Due(notification.event, delivery) if delivery.due <= now else None
        return None

    def unknown(self, receivers: Collection[str], *, before: float) -> list[str]:
        """Return the pending deliveries of older events whose receiver is not in ``receivers``."""
        return [
            delivery.id
            for notification in self.notifications
            for delivery in notification.deliveries
            if delivery.state == "pending"
            and delivery.receiver not in receivers
            and notification.event.at.timestamp() < before
        ]

    def begun(self, due: Due, now: float, until: float) -> EntryRecord:
        """Record an attempt before it is made. Raises Outdated where it is not due any more."""
        current = self.due(due.delivery.receiver, now)
        if current is None or current.delivery.id != due.delivery.id:
            raise Outdated("another process has made this attempt")
        changes = {"tries": current.delivery.tries + 1, "due": until, "trouble": ""}
        return self._with(due.delivery.id, **changes)

    def confirmed(self, delivery_id: str, now: float) -> EntryRecord:
        """Record that the receiver has the event."""
        changed = self._with(delivery_id, state="delivered", trouble="", ended=now)
        return changed.model_copy(update={"notifications": _pruned(changed.notifications)})

    def refused(
        self, delivery_id: str, now: float, trouble: str, *, wait: float = 0.0, final: bool = False
    ) -> EntryRecord:
        """Record a failed attempt. The next is in ``wait`` seconds or later, none if ``final``."""
        (delivery,) = (it for it in self.deliveries if it.id == delivery_id)
        if delivery.state != "pending":
            return self
        if final or delivery.tries > len(PAUSES):
            return self._with(delivery_id, state="failed", trouble=trouble, ended=now)
        pause = max(PAUSES[max(0, delivery.tries - 1)], wait)
        return self._with(delivery_id, trouble=trouble, due=now + pause)

    def retried(self, now: float, receiver: str | None = None) -> EntryRecord:
        """Begin anew with every delivery that is not confirmed."""
        changed = self
        for delivery in self.deliveries:
            # One without trouble is under way, or waits for an earlier one.
            unconfirmed = delivery.state == "failed" or (
                delivery.state == "pending" and delivery.trouble
            )
            if unconfirmed and receiver in (None, delivery.receiver):
                changed = changed._with(delivery.id, state="pending", tries=0, due=now, ended=None)
        return changed

    @property
    def deliveries(self) -> Iterator[Delivery]:
        """All deliveries, in the order of their events."""
        for notification in self.notifications:
            yield from notification.deliveries

    def _with(self, delivery_id: str, **changes: object) -> EntryRecord:
        return self.model_copy(
            update={
                "notifications": tuple(
                    it.model_copy(
                        update={
                            "deliveries": tuple(
                                one.model_copy(update=changes) if one.id == delivery_id else one
                                for one in it.deliveries
                            )
                        }
                    )
                    for it in self.notifications
                )
            }
        )


def _pruned(notifications: tuple[Notification, ...]) -> tuple[Notification, ...]:
    """Drop the oldest events that have ended, beyond the limits."""
    spare = {"delivered": MAX_DELIVERED, "failed": MAX_FAILED}
    remaining = []
    for notification in reversed(notifications):
        if notification.state != "pending":
            spare[notification.state] -= 1
        if spare.get(notification.state, 0) >= 0:
            remaining.append(notification)
    return tuple(reversed(remaining))


def existing(record: EntryRecord | None) -> EntryRecord:
    """Return the record. Raises Outdated where it was removed."""
    if record is None:
        raise Outdated("the record was removed")
    return record
