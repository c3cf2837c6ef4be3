"""The contract of both outboxes of notifications: one record for each entry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from widget.errors import StoreUnavailable
from widget.notifying.record import EntryRecord
from widget.storage.lease import Lease

Change = Callable[[EntryRecord | None], EntryRecord]


class DamagedRecord(StoreUnavailable):
    """The record of an entry cannot be read; the message says what to do."""


class NotificationOutbox(Protocol):
    """The records of all entries, shared by all processes. Thread-safe.

    Every method raises StoreUnavailable where the outbox cannot be read or written.
    """

    def begin(self) -> float:
        """Return when notifications were first switched on, in seconds since 1970.

        That is now, unless they were before. Nobody is notified of earlier revisions.
        """

    def get(self, entry_id: str) -> EntryRecord | None:
        """Return the record of an entry, None where it has none."""

    def update(self, entry_id: str, change: Change) -> EntryRecord:
        """Replace the record of an entry by what ``change`` makes of it, and return that.

        No other change of the record comes in between; what ``change`` raises prevents it. The
        new record is on disk when this returns.
        """

    def pending(self) -> list[tuple[str, EntryRecord]]:
        """Return the entries and records with deliveries that are yet to be made."""

    def failed(self) -> list[tuple[str, EntryRecord]]:
        """Return the entries and records with deliveries that were given up."""

    def recent(self, limit: int) -> list[tuple[str, EntryRecord]]:
        """Return the records that changed last, newest first."""

    def lease(self) -> Lease:
        """Return the lease of the one process that sends."""
