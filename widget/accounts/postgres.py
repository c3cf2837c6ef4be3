"""The accounts of a PostgreSQL database, shared by the processes of many machines."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from widget.accounts.expiring_store import SWEEP_SECONDS, ExpiringStore, Kind, handle
from widget.accounts.passwords import Passwords
from widget.accounts.records import Change, State, parsed, written
from widget.accounts.service import AccountService
from widget.errors import StoreUnavailable
from widget.storage.postgres import Connection, Database

log = logging.getLogger("widget.accounts")

_LOCKS = 0x1051D1
"""The first half of the names of advisory locks on what is kept for a while."""
_SWEPT_AT_ONCE = 1000
READ_SECONDS = 2.0
"""How long an answer may take that somebody waits for, who holds up one thread of the service."""


class DatabaseAccounts(AccountService):
    """``Accounts`` in ``database``. Without ``clock`` its own clock is everybody's."""

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
        spool = DatabaseSpool(database, clock)
        super().__init__(DatabaseRecords(database), spool, clock, passwords, own_words)


class SharedClock:
    """The database's clock, since those of several machines differ: seconds since 1970.

    Asked once a minute; in between this machine counts. Raises StoreUnavailable where it could
    never be asked.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: tuple[float, float] | None = None

    def __call__(self) -> float:
        """Return the time."""
        known, now = self._known, time.monotonic()
        if known is None or now - known[1] >= SWEEP_SECONDS:
            known = self._ask(known)
        told, at = known
        return told + time.monotonic() - at

    def _ask(self, known: tuple[float, float] | None) -> tuple[float, float]:
        try:
            with self._database.reading(patience=READ_SECONDS) as connection:
                before = time.monotonic()  # now that nobody waits for a connection any more
                row = connection.execute(
                    "SELECT extract(epoch FROM clock_timestamp())::double precision"
                ).fetchone()
                after = time.monotonic()
        except StoreUnavailable:
            if known is None:
                raise
            return known
        assert row is not None  # noqa: S101  # a SELECT without FROM has one row
        self._known = (row[0], (before + after) / 2)
        return self._known


class DatabaseRecords:
    """The one row of ``account``. It is read again where its version changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._where = f"{database.name}: account"
        self._known: tuple[object, State] | None = None

    def state(self) -> State:
        """Return what the row holds now. One small query where it is unchanged."""
        known = self._known
        with self._database.reading(patience=READ_SECONDS) as connection:
            row = connection.execute(
                "SELECT version, CASE WHEN version IS DISTINCT FROM %s THEN document::text END"
                " FROM account",
                (known[0] if known else None,),
            ).fetchone()
        if row is None:
            raise self._missing()
        if known and row[0] == known[0]:
            return known[1]
        state = parsed(row[1], self._where)
        self._known = (row[0], state)
        return state

    @contextmanager
    def change(self) -> Iterator[Change]:
        """Hold the row; what ``state`` is at the end of the block is then committed."""
        with self._database.changing() as connection:
            row = connection.execute("SELECT document::text FROM account FOR UPDATE").fetchone()
            if row is None:
                raise self._missing()
            change = Change(parsed(row[0], self._where))
            before = change.state
            yield change
            if change.state is not before:
                connection.execute(
                    "UPDATE account SET document = %s::jsonb", (written(change.state),)
                )

    def _missing(self) -> StoreUnavailable:
        return StoreUnavailable(
            f"{self._where} has no row; nobody can sign in until it is restored"
        )


class DatabaseSpool:
    """The rows of ``remembered``. What is held is locked by its handle, all else is free."""

    def __init__(
        self, database: Database, clock: Callable[[], float], held: Connection | None = None
    ) -> None:
        """``held`` is the connection of a block of ``held``, in which everything happens."""
        self._database = database
        self._clock = clock
        self._held = held
        self._sweeping = threading.Lock()
        self._swept = clock()

    @contextmanager
    def held(self, *places: str) -> Iterator[ExpiringStore]:
        """Hold these handles until the block ends, for all machines."""
        # Always in the same order, so that no two wait for each other.
        locks = sorted({_lock(place) for place in places})
        self._clock()  # where it has to ask, it does so before a connection is held
        with self._database.changing() as connection:
            for lock in locks:
                connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", (_LOCKS, lock))
            yield DatabaseSpool(self._database, self._clock, connection)
        self._sweep()

    def read(self, kind: Kind, key: str) -> dict[str, Any] | None:
        """Return what is kept, None where there is nothing or it expired."""
        with self._lent() as connection:
            row = connection.execute(
                "SELECT value FROM remembered WHERE kind = %s AND place = %s AND until > %s",
                (kind, handle(kind, key), self._clock()),
            ).fetchone()
        return row[0] if row else None

    def each(self, kind: Kind) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the handle and the value of everything of ``kind`` that is kept."""
        with self._lent() as connection:
            rows = connection.execute(
                "SELECT place, value FROM remembered WHERE kind = %s AND until > %s",
                (kind, self._clock()),
            ).fetchall()
        yield from rows

    def write(self, kind: Kind, key: str, value: Mapping[str, Any], *, seconds: float) -> None:
        """Keep ``value`` for ``seconds``, in place of what was there."""
        with self._lent() as connection:
            connection.execute(
                "INSERT INTO remembered (kind, place, value, until) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT (kind, place)"
                " DO UPDATE SET value = EXCLUDED.value, until = EXCLUDED.until",
                (kind, handle(kind, key), json.dumps(value), self._clock() + seconds),
            )
        self._sweep()

    def remove(self, kind: Kind, key: str) -> bool:
        """Remove what is kept; of several at once, one is told that it did."""
        return self.remove_place(kind, handle(kind, key))

    def remove_place(self, kind: Kind, place: str) -> bool:
        """Do the same with what ``each`` yields the handle ``place`` of."""
        with self._lent() as connection:
            removed = connection.execute(
                "DELETE FROM remembered WHERE kind = %s AND place = %s", (kind, place)
            )
            return removed.rowcount == 1

    @contextmanager
    def _lent(self) -> Iterator[Connection]:
        if self._held is not None:
            yield self._held
            return
        with self._database.reading(patience=READ_SECONDS) as connection:
            yield connection

    def _sweep(self) -> None:
        """Remove what expired, where that was not done for a minute and nobody is at it."""
        if self._held is not None or not self._sweeping.acquire(blocking=False):
            return
        try:
            now = self._clock()
            if abs(now - self._swept) < SWEEP_SECONDS:
                return
            self._swept = now
            with self._database.reading(patience=READ_SECONDS) as connection:
                while self._swept_some(connection, now):
                    pass
        except StoreUnavailable as error:
            log.warning("what expired cannot be cleaned away: %s", error)
        finally:
            self._sweeping.release()

    def _swept_some(self, connection: Connection, now: float) -> bool:
        # Rows that somebody else sweeps or renews are passed over: two never wait for each other.
        removed = connection.execute(
            "DELETE FROM remembered WHERE (kind, place) IN (SELECT kind, place FROM remembered"
            " WHERE until <= %s ORDER BY until LIMIT %s FOR UPDATE SKIP LOCKED)",
            (now, _SWEPT_AT_ONCE),
        )
        return removed.rowcount == _SWEPT_AT_ONCE


def _lock(place: str) -> int:
    """Return the 32 bits that stand for a handle, which is hexadecimal; others may share them."""
    return int.from_bytes(bytes.fromhex(place[:8]), "big", signed=True)
