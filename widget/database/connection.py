"""Connections: one pool for each database and process, short waits, errors in words."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from widget.database.migrating import migrate
from widget.errors import InvalidSettings, StoreUnavailable

Connection = psycopg.Connection[TupleRow]
DatabaseError = psycopg.Error
"""What a connection raises that ``apart`` lent, once the block has begun."""

WAIT_SECONDS = 2.0
"""How long a call waits for a connection."""
MOST = 8
"""Connections that one process holds at most, beside the one that listens."""

# What a user may say otherwise in the URL. The server gives up before the client's patience ends.
_DEFAULTS: dict[str, Any] = {
    "application_name": "insights",
    "connect_timeout": 2,
    "options": "-c statement_timeout=10s -c lock_timeout=5s"
    " -c idle_in_transaction_session_timeout=30s",
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 5000,
}


def is_database(url: str) -> bool:
    """Say whether a store's URL names a PostgreSQL database."""
    return url.startswith(("postgresql://", "postgres://"))


class Database:
    """One database. Safe to use from several threads, not across a fork."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.name = _without_password(url)
        try:
            said = conninfo_to_dict(url)
        except psycopg.ProgrammingError as error:
            raise InvalidSettings(
                f"store: {self.name!r} is no address of a database: {_words(error)}"
            ) from None
        self.parameters = {key: it for key, it in _DEFAULTS.items() if key not in said}
        self._pool = ConnectionPool(
            url,
            kwargs={"autocommit": True, **self.parameters},
            min_size=1,
            max_size=MOST,
            timeout=WAIT_SECONDS,
            reconnect_timeout=0,
            open=False,
        )
        self._pool.open()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Lend a connection on which each statement stands alone. Raises StoreUnavailable."""
        with self._translated(), self._pool.connection() as connection:
            yield connection

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """Lend a connection for one transaction, committed where the block ends well.

        Raises StoreUnavailable; where it is not known whether it was committed, too.
        """
        with self._translated(), self._pool.connection() as connection, connection.transaction():
            yield connection

    @contextmanager
    def apart(self) -> Iterator[Connection]:
        """Lend a connection of its own, for locks that last as long as it does.

        The server, too, notices within ten seconds where the other end is gone without a word.
        Raises StoreUnavailable.
        """
        with (
            self._translated(),
            psycopg.connect(self.url, autocommit=True, **self.parameters) as connection,
        ):
            for setting, value in (("idle", 5), ("interval", 2), ("count", 2)):
                connection.execute(f"SET tcp_keepalives_{setting} = {value}")
            yield connection

    def prepare(self) -> None:
        """Make the tables that are missing. Raises StoreUnavailable."""
        with self._translated(), self._pool.connection() as connection:
            migrate(connection)

    def close(self) -> None:
        """Give all connections back. Whoever got it from ``open_database`` uses ``release``."""
        self._pool.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (PoolTimeout, PoolClosed, psycopg.Error) as error:
            raise StoreUnavailable(f"{self.name}: {_words(error)}") from error


class _Shared:
    """The databases that are open in this process, each with the number of its holders."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, tuple[Database, int]] = {}

    def open(self, url: str) -> Database:
        with self._lock:
            if url in self._open:
                database, holders = self._open[url]
            else:
                database, holders = Database(url), 0
                try:
                    database.prepare()
                except StoreUnavailable:
                    database.close()
                    raise
            self._open[url] = database, holders + 1
            return database

    def release(self, database: Database) -> None:
        with self._lock:
            kept, holders = self._open.get(database.url, (None, 0))
            if kept is not database:
                return
            if holders > 1:
                self._open[database.url] = database, holders - 1
                return
            del self._open[database.url]
        database.close()

    def close(self) -> None:
        with self._lock:
            for database, _ in self._open.values():
                database.close()
            self._open.clear()


_shared = _Shared()
atexit.register(_shared.close)


def open_database(url: str) -> Database:
    """Return the process's one ``Database`` at ``url``, its tables made.

    Raises InvalidSettings where ``url`` is none, StoreUnavailable where it cannot be reached.
    """
    return _shared.open(url)


def release(database: Database) -> None:
    """Give back what ``open_database`` returned; the last holder closes it."""
    _shared.release(database)


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _words(error: Exception) -> str:
    """Return the first line of what went wrong."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
