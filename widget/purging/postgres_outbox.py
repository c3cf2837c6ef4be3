"""The ledger of purges in a PostgreSQL database, shared by the processes of many machines."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from widget.entry.model import is_id
from widget.purging.jobs import Order, fields_of, order_of
from widget.storage.lock import Busy
from widget.storage.postgres import Connection, Database, DatabaseError

log = logging.getLogger("insights.purging")

_KEEPER = 0x1051D2
"""Names the lock of the one that looks after the orders."""
_PATIENCE_SECONDS = 5.0
RENEW_SECONDS = 60.0
"""How long a keeper's transaction lasts: longer ones worry those who watch over databases."""


class DatabaseLedger:
    """A ``PurgeOutbox`` in the table ``purge``."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(self, order: Order) -> None:
        """Write an order down."""
        self._put(order, pending=True)

    def note(self, order: Order) -> None:
        """Keep how an order stands."""
        with self.database.reading() as connection:
            connection.execute(
                "UPDATE purge SET document = %s WHERE token = %s AND pending",
                (json.dumps(fields_of(order)), order.token),
            )

    def cross_out(self, order: Order) -> None:
        """End an order."""
        if order.entry_id:
            self._put(order, pending=False)
            return
        with self.database.reading() as connection:
            connection.execute("DELETE FROM purge WHERE token = %s", (order.token,))

    def pending(self) -> list[Order]:
        """Return what is pending."""
        with self.database.reading() as connection:
            return _orders(
                connection, "SELECT token, document FROM purge WHERE pending ORDER BY at"
            )

    def latest(self, entry_id: str) -> Order | None:
        """Return the newest order."""
        if not is_id(entry_id):
            return None
        with self.database.reading() as connection:
            found = _orders(
                connection,
                "SELECT token, document FROM purge WHERE entry_id = %s ORDER BY at DESC LIMIT 1",
                entry_id,
            )
        return found[0] if found else None

    def forget(self, before: float) -> None:
        """Drop what is old."""
        with self.database.reading() as connection:
            connection.execute("DELETE FROM purge WHERE NOT pending AND at < %s", (before,))

    @contextmanager
    def keeping(self) -> Iterator[Callable[[], bool]]:
        """Be the one, of all machines, that looks after the orders, until the block ends."""
        with self.database.reading() as connection:
            # Whoever waits asks every second, and needs no connection of its own for that.
            _take(connection)
        with self.database.dedicated(patience=_PATIENCE_SECONDS) as connection:
            renewed = _begin(connection)

            def still() -> bool:
                # The lock is the transaction's: who has lost the one has lost the other.
                nonlocal renewed
                try:
                    if time.monotonic() < renewed + RENEW_SECONDS:
                        connection.execute("SELECT 1")
                    else:
                        connection.execute("ROLLBACK")
                        renewed = _begin(connection)
                except (DatabaseError, Busy) as error:
                    log.warning("purges are looked after by whoever is first now: %s", error)
                    return False
                return True

            try:
                yield still
            finally:
                with suppress(DatabaseError):
                    connection.execute("ROLLBACK")

    def _put(self, order: Order, *, pending: bool) -> None:
        with self.database.reading() as connection:
            connection.execute(
                "INSERT INTO purge (token, entry_id, at, pending, document)"
                " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (token)"
                " DO UPDATE SET pending = EXCLUDED.pending, document = EXCLUDED.document",
                (order.token, order.entry_id, order.at, pending, json.dumps(fields_of(order))),
            )


def _begin(connection: Connection) -> float:
    """Begin the transaction that holds the keeper's lock; return when. Raises Busy.

    A session's lock would be lost in a pooler, which lends a connection for a transaction only.
    """
    connection.execute("BEGIN")
    # The server is to notice soon where this machine is gone without a word.
    connection.execute("SET LOCAL idle_in_transaction_session_timeout = '10s'")
    _take(connection)
    return time.monotonic()


def _take(connection: Connection) -> None:
    """Hold the keeper's lock until the transaction ends. Raises Busy."""
    taken = connection.execute("SELECT pg_try_advisory_xact_lock(%s)", (_KEEPER,)).fetchone()
    if taken != (True,):
        raise Busy("another process looks after the purges")


def _orders(connection: Connection, statement: str, *values: str) -> list[Order]:
    orders = []
    for token, document in connection.execute(statement.encode(), values):
        try:
            orders.append(order_of(document))
        except (ValueError, TypeError, KeyError):
            log.warning("row %r of purge is no order, and is passed over; delete it", token)
    return orders
