"""What the files add up to, in a SQLite file that lists and searches quickly.

It is derived: whoever removes it loses nothing, a broken one is made anew. All processes
that use the folder write to it what they see in the files, so that it needs no owner.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import sqlite3
import threading
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar

from widget.entry import urls
from widget.errors import InsightsError, StoreUnavailable
from widget.storage.atomic import is_refused
from widget.store.directory.statements import (
    COLUMNS,
    ORDERS,
    PUT,
    SCHEMA,
    conditions,
    row_values,
    to_row,
    where_clause,
)
from widget.store.quarantine import log
from widget.store.query import Key, Query, Row, Tally

FOLDER = "index"
_VERSION = zlib.crc32(f"2 {urls.KEYS}".encode()) >> 1
"""Another number than the file's: it was made by another release, and is made anew."""

_P = ParamSpec("_P")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class IndexUpdate:
    """What becomes of one row: it is as said here, or gone (None).

    ``seen`` tells what it was made of; None: it is to be made again in any case.
    """

    id: str
    row: Row | None = None
    text: str = ""
    keys: frozenset[str] = frozenset()
    seen: int | None = None


class IndexRebuilt(InsightsError):
    """The index was removed or broken; there is an empty one now, to be filled."""


def _told(
    method: Callable[Concatenate[Index, _P], _T],
) -> Callable[Concatenate[Index, _P], _T]:
    """Make what is wrong with the file into Lost, or into StoreUnavailable."""

    def wrapped(self: Index, /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        with self.guard:
            try:
                return method(self, *args, **kwargs)
            except sqlite3.Error as error:
                raise self._mend(error) from error

    return wrapped


class Index:
    """The entries of the store in the folder ``root`` at a glance. Safe for threads."""

    def __init__(self, root: str) -> None:
        self.guard = threading.RLock()
        self._folder = os.path.join(root, FOLDER)
        self._path = os.path.join(self._folder, "entries.sqlite3")
        self._file: tuple[int, int] | None = None
        self._closed = False
        self._open()

    def _open(self) -> None:
        try:
            os.makedirs(self._folder, 0o700, exist_ok=True)
            self._refuse_what_can_only_be_read()
            try:
                self._database = self._connect(self._path)
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                log.warning("the index cannot be read and is made anew: %s", error)
                self._remove()
                self._database = self._connect(self._path)
            status = os.stat(self._path)
            self._file = (status.st_dev, status.st_ino)
        except (OSError, sqlite3.Error) as error:
            # Where the whole store can only be read, the store says so.
            level = (
                logging.INFO
                if isinstance(error, OSError) and is_refused(error)
                else logging.WARNING
            )
            log.log(level, "the index is kept in memory, its file cannot be used: %s", error)
            self._database = self._connect(":memory:")
            self._file = None

    def _refuse_what_can_only_be_read(self) -> None:
        """Raise PermissionError. SQLite would open such a file, and fail at the first change."""
        for path in (self._folder, self._path):
            if os.path.lexists(path) and not os.access(path, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)

    def _connect(self, path: str) -> sqlite3.Connection:
        if path != ":memory:" and not os.path.lexists(path):
            self._remove()  # what is left of one that somebody removed does not fit a new one
        database = sqlite3.connect(
            path, timeout=15, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        try:
            database.execute("PRAGMA journal_mode = WAL")
            # A machine that loses its power may lose what is here: it is looked at again.
            database.execute("PRAGMA synchronous = OFF")
            database.execute("PRAGMA cache_size = -8000")
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if version != _VERSION:
                self._make(database)
        except BaseException:
            database.close()
            raise
        return database

    def _make(self, database: sqlite3.Connection) -> None:
        database.execute("BEGIN IMMEDIATE")
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version != _VERSION:  # nobody else made it while this one waited
            names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if {name for (name,) in names}:
                database.execute("ROLLBACK")
                raise sqlite3.DatabaseError("it was made by another release")
            for statement in SCHEMA.strip().split(";")[:-1]:
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {_VERSION}")
        database.execute("COMMIT")

    def _remove(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                os.unlink(f"{self._path}{suffix}")

    def _mend(self, error: sqlite3.Error) -> Exception:
        if self._closed:
            return StoreUnavailable("the store is closed")
        if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
            return StoreUnavailable("the index is in use for too long; try again")
        log.warning("the index is broken and is made anew: %s", error)
        with suppress(sqlite3.Error):
            self._database.close()
        if self._file is not None:
            with suppress(OSError):
                self._remove()
        self._open()
        return IndexRebuilt()

    def check(self) -> None:
        """Raise Lost where somebody removed the file; a new one is there then."""
        with self.guard:
            if self._file is None:
                return
            with suppress(OSError):
                status = os.stat(self._path)
                if (status.st_dev, status.st_ino) == self._file:
                    return
            log.warning("the index was removed and is made anew")
            self._database.close()
            self._open()
            raise IndexRebuilt

    def close(self) -> None:
        """Let go of the file."""
        with self.guard:
            self._closed = True
            self._database.close()

    def __del__(self) -> None:
        with suppress(AttributeError):  # never opened
            self._database.close()

    # Writing

    @_told
    def write(self, changes: Iterable[IndexUpdate]) -> None:
        """Write all of ``changes``, or none of them."""
        with self._database:
            self._database.execute("BEGIN IMMEDIATE")
            for change in changes:
                if change.row is None:
                    self._drop(change.id)
                else:
                    self._put(change, change.row)

    def _put(self, change: IndexUpdate, row: Row) -> None:
        text = change.text
        made = f"{row!r}\0{sorted(change.keys)}\0{text}"
        digest = hashlib.sha256(made.encode("utf-8", "replace")).hexdigest()
        find = "SELECT n, seen, digest FROM entry WHERE id = ?"
        known = self._database.execute(find, (row.id,)).fetchone()
        if known is not None and known[2] == digest:
            if known[1] != change.seen:
                mark = "UPDATE entry SET seen = ? WHERE n = ?"
                self._database.execute(mark, (change.seen, known[0]))
            return
        given = (row.id, change.seen, digest, *row_values(row), row.title.casefold())
        ((n,),) = self._database.execute(PUT, given).fetchall()
        self._database.execute("DELETE FROM words WHERE rowid = ?", (n,))
        self._database.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (n, text))
        self._database.execute("DELETE FROM address WHERE n = ?", (n,))
        addresses = [(key, n) for key in change.keys]
        self._database.executemany("INSERT INTO address (key, n) VALUES (?, ?)", addresses)

    def _drop(self, entry_id: str) -> None:
        found = self._database.execute("SELECT n FROM entry WHERE id = ?", (entry_id,)).fetchone()
        if found is not None:
            self._database.execute("DELETE FROM entry WHERE n = ?", found)
            self._database.execute("DELETE FROM words WHERE rowid = ?", found)
            self._database.execute("DELETE FROM address WHERE n = ?", found)

    @_told
    def mark_pending(self, entry_id: str) -> None:
        """Note that an entry is about to change, for whoever comes after a crash."""
        self._database.execute("INSERT OR IGNORE INTO promised (id) VALUES (?)", (entry_id,))

    @_told
    def clear_pending(self, entry_id: str) -> None:
        """Note that what became of an entry is written."""
        self._database.execute("DELETE FROM promised WHERE id = ?", (entry_id,))

    @_told
    def mark_complete(self) -> None:
        """Note that every entry of the store is here."""
        self._database.execute("INSERT OR IGNORE INTO whole (said) VALUES (1)")

    # Reading

    @_told
    def ids(self) -> set[str]:
        """Return the ids of all rows."""
        return {entry_id for (entry_id,) in self._database.execute("SELECT id FROM entry")}

    @_told
    def is_complete(self) -> bool:
        """Say whether every entry of the store is here."""
        return self._database.execute("SELECT 1 FROM whole").fetchone() is not None

    @_told
    def fingerprints(self) -> dict[str, int]:
        """Return what the files of each entry were like that need not be read again."""
        asked = "SELECT id, seen FROM entry WHERE seen IS NOT NULL"
        return dict(self._database.execute(asked).fetchall())

    @_told
    def url_keys(self) -> list[tuple[str, str]]:
        """Return every key with the id of its entry; of several, the owner comes last."""
        asked = "SELECT key, id FROM address JOIN entry USING (n) ORDER BY id DESC"
        return self._database.execute(asked).fetchall()

    @_told
    def url_owners(self, keys: Iterable[str]) -> set[str]:
        """Return the ids that own one of ``keys``, or that may: their change was cut short."""
        found = {entry_id for (entry_id,) in self._database.execute("SELECT id FROM promised")}
        asked = "SELECT id FROM address JOIN entry USING (n) WHERE key = ?"
        for key in keys:
            found |= {entry_id for (entry_id,) in self._database.execute(asked, (key,))}
        return found

    @_told
    def changed_since(self, version: int) -> tuple[int, list[str]]:
        """Return the newest version, and the ids of the rows that are newer than ``version``."""
        asked = "SELECT version, id FROM entry WHERE version > ? ORDER BY version"
        found = self._database.execute(asked, (version,)).fetchall()
        return (found[-1][0] if found else version), [entry_id for _, entry_id in found]

    @_told
    def rows(
        self, query: Query, *, limit: int, offset: int = 0, after: Key | None = None
    ) -> list[Row]:
        """Return some of the rows that ``query`` asks for."""
        column, direction, beyond = ORDERS[query.sort]
        where, given = conditions(query)
        if after is not None:
            where.append(f"({column}, id) {beyond} (?, ?)")
            given.extend(after)
        order = f"id {direction}" if query.sort == "id" else f"{column} {direction}, id {direction}"
        # Columns come from the tables above, values go as parameters.
        statement = (
            f"SELECT {COLUMNS} FROM entry {where_clause(where)} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608
        )
        found = self._database.execute(statement, (*given, limit, offset))
        return [to_row(values) for values in found]

    @_told
    def tally(self, query: Query) -> Tally:
        """Count the rows."""
        where, given = conditions(query)
        count = "SELECT count(*) FROM entry"
        (total,) = self._database.execute(count).fetchone()
        (found,) = (
            self._database.execute(f"{count} {where_clause(where)}", given).fetchone()
            if where
            else (total,)
        )
        return Tally(found, total, self._distinct("section"), self._distinct("language"))

    def _distinct(self, column: str) -> tuple[str, ...]:
        """Return the values of a column, by jumping from one to the next in its index."""
        found: list[str] = []
        while True:
            statement = f"SELECT min({column}) FROM entry WHERE {column} > ?"  # noqa: S608  # no input
            last = found[-1] if found else ""
            (value,) = self._database.execute(statement, (last,)).fetchone()
            if value is None:
                return tuple(sorted(found, key=str.casefold))
            found.append(value)
