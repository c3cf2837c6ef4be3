"""Connections: one pool for each database and process, short waits, readable errors."""

from __future__ import annotations

import atexit
import os
import select
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from widget.errors import InvalidSettings, StoreUnavailable
from widget.storage.postgres.migrations import has_tables, migrate
from widget.storage.url import without_password

T = TypeVar("T")

DatabaseError = psycopg.Error
"""What a lent connection raises within the block."""

WAIT_SECONDS = 2.0
"""How long a call waits for a connection."""
_TRY_SECONDS = 0.25
_CHECK_SECONDS = 1.0
MAX_CONNECTIONS = 8
"""Connections of one process at most, besides the one that listens."""
PATIENCE_SECONDS = 12.0
"""How long a call waits for a reply: a frozen or unreachable server never sends one."""

# Defaults that the URL may override. The server times out before the client does.
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


class Connection(psycopg.Connection[TupleRow]):
    """A connection that closes if a reply takes longer than ``patience`` seconds."""

    patience = PATIENCE_SECONDS

    def wait(self, gen: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # psycopg's
        """Wait for the server. Raises OperationalError."""
        try:
            return super().wait(_bounded(gen, self.patience), *args, **kwargs)
        except _NoAnswer:
            self.close()  # a late reply must not reach the next borrower
            raise


class _NoAnswer(psycopg.OperationalError):
    """The server is frozen or unreachable."""


def _bounded(steps: Generator[Any, Any, T], patience: float) -> Generator[Any, Any, T]:
    deadline = time.monotonic() + patience
    try:
        wanted = next(steps)
        while True:
            ready = yield wanted
            if not ready and time.monotonic() > deadline:
                raise _NoAnswer(f"the database did not answer for {patience:g} seconds")
            wanted = steps.send(ready)
    except StopIteration as done:
        result: T = done.value
        return result


class InDoubt(StoreUnavailable):
    """The connection broke during a commit, which may have succeeded."""


class Database:
    """One database. Safe to use from several threads, not across a fork."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.name = without_password(url)
        try:
            given = conninfo_to_dict(url)
        except psycopg.ProgrammingError as error:
            raise InvalidSettings(
                f"store: {self.name!r} is not the URL of a database: {words(error)}"
            ) from None
        self.parameters = {key: it for key, it in _DEFAULTS.items() if key not in given}
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            url,
            connection_class=Connection,
            kwargs={"autocommit": True, **self.parameters},
            min_size=1,
            max_size=MAX_CONNECTIONS,
            timeout=WAIT_SECONDS,
            reconnect_timeout=0,
            configure=_configure,
            open=False,
        )
        self._pool.open()

    @contextmanager
    def reading(
        self, *, patience: float = PATIENCE_SECONDS, wait: float = WAIT_SECONDS
    ) -> Iterator[Connection]:
        """Lend a connection without a transaction. Raises StoreUnavailable.

        ``patience`` limits each reply, ``wait`` getting the connection, in seconds.
        """
        with self._translated(), self._lent(wait) as connection:
            connection.patience = patience
            yield connection

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """Lend a connection for one transaction, which is committed unless the block raises.

        Raises StoreUnavailable; InDoubt where it may have been committed.
        """
        committing = False
        with self._translated(), self._lent(WAIT_SECONDS) as connection:
            connection.patience = PATIENCE_SECONDS
            try:
                with connection.transaction():
                    yield connection
                    committing = True
            except psycopg.OperationalError as error:
                if not committing or isinstance(error, errors.SerializationFailure):
                    raise
                raise InDoubt(
                    f"{self.name}: {words(error)}; the change may or may not have been saved"
                ) from error
            except errors.ReadOnlySqlTransaction:
                connection.close()  # a new one may reach the primary
                raise

    @contextmanager
    def dedicated(self, *, patience: float) -> Iterator[Connection]:
        """Lend a connection outside the pool, to listen on or to hold a lock.

        Raises StoreUnavailable.
        """
        with (
            self._translated(),
            Connection.connect(self.url, autocommit=True, **self.parameters) as connection,
        ):
            connection.patience = patience
            _configure(connection)
            yield connection

    def check(self) -> None:
        """Drop broken connections after an outage."""
        with self._translated():
            self._pool.check()

    def prepare(self, *, create: bool = True) -> None:
        """Migrate the tables; ``create`` makes missing ones.

        Raises StoreUnavailable.
        """
        self._try_connecting()
        with self._translated(), self._pool.connection() as connection:
            if not create and not has_tables(connection):
                raise StoreUnavailable(
                    f"{self.name} holds no store (the database has no tables of Insights): correct "
                    "its URL (--store, INSIGHTS_STORE or store in insights.toml), or make them "
                    "with: insights init"
                )
            migrate(connection)

    def _try_connecting(self) -> None:
        """Raise StoreUnavailable with the server's message, which a pool does not pass on."""
        with self._translated():
            Connection.connect(self.url, autocommit=True, **self.parameters).close()

    def close(self) -> None:
        """Close all connections. Callers of ``open_database`` use ``release`` instead."""
        self._pool.close()

    @contextmanager
    def _lent(self, wait: float) -> Iterator[Connection]:
        """Lend a connection, and retry to open one for ``wait`` seconds."""
        deadline = time.monotonic() + wait
        while True:
            try:
                connection = self._pool.getconn(min(wait, _TRY_SECONDS))
            except PoolTimeout:
                if time.monotonic() >= deadline:
                    raise
                continue
            if not _was_closed(connection):
                break
            connection.close()
            self._pool.putconn(connection)  # which opens another
        try:
            with connection:
                yield connection
        finally:
            connection.patience = _CHECK_SECONDS  # for ``check``, which tries one after the other
            self._pool.putconn(connection)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (PoolTimeout, PoolClosed, psycopg.Error) as error:
            raise StoreUnavailable(f"{self.name}: {words(error)}") from error


def _configure(connection: Connection) -> None:
    """Prepare no statements through a pooler: the next server would not know them.

    A pooler reports a process id of its own instead of the server's.
    """
    answer = connection.execute("SELECT pg_backend_pid()", prepare=False).fetchone()
    if answer != (connection.info.backend_pid,):
        connection.prepare_threshold = None


def _was_closed(connection: Connection) -> bool:
    """Say whether the server closed an idle connection; sends nothing."""
    waiting = select.poll()
    waiting.register(connection.pgconn.socket, select.POLLIN)
    try:
        while waiting.poll(0):
            connection.pgconn.consume_input()
    except psycopg.OperationalError:
        return True
    return False


class _Shared:
    """The open databases of this process, with the number of users of each."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, tuple[Database, int]] = {}

    def open(self, url: str, *, create: bool) -> Database:
        with self._lock:
            if url in self._open:
                database, users = self._open[url]
            else:
                database, users = Database(url), 0
                try:
                    database.prepare(create=create)
                except StoreUnavailable:
                    database.close()
                    raise
            self._open[url] = database, users + 1
            return database

    def release(self, database: Database) -> None:
        with self._lock:
            shared, users = self._open.get(database.url, (None, 0))
            if shared is not database:
                return
            if users > 1:
                self._open[database.url] = database, users - 1
                return
            del self._open[database.url]
        database.close()

    def close(self) -> None:
        with self._lock:
            for database, _ in self._open.values():
                database.close()
            self._open.clear()

    def forget(self) -> None:
        """Drop the parent's connections without closing them, in a child process."""
        self._lock = threading.Lock()
        self._open = {}


_shared = _Shared()
atexit.register(_shared.close)
os.register_at_fork(after_in_child=_shared.forget)


def open_database(url: str, *, create: bool = True) -> Database:
    """Return this process's shared ``Database`` at ``url``, its tables migrated.

    ``create`` makes missing tables. Raises InvalidSettings where ``url`` is invalid,
    StoreUnavailable where the database cannot be reached or, without ``create``, has no tables.
    """
    return _shared.open(url, create=create)


def release(database: Database) -> None:
    """Release a database of ``open_database``; the last user closes it."""
    _shared.release(database)


def words(error: Exception) -> str:
    """Return a database error as one readable line."""
    match error:
        case PoolTimeout() | PoolClosed():
            return "the database cannot be reached"
        case errors.ReadOnlySqlTransaction():
            return "the database is read-only; is it a standby?"
        case errors.LockNotAvailable() | errors.DeadlockDetected():
            return "another change takes too long; try again"
    lines = str(error).strip().splitlines()
    line = lines[0] if lines else type(error).__name__
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return f"the database cannot be used: {line}"
    return line
