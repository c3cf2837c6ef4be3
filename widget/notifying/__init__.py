"""Notifies persons and programs of what happens to entries (decision 0025)."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from widget.config import Settings
from widget.errors import InsightsError, InvalidSettings
from widget.notifying.collector import Collector
from widget.notifying.events import Event
from widget.notifying.listing import ListedDelivery, Notifications
from widget.notifying.outbox import open_outbox
from widget.store import EntryReader

if TYPE_CHECKING:
    from widget.notifying.notifier import Notifier
    from widget.notifying.receivers import Receiver

log = logging.getLogger("insights.notifying")

__all__ = [
    "ListedDelivery",
    "Notifications",
    "check_receivers",
    "collect_changes",
    "open_notifications",
    "record_event",
    "send_test",
    "start_notifying",
]


def check_receivers(settings: Settings) -> None:
    """Raise InvalidSettings where a receiver cannot be used, such as without its secret.

    Opens no outbox: the parent process must not have a database open when it forks.
    """
    _receivers(settings)


def start_notifying(settings: Settings, entries: EntryReader) -> Notifier:
    """Start to notify; return what notices changes. Raises InvalidSettings, StoreUnavailable."""
    receivers = _receivers(settings)
    # Imported here, as the receivers: events are used by services that notify nobody.
    from widget.notifying.notifier import Notifier

    outbox = open_outbox(settings.store)
    collector = Collector(entries, outbox, settings)
    try:
        collector.begin()  # before the first change
    except InsightsError as error:
        log.warning("%s; nobody is notified until it is", error)  # readers are served all the same
    notifier = Notifier(entries, collector, outbox, receivers)
    notifier.start()
    return notifier


def open_notifications(settings: Settings) -> Notifications:
    """Return the deliveries of the store. Raises InvalidSettings, StoreUnavailable."""
    return Notifications(open_outbox(settings.store))


def collect_changes(settings: Settings, entries: EntryReader, changed: Iterable[str]) -> None:
    """Record the events of a command's changes, so that the service sends them at once.

    Without it, the service finds them when it looks through all entries. Raises StoreUnavailable.
    """
    collector = Collector(entries, open_outbox(settings.store), settings)
    for entry_id in changed:
        collector.collect(entry_id)


def record_event(settings: Settings, entries: EntryReader, event: Event) -> None:
    """Record an event that belongs to no revision; the service sends it.

    Raises StoreUnavailable.
    """
    Collector(entries, open_outbox(settings.store), settings).record(event)


def send_test(settings: Settings, name: str) -> str:
    """Send a test to the receiver ``name``; return its remark, "" for none.

    Raises DeliveryFailed, InvalidSettings.
    """
    now = datetime.now(UTC)
    event = Event(
        type="test",
        entry="test",
        revision=1,
        at=now,
        title="A test of the notifications",
        url=settings.publications[0].origins[0] if settings.publications[0].origins else "",
        publication=settings.publications[0].name,
        actor="insights",
    )
    (receiver,) = (it for it in _receivers(settings) if it.name == name)
    return receiver.send(event, event.delivery_id(name))


def _receivers(settings: Settings) -> list[Receiver]:
    # Imported here: its library is an extra of the package.
    try:
        from widget.notifying.receivers import open_receiver
    except ImportError as error:
        if error.name != "standardwebhooks":
            raise
        raise InvalidSettings(
            "notify needs standardwebhooks, which is not installed; "
            "run: pip install 'insights-widget[notify]'"
        ) from error
    return [open_receiver(it, settings) for it in settings.notify]
