"""The outbox of notifications in a PostgreSQL database, shared by many machines."""

from __future__ import annotations

import json
import logging
import time
from typing import Any

from pydantic import ValidationError

from widget.errors import StoreUnavailable
from widget.notifying.protocol import Change, DamagedRecord
from widget.notifying.record import EntryRecord
from widget.storage.lease import Lease
from widget.storage.postgres import Connection, Database
from widget.storage.postgres.lease import database_lease

log = logging.getLogger("insights.notifying")

_SENDER_LOCK = 0x1051D4
"""The advisory lock that the sender holds."""
_SELECT = b"SELECT entry_id, document FROM notification "


class PostgresOutbox:
    """A ``NotificationOutbox`` in the table ``notification``."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def begin(self) -> float:
        """Return when notifications were first switched on."""
        now = time.time()
        with self.database.changing() as connection:
            connection.execute(
                "INSERT INTO notification_begin (since) VALUES (%s) ON CONFLICT DO NOTHING", (now,)
            )
            found = connection.execute("SELECT since FROM notification_begin").fetchone()
        return min(float(found[0]), now) if found else now

    def get(self, entry_id: str) -> EntryRecord | None:
        """Return the record of an entry."""
        with self.database.reading() as connection:
            found = connection.execute(
                "SELECT document FROM notification WHERE entry_id = %s", (entry_id,)
            ).fetchone()
        return _record(entry_id, found[0]) if found else None

    def update(self, entry_id: str, change: Change) -> EntryRecord:
        """Replace the record of an entry."""
        with self.database.changing() as connection:
            # There has to be a row for the lock, which the others wait for.
            connection.execute(
                "INSERT INTO notification (entry_id) VALUES (%s) ON CONFLICT DO NOTHING",
                (entry_id,),
            )
            found = connection.execute(
                "SELECT document FROM notification WHERE entry_id = %s FOR UPDATE", (entry_id,)
            ).fetchone()
            record = change(_record(entry_id, found[0] if found else None))
            connection.execute(
                "UPDATE notification SET document = %s, pending = %s, failed = %s,"
                " changed = clock_timestamp() WHERE entry_id = %s",
                (record.model_dump_json(), record.pending, record.failed, entry_id),
            )
        return record

    def pending(self) -> list[tuple[str, EntryRecord]]:
        """Return the records with deliveries that are yet to be made."""
        with self.database.reading() as connection:
            return _records(connection, b"WHERE pending ORDER BY entry_id")

    def failed(self) -> list[tuple[str, EntryRecord]]:
        """Return the records with deliveries that were given up."""
        with self.database.reading() as connection:
            return _records(connection, b"WHERE failed ORDER BY entry_id")

    def recent(self, limit: int) -> list[tuple[str, EntryRecord]]:
        """Return the records that changed last."""
        with self.database.reading() as connection:
            return _records(connection, b"ORDER BY changed DESC LIMIT %s", limit)

    def lease(self) -> Lease:
        """Return the lease of the one process that sends."""
        return database_lease(self.database, _SENDER_LOCK, "sender of notifications")


def _record(entry_id: str, document: Any) -> EntryRecord | None:  # noqa: ANN401  # stored JSON
    if document is None:
        return None
    try:
        return EntryRecord.model_validate_json(json.dumps(document))
    except ValidationError:
        raise DamagedRecord(
            f"the row {entry_id!r} of table notification is not a record of notifications; delete "
            "it to send again all that happened to the entry since notifications were switched on"
        ) from None


def _records(
    connection: Connection, condition: bytes, *values: object
) -> list[tuple[str, EntryRecord]]:
    found = []
    for entry_id, document in connection.execute(_SELECT + condition, values):
        try:
            record = _record(entry_id, document)
        except StoreUnavailable as error:
            log.warning("%s", error)
        else:
            found += [(entry_id, record)] if record else []
    return found
