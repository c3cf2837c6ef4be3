"""Turns revisions into events, once: each record notes how far its entry was read."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from widget.config import Notify, Settings
from widget.errors import NotFound
from widget.notifying.events import Event, event_of
from widget.notifying.protocol import NotificationOutbox
from widget.notifying.reach import Reach
from widget.notifying.record import EntryRecord
from widget.store import EntryReader, Revision

log = logging.getLogger("insights.notifying")


class Collector:
    """Reads new revisions and records their events. Thread-safe; any process may do it.

    Whatever a process was doing when it ended, the next look at the entry finds the revisions that
    are newer than its record. Every method raises StoreUnavailable.
    """

    def __init__(
        self, entries: EntryReader, outbox: NotificationOutbox, settings: Settings
    ) -> None:
        self._entries = entries
        self._outbox = outbox
        self._settings = settings
        self._reach = Reach(settings)
        self._since: float | None = None

    def begin(self) -> float:
        """Return when notifications were first switched on: now, unless they were before."""
        if self._since is None:
            self._since = self._outbox.begin()
        return self._since

    def collect(self, entry_id: str) -> int:
        """Record the events of an entry's new revisions; return the number of its newest one."""
        self.begin()
        record = self._outbox.get(entry_id)
        head = self._entries.head(entry_id)  # after the record, so that it is no older
        read = self._read_before(entry_id, head) if record is None else record.read
        if record is not None and head < read:
            log.warning("%s has revision %d after %d: it was restored", entry_id, head, read)
            self._outbox.update(entry_id, lambda it: _set_back(it, head))
        elif read < head:
            found = list(self._events(entry_id, read, head))
            self._outbox.update(entry_id, lambda it: _extended(it, read, head, found))
        return head

    def record(self, event: Event) -> None:
        """Record an event that is no revision's; once, however often called."""
        if event.at.timestamp() < self.begin():
            return
        event = self._reach.within(event)
        names = [it.name for it in self._asking(event)]
        if names:
            self._outbox.update(event.record_id, lambda it: _with_event(it, event, names))

    def _read_before(self, entry_id: str, head: int) -> int:
        """Return the last revision from before notifications were switched on."""
        number, since = head, self.begin()
        while number and (revision := self._revision(entry_id, number)):
            if revision.at.timestamp() < since:
                break
            number -= 1
        return number

    def _events(self, entry_id: str, read: int, head: int) -> Sequence[tuple[Event, Sequence[str]]]:
        """Return the events of the revisions after ``read``, with the names of their receivers."""
        before = self._revision(entry_id, read)
        found = []
        for number in range(read + 1, head + 1):
            revision = self._revision(entry_id, number)
            if revision is None:
                log.warning(
                    "revision %d of %s cannot be read: nobody is notified", number, entry_id
                )
                continue
            event = event_of(revision, before, self._settings)
            if event:
                event = self._reach.within(event)
                found.append((event, [it.name for it in self._asking(event)]))
            before = revision
        return found

    def _asking(self, event: Event) -> list[Notify]:
        return [receiver for receiver in self._settings.notify if event.concerns(receiver)]

    def _revision(self, entry_id: str, number: int) -> Revision | None:
        try:
            return self._entries.revision(entry_id, number)
        except NotFound:
            return None


def _extended(
    record: EntryRecord | None,
    read: int,
    head: int,
    events: Sequence[tuple[Event, Sequence[str]]],
) -> EntryRecord:
    return (record or EntryRecord(read=read)).extended(head, events)


def _with_event(record: EntryRecord | None, event: Event, names: Sequence[str]) -> EntryRecord:
    # Below every revision's number, so that 0 is not taken for one that was read.
    return (record or EntryRecord(read=-1)).extended(-1, [(event, names)])


def _set_back(record: EntryRecord | None, head: int) -> EntryRecord:
    return EntryRecord(read=head, notifications=record.notifications if record else ())
