"""Accounts in a PostgreSQL database, shared by the processes of many machines."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from widget.accounts.expiring_store import SWEEP_SECONDS, ExpiringStore, Kind, handle_of
from widget.accounts.passwords import Passwords
from widget.accounts.repository import AccountsState, Transaction, dump, load
from widget.accounts.service import AccountService
from widget.errors import StoreUnavailable
from widget.storage.postgres import Connection, Database

log = logging.getLogger("widget.accounts")

_LOCKS = 0x1051D1
"""The class id of the advisory locks on expiring values."""
_SWEPT_AT_ONCE = 1000
READ_SECONDS = 2.0
"""The timeout of a query that a request waits for, which blocks one thread of the service."""


class PostgresAccounts(AccountService):
    """``Accounts`` in ``database``. Without ``clock``, all machines use the database's clock."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], float] | None = None,
        passwords: Passwords | None = None,
        own_words: Iterable[str] = (),
    ) -> None:
        self.database = database
        clock = clock or SharedClock(database)
        expiring = PostgresExpiringStore(database, clock)
        super().__init__(PostgresRepository(database), expiring, clock, passwords, own_words)


class SharedClock:
    """The database's clock, in seconds since 1970, because the clocks of machines differ.

    It is queried once a minute; in between, the local monotonic clock is added. Raises
    StoreUnavailable where it was never available.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cached: tuple[float, float] | None = None

    def __call__(self) -> float:
        """Return the time."""
        cached, now = self._cached, time.monotonic()
        if cached is None or now - cached[1] >= SWEEP_SECONDS:
            cached = self._ask(cached)
        seconds, at = cached
        return seconds + time.monotonic() - at

    def _ask(self, cached: tuple[float, float] | None) -> tuple[float, float]:
        try:
            with self._database.reading(patience=READ_SECONDS) as connection:
                before = time.monotonic()  # after the wait for a connection
                row = connection.execute(
                    "SELECT extract(epoch FROM clock_timestamp())::double precision"
                ).fetchone()
                after = time.monotonic()
        except StoreUnavailable:
            if cached is None:
                raise
            return cached
        assert row is not None  # noqa: S101  # a SELECT without FROM has one row
        self._cached = (row[0], (before + after) / 2)
        return self._cached


class PostgresRepository:
    """The single row of ``account``, read again when its version has changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._where = f"{database.name}: account"
        self._cached: tuple[object, AccountsState] | None = None

    def state(self) -> AccountsState:
        """Return the current content of the row. One small query where it is unchanged."""
        cached = self._cached
        with self._database.reading(patience=READ_SECONDS) as connection:
            row = connection.execute(
                "SELECT version, CASE WHEN version IS DISTINCT FROM %s THEN document::text END"
                " FROM account",
                (cached[0] if cached else None,),
            ).fetchone()
        if row is None:
            raise self._missing()
        if cached and row[0] == cached[0]:
            return cached[1]
        state = load(row[1], self._where)
        self._cached = (row[0], state)
        return state

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Lock the row; the ``state`` at the end of the block is then committed."""
        with self._database.changing() as connection:
            row = connection.execute("SELECT document::text FROM account FOR UPDATE").fetchone()
            if row is None:
                raise self._missing()
            transaction = Transaction(load(row[0], self._where))
            before = transaction.state
            yield transaction
            if transaction.state is not before:
                connection.execute(
                    "UPDATE account SET document = %s::jsonb", (dump(transaction.state),)
                )

    def _missing(self) -> StoreUnavailable:
        return StoreUnavailable(
            f"{self._where} has no row; nobody can sign in until it is restored"
        )


class PostgresExpiringStore:
    """One row of ``remembered`` for each value. Locks are advisory, one for each handle."""

    def __init__(
        self, database: Database, clock: Callable[[], float], locked: Connection | None = None
    ) -> None:
        """``locked`` is the connection of a block of ``lock``; all statements use it."""
        self._database = database
        self._clock = clock
        self._locked = locked
        self._sweeping = threading.Lock()
        self._last_sweep = clock()

    @contextmanager
    def lock(self, *handles: str) -> Iterator[ExpiringStore]:
        """Lock these handles, for all machines, for the length of the block."""
        # Always in the same order, to avoid deadlocks.
        locks = sorted({_lock(handle) for handle in handles})
        self._clock()  # it may need a connection of its own, so before this one is taken
        with self._database.changing() as connection:
            for lock in locks:
                connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", (_LOCKS, lock))
            yield PostgresExpiringStore(self._database, self._clock, connection)
        self._sweep()

    def read(self, kind: Kind, key: str) -> dict[str, Any] | None:
        """Return the value, None where there is none or it has expired."""
        with self._connection() as connection:
            row = connection.execute(
                "SELECT value FROM remembered WHERE kind = %s AND place = %s AND until > %s",
                (kind, handle_of(kind, key), self._clock()),
            ).fetchone()
        return row[0] if row else None

    def items(self, kind: Kind) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the handle and value of all unexpired values of ``kind``."""
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT place, value FROM remembered WHERE kind = %s AND until > %s",
                (kind, self._clock()),
            ).fetchall()
        yield from rows

    def write(self, kind: Kind, key: str, value: Mapping[str, Any], *, seconds: float) -> None:
        """Store ``value`` for ``seconds``; replaces an earlier value."""
        with self._connection() as connection:
            connection.execute(
                "INSERT INTO remembered (kind, place, value, until) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT (kind, place)"
                " DO UPDATE SET value = EXCLUDED.value, until = EXCLUDED.until",
                (kind, handle_of(kind, key), json.dumps(value), self._clock() + seconds),
            )
        self._sweep()

    def remove(self, kind: Kind, key: str) -> bool:
        """Remove the value; of concurrent calls, one returns that it removed it."""
        return self.remove_handle(kind, handle_of(kind, key))

    def remove_handle(self, kind: Kind, handle: str) -> bool:
        """Remove the value with ``handle``, as ``items`` yields it."""
        with self._connection() as connection:
            removed = connection.execute(
                "DELETE FROM remembered WHERE kind = %s AND place = %s", (kind, handle)
            )
            return removed.rowcount == 1

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        if self._locked is not None:
            yield self._locked
            return
        with self._database.reading(patience=READ_SECONDS) as connection:
            yield connection

    def _sweep(self) -> None:
        """Delete expired rows, at most once a minute and in one thread."""
        if self._locked is not None or not self._sweeping.acquire(blocking=False):
            return
        try:
            now = self._clock()
            if abs(now - self._last_sweep) < SWEEP_SECONDS:
                return
            self._last_sweep = now
            with self._database.reading(patience=READ_SECONDS) as connection:
                while self._sweep_batch(connection, now):
                    pass
        except StoreUnavailable as error:
            log.warning("cannot delete expired rows: %s", error)
        finally:
            self._sweeping.release()

    def _sweep_batch(self, connection: Connection, now: float) -> bool:
        # Rows that are locked by another process are skipped, so that sweeps never wait.
        removed = connection.execute(
            "DELETE FROM remembered WHERE (kind, place) IN (SELECT kind, place FROM remembered"
            " WHERE until <= %s ORDER BY until LIMIT %s FOR UPDATE SKIP LOCKED)",
            (now, _SWEPT_AT_ONCE),
        )
        return removed.rowcount == _SWEPT_AT_ONCE


def _lock(handle: str) -> int:
    """Return the lock id of a hexadecimal handle: its first 32 bits, which others may share."""
    return int.from_bytes(bytes.fromhex(handle[:8]), "big", signed=True)
