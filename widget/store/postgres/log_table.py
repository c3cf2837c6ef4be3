"""The public log of the database: table ``log_line``."""

from __future__ import annotations

from collections.abc import Sequence

from widget.errors import StoreUnavailable
from widget.storage.postgres import Connection
from widget.store.log_chain import (
    Key,
    LoggedChange,
    follows,
    key_of,
    next_lines,
    unlogged,
)
from widget.store.log_line import BadLine, LogLine

_LOCK = "SELECT pg_advisory_xact_lock(%s)"
_LOCK_NUMBER = 0x1051D6
_LAST = "SELECT number, line FROM log_line ORDER BY number DESC LIMIT 1"
_APPEND = "INSERT INTO log_line (number, entry, revision, action, line) VALUES (%s, %s, %s, %s, %s)"
_LOGGED = """
SELECT number, line FROM log_line JOIN unnest(%s::text[], %s::integer[]) AS its (e, r)
  ON entry = e AND revision = r
"""
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
    number, last = _locked(connection)
    missing = unlogged(changes, last, lambda: _logged(connection, changes))
    _write(connection, next_lines(missing, number, last))


def adopt(connection: Connection, lines: Sequence[LogLine]) -> bool:
    """Append lines of another log unchanged, if they continue this one; say whether they do."""
    if not follows(lines, *_locked(connection)):
        return False
    _write(connection, lines)
    return True


def _locked(connection: Connection) -> tuple[int, bytes | None]:
    """Lock the log until the transaction ends; return number and bytes of its last line."""
    with connection.pipeline():
        connection.execute(_LOCK, (_LOCK_NUMBER,))
        # A statement of its own: its snapshot is newer than the lock.
        found = connection.execute(_LAST).fetchone()
    return (0, None) if found is None else (found[0], found[1].encode())


def _logged(connection: Connection, changes: Sequence[LoggedChange]) -> set[Key]:
    revisions = [it.revision for it in changes]
    values = [it.entry.id for it in revisions], [it.number for it in revisions]
    return {key_of(it) for it in _read(connection, _LOGGED, values)}


def _write(connection: Connection, lines: Sequence[LogLine]) -> None:
    with connection.cursor() as cursor:
        values = [
            (it.number, it.entry, it.revision, it.action, it.encode().decode()) for it in lines
        ]
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


def _read(connection: Connection, sql: str, values: tuple[object, object]) -> list[LogLine]:
    found = []
    for number, text in connection.execute(sql, values):
        try:
            found.append(LogLine.decode(text.encode()))
        except BadLine as error:
            raise StoreUnavailable(f"line {number} of the log cannot be read: {error}") from error
    return found
