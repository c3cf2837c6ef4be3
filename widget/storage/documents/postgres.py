"""The records in a PostgreSQL database, in the table ``document``."""

from __future__ import annotations

import hashlib
from contextlib import AbstractContextManager

from widget.storage.documents.sql import Connection, SqlDocuments
from widget.storage.postgres import Database, release

_LOCK_SPACE = 0x1051
"""The first number of the advisory locks of documents; the second is a digest of the key."""


class PostgresDocuments(SqlDocuments):
    """``Documents`` in a database, for the processes of many machines."""

    parameter = "%s"

    def __init__(self, database: Database) -> None:
        self._database = database

    def reading(self) -> AbstractContextManager[Connection]:
        """Lend a connection."""
        return self._database.reading()

    def changing(self) -> AbstractContextManager[Connection]:
        """Lend a connection for one transaction."""
        return self._database.changing()

    def lock(self, connection: Connection, collection: str, key: str) -> None:
        """Take an advisory lock: a row that is not there yet cannot be locked."""
        digest = hashlib.sha256(f"{collection}/{key}".encode()).digest()
        number = int.from_bytes(digest[:4], signed=True)
        connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", (_LOCK_SPACE, number))

    def overwrite_removed(self) -> None:
        """Do nothing: the database vacuums by itself."""

    def close(self) -> None:
        """Release the database."""
        release(self._database)
