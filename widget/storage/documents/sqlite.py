"""The records of a directory store: one SQLite file, ``records.sqlite3`` in its folder."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from widget.errors import StoreUnavailable
from widget.storage.documents.sql import Connection, SqlDocuments

FILE = "records.sqlite3"
_WAIT_SECONDS = 15.0
_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS document (collection TEXT NOT NULL, key TEXT NOT NULL,
    body TEXT NOT NULL, bucket TEXT NOT NULL, rank REAL NOT NULL,
    PRIMARY KEY (collection, key)) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS document_rank ON document (collection, bucket, rank, key)",
    "CREATE INDEX IF NOT EXISTS document_newest ON document (collection, rank, key)",
)


class SqliteDocuments(SqlDocuments):
    """``Documents`` in the file ``path``, which is created by the first change."""

    parameter = "?"

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._process = 0

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection | None]:
        """Lend the connection, None where there is no file."""
        with self._lock, self._translated():
            yield self._open() if os.path.exists(self._path) else None

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection for one transaction; it holds the file's lock."""
        with self._lock, self._translated():
            connection = self._open()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def lock(self, connection: Connection, collection: str, key: str) -> None:
        """Do nothing: the transaction holds the lock of the file."""

    def overwrite_removed(self) -> None:
        """Empty the write-ahead log, which has former versions of pages.

        In the file itself they are overwritten at once (``secure_delete``). While another process
        reads, some stay until the next call.
        """
        with self.reading() as connection:
            if connection is not None:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection is not None and self._process == os.getpid():
                self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection:
        """Return this process's connection: SQLite forbids using one across a fork."""
        if self._connection is None or self._process != os.getpid():
            # Only a file that is not there yet: to close a descriptor ends all locks that this
            # process has on it (POSIX), and another process would take the log away.
            with suppress(FileExistsError):
                os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            connection = sqlite3.connect(
                self._path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
                # What is removed is a person's text at times: its bytes go with it.
                connection.execute("PRAGMA secure_delete = ON")
                for statement in _SCHEMA:
                    connection.execute(statement)
            except BaseException:
                connection.close()
                raise
            self._connection, self._process = connection, os.getpid()
        return self._connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            raise StoreUnavailable(f"{self._path}: {error}") from error
