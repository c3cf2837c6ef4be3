"""The lease of a database, one for all machines: an advisory lock of a long transaction."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from widget.storage.lease import IsHeld
from widget.storage.lock import Busy
from widget.storage.postgres import Connection, Database, DatabaseError

log = logging.getLogger("insights.storage")

_PATIENCE_SECONDS = 5.0
RENEW_SECONDS = 60.0
"""How long the holder's transaction lasts: monitoring reports longer ones."""


@contextmanager
def database_lease(database: Database, lock: int, name: str) -> Iterator[IsHeld]:
    """Hold the lease ``name`` for the length of the block.

    ``lock`` is the number of its advisory lock. Raises Busy where another process holds it,
    StoreUnavailable.
    """
    with database.reading() as connection:
        # Processes that wait try every second; they need no dedicated connection for that.
        _lock(connection, lock, name)
    with database.dedicated(patience=_PATIENCE_SECONDS) as connection:
        renewed = _begin(connection, lock, name)

        def is_held() -> bool:
            # The lock belongs to the transaction: they are lost together.
            nonlocal renewed
            try:
                if time.monotonic() < renewed + RENEW_SECONDS:
                    connection.execute("SELECT 1")
                else:
                    connection.execute("ROLLBACK")
                    renewed = _begin(connection, lock, name)
            except (DatabaseError, Busy) as error:
                log.warning("lost the lease of the %s: %s", name, error)
                return False
            return True

        try:
            yield is_held
        finally:
            with suppress(DatabaseError):
                connection.execute("ROLLBACK")


def _begin(connection: Connection, lock: int, name: str) -> float:
    """Begin the transaction that holds the lock; return when. Raises Busy.

    A session lock would be lost in a pooler, which lends a connection for one transaction only.
    """
    connection.execute("BEGIN")
    # The server must notice soon that this machine is gone.
    connection.execute("SET LOCAL idle_in_transaction_session_timeout = '10s'")
    _lock(connection, lock, name)
    return time.monotonic()


def _lock(connection: Connection, lock: int, name: str) -> None:
    """Hold the lock until the transaction ends. Raises Busy."""
    taken = connection.execute("SELECT pg_try_advisory_xact_lock(%s)", (lock,)).fetchone()
    if taken != (True,):
        raise Busy(f"another process holds the lease of the {name}")
