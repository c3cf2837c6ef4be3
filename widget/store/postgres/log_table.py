"""The public log of the database: table ``log_line``."""

from __future__ import annotations

from collections.abc import Sequence

from widget.errors import StoreUnavailable
from widget.storage.postgres import Connection
from widget.store.log_chain import LoggedChange, next_lines
from widget.store.log_line import BadLine, LogLine

_LOCK = "SELECT pg_advisory_xact_lock(%s)"
_LOCK_NUMBER = 0x1051D6
_LAST = "SELECT number, line FROM log_line ORDER BY number DESC LIMIT 1"
_APPEND = "INSERT INTO log_line (number, action, line) VALUES (%s, %s, %s)"
_LINES = "SELECT number, line FROM log_line WHERE number > %s ORDER BY number LIMIT %s"
_CHANGES = """
SELECT number, line FROM log_line WHERE action <> 'publish' AND number < %s
ORDER BY number DESC LIMIT %s
"""
_HIGHEST = 2**63 - 1


def append(connection: Connection, changes: Sequence[LoggedChange]) -> None:
    """Append the lines of ``changes``. To be called last: all who publish wait from here on."""
    if not changes:
        return
    with connection.pipeline():
        connection.execute(_LOCK, (_LOCK_NUMBER,))
        # A statement of its own: its snapshot is newer than the lock.
        last = connection.execute(_LAST).fetchone()
    number, text = last or (0, None)
    lines = next_lines(changes, number, None if text is None else text.encode())
    with connection.cursor() as cursor:
        values = [(it.number, it.action, it.encode().decode()) for it in lines]
        cursor.executemany(_APPEND, values)


def size(connection: Connection) -> int:
    """Return the number of the newest line, 0 if there is none."""
    last = connection.execute(_LAST).fetchone()
    return int(last[0]) if last else 0


def lines(connection: Connection, after: int, limit: int) -> list[LogLine]:
    """Return lines with numbers above ``after``, the oldest first."""
    return _read(connection, _LINES, (min(after, _HIGHEST), limit))


def changes(connection: Connection, before: int | None, limit: int) -> list[LogLine]:
    """Return corrections, withdrawals and restorations, the newest first."""
    highest = _HIGHEST if before is None else min(before, _HIGHEST)
    return _read(connection, _CHANGES, (highest, limit))


def _read(connection: Connection, sql: str, values: tuple[int, int]) -> list[LogLine]:
    found = []
    for number, text in connection.execute(sql, values):
        try:
            found.append(LogLine.decode(text.encode()))
        except BadLine as error:
            raise StoreUnavailable(f"line {number} of the log cannot be read: {error}") from error
    return found
