"""Connections: one pool for each database and process, short waits, errors in words."""

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
"""What a connection that was lent raises within the block."""

WAIT_SECONDS = 2.0
"""How long a call waits for a connection."""
_TRY_SECONDS = 0.25
_CHECK_SECONDS = 1.0
MOST = 8
"""Connections that one process holds at most, beside the one that listens."""
PATIENCE_SECONDS = 12.0
"""How long a call waits for an answer: a server that is frozen or cut off gives none, ever."""

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


class Connection(psycopg.Connection[TupleRow]):
    """A connection that is closed where an answer takes longer than ``patience`` seconds."""

    patience = PATIENCE_SECONDS

    def wait(self, gen: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # psycopg's
        """Wait for the server. Raises OperationalError."""
        try:
            return super().wait(_bounded(gen, self.patience), *args, **kwargs)
        except _NoAnswer:
            self.close()  # whatever comes of it is not for the next one
            raise


class _NoAnswer(psycopg.OperationalError):
    """The server is frozen, or the way to it is cut."""


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
    """The connection broke while a transaction was being committed."""


class Database:
    """One database. Safe to use from several threads, not across a fork."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.name = without_password(url)
        try:
            said = conninfo_to_dict(url)
        except psycopg.ProgrammingError as error:
            raise InvalidSettings(
                f"store: {self.name!r} is no address of a database: {words(error)}"
            ) from None
        self.parameters = {key: it for key, it in _DEFAULTS.items() if key not in said}
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            url,
            connection_class=Connection,
            kwargs={"autocommit": True, **self.parameters},
            min_size=1,
            max_size=MOST,
            timeout=WAIT_SECONDS,
            reconnect_timeout=0,
            configure=_meet,
            open=False,
        )
        self._pool.open()

    @contextmanager
    def reading(
        self, *, patience: float = PATIENCE_SECONDS, wait: float = WAIT_SECONDS
    ) -> Iterator[Connection]:
        """Lend a connection on which each statement stands alone. Raises StoreUnavailable.

        ``patience`` is how long each answer may take, ``wait`` how long the connection may.
        """
        with self._translated(), self._lent(wait) as connection:
            connection.patience = patience
            yield connection

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """Lend a connection for one transaction, committed where the block ends well.

        Raises StoreUnavailable; where it is not known whether it was committed, InDoubt.
        """
        asked = False
        with self._translated(), self._lent(WAIT_SECONDS) as connection:
            connection.patience = PATIENCE_SECONDS
            try:
                with connection.transaction():
                    yield connection
                    asked = True
            except psycopg.OperationalError as error:
                if not asked or isinstance(error, errors.SerializationFailure):
                    raise
                raise InDoubt(
                    f"{self.name}: {words(error)}; it is in doubt whether this was saved"
                ) from error
            except errors.ReadOnlySqlTransaction:
                connection.close()  # the next one may lead to the primary
                raise

    @contextmanager
    def dedicated(self, *, patience: float) -> Iterator[Connection]:
        """Lend a connection beside the pool, to listen or to keep a lock by.

        Raises StoreUnavailable.
        """
        with (
            self._translated(),
            Connection.connect(self.url, autocommit=True, **self.parameters) as connection,
        ):
            connection.patience = patience
            _meet(connection)
            yield connection

    def check(self) -> None:
        """Let go of connections that are broken, once the database is back."""
        with self._translated():
            self._pool.check()

    def prepare(self, *, create: bool = True) -> None:
        """Bring the tables up to date; with ``create`` make them where there are none.

        Raises StoreUnavailable.
        """
        self._greet()
        with self._translated(), self._pool.connection() as connection:
            if not create and not has_tables(connection):
                raise StoreUnavailable(
                    f"{self.name} holds no store (the database has no tables of Insights): correct "
                    "its address (--store, INSIGHTS_STORE or store in insights.toml), or make them "
                    "with: insights init"
                )
            migrate(connection)

    def _greet(self) -> None:
        """Raise StoreUnavailable in the server's words: a pool says only that it waited."""
        with self._translated():
            Connection.connect(self.url, autocommit=True, **self.parameters).close()

    def close(self) -> None:
        """Give all connections back. Whoever got it from ``open_database`` uses ``release``."""
        self._pool.close()

    @contextmanager
    def _lent(self, wait: float) -> Iterator[Connection]:
        """Lend a connection; one that is waited for is tried to be made again and again."""
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
            self._pool.putconn(connection)  # which makes another
        try:
            with connection:
                yield connection
        finally:
            connection.patience = _CHECK_SECONDS  # for ``check``, which asks one after the other
            self._pool.putconn(connection)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (PoolTimeout, PoolClosed, psycopg.Error) as error:
            raise StoreUnavailable(f"{self.name}: {words(error)}") from error


def _meet(connection: Connection) -> None:
    """Have nothing prepared where a pooler stands in between: the next server would not know it.

    A pooler greets clients with a number of its own instead of the server process's.
    """
    answer = connection.execute("SELECT pg_backend_pid()", prepare=False).fetchone()
    if answer != (connection.info.backend_pid,):
        connection.prepare_threshold = None


def _was_closed(connection: Connection) -> bool:
    """Say whether the server closed an idle connection. Asks nobody: there is an end to be read."""
    waiting = select.poll()
    waiting.register(connection.pgconn.socket, select.POLLIN)
    try:
        while waiting.poll(0):
            connection.pgconn.consume_input()
    except psycopg.OperationalError:
        return True
    return False


class _Shared:
    """The databases that are open in this process, each with the number of its holders."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, tuple[Database, int]] = {}

    def open(self, url: str, *, create: bool) -> Database:
        with self._lock:
            if url in self._open:
                database, holders = self._open[url]
            else:
                database, holders = Database(url), 0
                try:
                    database.prepare(create=create)
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

    def forget(self) -> None:
        """Leave to the parent of this process what is the parent's."""
        self._lock = threading.Lock()
        self._open = {}


_shared = _Shared()
atexit.register(_shared.close)
os.register_at_fork(after_in_child=_shared.forget)


def open_database(url: str, *, create: bool = True) -> Database:
    """Return the process's one ``Database`` at ``url``, its tables up to date.

    With ``create`` they are made where there are none. Raises InvalidSettings where ``url`` is
    no address, StoreUnavailable where the database cannot be reached or, without ``create``, has
    no tables.
    """
    return _shared.open(url, create=create)


def release(database: Database) -> None:
    """Give back what ``open_database`` returned; the last holder closes it."""
    _shared.release(database)


def words(error: Exception) -> str:
    """Return for people what a database reported, in one line."""
    match error:
        case PoolTimeout() | PoolClosed():
            return "the database cannot be reached now"
        case errors.ReadOnlySqlTransaction():
            return "the database can only be read now; is it a standby?"
        case errors.LockNotAvailable() | errors.DeadlockDetected():
            return "somebody else is changing the same for too long; try again"
    lines = str(error).strip().splitlines()
    line = lines[0] if lines else type(error).__name__
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return f"the database cannot be used now: {line}"
    return line
