"""Notices changes, records their events, and sends: the last in one process of all."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from functools import partial

from widget.errors import InsightsError
from widget.notifying.collector import Collector
from widget.notifying.events import Event
from widget.notifying.protocol import NotificationOutbox
from widget.notifying.receivers import Receiver
from widget.notifying.record import EntryRecord, existing
from widget.notifying.scanner import Scanner
from widget.notifying.sender import Sender
from widget.storage.lease import IsHeld, work_under_lease
from widget.store import EntryReader, Revision

log = logging.getLogger("insights.notifying")

LOOK_SECONDS = 0.5
"""How often the sending process looks for deliveries that others recorded, or that are due."""
SHARE = 0.2
"""The fraction of one processor's time that looking may take, however much is pending."""
LONGEST_PAUSE_SECONDS = 3.0
REMOVED = "the settings name no such receiver any more"
REMOVED_SECONDS = 600.0
"""For so long, another process may be about to know the receiver: settings are read one by one."""


class Notifier:
    """Notifies the receivers of what happens to entries, in threads of its own.

    A change is turned into events by the process that makes it. One process, which holds the lease,
    sends; it also looks through all entries for what a process that was killed did not record.
    """

    def __init__(
        self,
        entries: EntryReader,
        collector: Collector,
        outbox: NotificationOutbox,
        receivers: Sequence[Receiver],
    ) -> None:
        self.outbox = outbox
        self._entries = entries
        self._collector = collector
        self._changed: set[str] = set()
        self._noticed = threading.Event()
        self._wake = threading.Event()
        self._senders = {it.name: Sender(it, outbox, self._wake.set) for it in receivers}

    def changed(self, revision: Revision) -> None:
        """Notice a change (a store's ``ChangeListener``): waits for nothing and raises nothing."""
        self._changed.add(revision.entry.id)
        self._noticed.set()

    def record(self, event: Event) -> None:
        """Record an event that belongs to no revision. Raises StoreUnavailable."""
        self._collector.record(event)
        self._wake.set()

    def start(self) -> None:
        """Start the threads."""
        for work in (self._collect_changes, self._lead):
            threading.Thread(target=work, name="notifying", daemon=True).start()

    def _collect_changes(self) -> None:
        while True:
            self._noticed.wait()
            self._noticed.clear()
            while self._changed:
                entry_id = self._changed.pop()
                try:
                    self._collector.collect(entry_id)
                except InsightsError as error:
                    # The look through all entries finds it.
                    log.warning("%s; %s is looked at again later", error, entry_id)
                except Exception:
                    log.exception("collecting the events of %s failed", entry_id)
            self._wake.set()

    def _lead(self) -> None:
        work_under_lease(
            self.outbox.lease, self._send_while, log=log, failure="sending notifications failed"
        )

    def _send_while(self, is_held: IsHeld) -> None:
        scanner = Scanner(self._entries, self._collector)
        last_message = ""
        try:
            while is_held():
                self._wake.clear()
                began = time.monotonic()
                try:
                    self._dispatch()
                    scanner.step()
                    last_message = ""
                except InsightsError as error:
                    if str(error) != last_message:
                        log.warning("%s", error)
                    last_message = str(error)
                took = time.monotonic() - began
                time.sleep(min(took * (1 / SHARE - 1), LONGEST_PAUSE_SECONDS))
                self._wake.wait(LOOK_SECONDS)
        finally:
            for sender in self._senders.values():
                sender.stop()

    def _dispatch(self) -> None:
        """Hand what is due to the senders that are ready."""
        records = self.outbox.pending()
        now = time.time()
        for name, sender in self._senders.items():
            if sender.ready:
                due = [
                    (entry_id, it) for entry_id, record in records if (it := record.due(name, now))
                ]
                if due:
                    sender.offer(due)
        for entry_id, record in records:
            removed = record.unknown(self._senders.keys(), before=now - REMOVED_SECONDS)
            for delivery_id in removed:
                self.outbox.update(entry_id, partial(_give_up, delivery_id))


def _give_up(delivery_id: str, record: EntryRecord | None) -> EntryRecord:
    return existing(record).refused(delivery_id, time.time(), REMOVED, final=True)
