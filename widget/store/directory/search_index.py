"""A SQLite file with a row for each entry, for lists and searches.

It is derived from the files: it may be removed at any time, and is rebuilt when it is broken.
Every process that uses the folder writes the rows of the changes that it finds.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import sqlite3
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from widget.entry import urls
from widget.errors import InsightsError, StoreUnavailable
from widget.storage.atomic import is_refused
from widget.store.directory.index_rows import IndexUpdate
from widget.store.directory.statements import (
    COLUMNS,
    PUT,
    SCHEMA,
    conditions,
    order_clause,
    row_values,
    site_conditions,
    to_row,
    where_clause,
)
from widget.store.directory.text_search import TextSearch, indexed
from widget.store.quarantine import log
from widget.store.query import COUNTED, Counts, Key, Query, Row, moment_key

FOLDER = "index"
_VERSION = zlib.crc32(f"6 {urls.KEYS}".encode()) >> 1
"""A file with another number is of another release, and is rebuilt."""

_CACHE = 8_000
"""Kilobytes of the file that are held in memory."""

_P = ParamSpec("_P")
_T = TypeVar("_T")


class IndexRebuilt(InsightsError):
    """The index was removed or broken; the new one is empty and needs to be filled."""


def _repairs_index(
    method: Callable[Concatenate[SearchIndex, _P], _T],
) -> Callable[Concatenate[SearchIndex, _P], _T]:
    """Replace a broken file, and raise IndexRebuilt or StoreUnavailable."""

    def wrapped(self: SearchIndex, /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        with self.guard:
            try:
                return method(self, *args, **kwargs)
            except sqlite3.Error as error:
                raise self._repair(error) from error

    return wrapped


class SearchIndex:
    """The search index of the store in the folder ``root``. Safe for threads."""

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
            self._require_writable()
            try:
                self._database = self._connect(self._path)
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                log.warning("the index cannot be read, rebuilding it: %s", error)
                self._remove()
                self._database = self._connect(self._path)
            status = os.stat(self._path)
            self._file = (status.st_dev, status.st_ino)
        except (OSError, sqlite3.Error) as error:
            # The store itself reports that it is read-only.
            level = (
                logging.INFO
                if isinstance(error, OSError) and is_refused(error)
                else logging.WARNING
            )
            log.log(level, "the index is in memory, because its file cannot be used: %s", error)
            self._database = self._connect(":memory:")
            self._file = None

    def _require_writable(self) -> None:
        """Raise PermissionError. SQLite opens a read-only file, and fails at the first change."""
        for path in (self._folder, self._path):
            if os.path.lexists(path) and not os.access(path, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)

    def _connect(self, path: str) -> sqlite3.Connection:
        if path != ":memory:" and not os.path.lexists(path):
            self._remove()  # leftovers of a removed file do not belong to the new one
        database = sqlite3.connect(
            path, timeout=15, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        try:
            database.execute("PRAGMA journal_mode = WAL")
            # After a power failure the rows are compared with the files again.
            database.execute("PRAGMA synchronous = OFF")
            database.execute(f"PRAGMA cache_size = -{_CACHE}")
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if version != _VERSION:
                self._create_schema(database)
        except BaseException:
            database.close()
            raise
        return database

    def _create_schema(self, database: sqlite3.Connection) -> None:
        database.execute("BEGIN IMMEDIATE")
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version != _VERSION:  # no other process created it meanwhile
            names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if {name for (name,) in names}:
                database.execute("ROLLBACK")
                raise sqlite3.DatabaseError("it is of another release")
            for statement in SCHEMA.strip().split(";")[:-1]:
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {_VERSION}")
        database.execute("COMMIT")

    def _remove(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                os.unlink(f"{self._path}{suffix}")

    def _repair(self, error: sqlite3.Error) -> Exception:
        if self._closed:
            return StoreUnavailable("the store is closed")
        if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
            return StoreUnavailable("the index is locked; try again")
        log.warning("the index is broken, rebuilding it: %s", error)
        with suppress(sqlite3.Error):
            self._database.close()
        if self._file is not None:
            with suppress(OSError):
                self._remove()
        self._open()
        return IndexRebuilt()

    def check(self) -> None:
        """Raise IndexRebuilt if the file was removed; an empty one replaces it."""
        with self.guard:
            if self._file is None:
                return
            with suppress(OSError):
                status = os.stat(self._path)
                if (status.st_dev, status.st_ino) == self._file:
                    return
            log.warning("the index was removed, rebuilding it")
            self._database.close()
            self._open()
            raise IndexRebuilt

    def close(self) -> None:
        """Close the file."""
        with self.guard:
            self._closed = True
            self._database.close()

    def __del__(self) -> None:
        with suppress(AttributeError):  # never opened
            self._database.close()

    # Writing

    @_repairs_index
    def write(self, updates: Iterable[IndexUpdate]) -> None:
        """Write all of ``updates``, or none."""
        with self._database:
            self._database.execute("BEGIN IMMEDIATE")
            for update in updates:
                if update.row is None:
                    self._drop(update.id)
                else:
                    self._put(update, update.row)

    @contextmanager
    def filling(self) -> Iterator[None]:
        """Let very many rows be written within the block, with more memory."""
        self._set_cache(64_000)
        try:
            yield
        finally:
            self._set_cache(_CACHE)

    def _set_cache(self, kilobytes: int) -> None:
        with self.guard, suppress(sqlite3.Error):
            self._database.execute(f"PRAGMA cache_size = -{kilobytes}")

    def _put(self, update: IndexUpdate, row: Row) -> None:
        text = update.text
        content = f"{row!r}\0{sorted(update.keys)}\0{text}"
        digest = hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()
        find = "SELECT n, seen, digest FROM entry WHERE id = ?"
        existing = self._database.execute(find, (row.id,)).fetchone()
        if existing is not None and existing[2] == digest:
            if existing[1] != update.fingerprint:
                mark = "UPDATE entry SET seen = ? WHERE n = ?"
                self._database.execute(mark, (update.fingerprint, existing[0]))
            return
        values = (row.id, update.fingerprint, digest, *row_values(row), row.title.casefold())
        ((n,),) = self._database.execute(PUT, values).fetchall()
        if existing is not None:
            self._database.execute("DELETE FROM words WHERE rowid = ?", (n,))
            self._database.execute("DELETE FROM address WHERE n = ?", (n,))
        self._database.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (n, indexed(text)))
        pairs = [(key, n) for key in update.keys]
        self._database.executemany("INSERT INTO address (key, n) VALUES (?, ?)", pairs)

    def _drop(self, entry_id: str) -> None:
        found = self._database.execute("SELECT n FROM entry WHERE id = ?", (entry_id,)).fetchone()
        if found is not None:
            self._database.execute("DELETE FROM entry WHERE n = ?", found)
            self._database.execute("DELETE FROM words WHERE rowid = ?", found)
            self._database.execute("DELETE FROM address WHERE n = ?", found)

    @_repairs_index
    def mark_pending(self, entry_ids: Iterable[str]) -> None:
        """Record that entries are about to change, in case the process crashes."""
        self._for_each("INSERT OR IGNORE INTO promised (id) VALUES (?)", entry_ids)

    @_repairs_index
    def clear_pending(self, entry_ids: Iterable[str]) -> None:
        """Record that the rows of changed entries are written."""
        self._for_each("DELETE FROM promised WHERE id = ?", entry_ids)

    def _for_each(self, statement: str, entry_ids: Iterable[str]) -> None:
        with self._database:
            self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany(statement, [(entry_id,) for entry_id in entry_ids])

    @_repairs_index
    def mark_complete(self) -> None:
        """Record that every entry of the store has its row."""
        self._database.execute("INSERT OR IGNORE INTO whole (said) VALUES (1)")

    # Reading

    @_repairs_index
    def ids(self) -> set[str]:
        """Return the ids of all rows."""
        return {entry_id for (entry_id,) in self._database.execute("SELECT id FROM entry")}

    @_repairs_index
    def is_complete(self) -> bool:
        """Say whether every entry of the store has its row."""
        return self._database.execute("SELECT 1 FROM whole").fetchone() is not None

    @_repairs_index
    def fingerprints(self) -> dict[str, int]:
        """Return the fingerprints of the files of each entry whose row is current, by id."""
        sql = "SELECT id, seen FROM entry WHERE seen IS NOT NULL"
        return dict(self._database.execute(sql).fetchall())

    @_repairs_index
    def url_keys(self) -> list[tuple[str, str]]:
        """Return every lookup key with its entry's id; of several ids the owner comes last."""
        sql = "SELECT key, id FROM address JOIN entry USING (n) ORDER BY id DESC"
        return self._database.execute(sql).fetchall()

    @_repairs_index
    def url_owners(self, keys: Iterable[str]) -> set[str]:
        """Return the ids that own one of ``keys``, or may own it: those with a pending change."""
        found = {entry_id for (entry_id,) in self._database.execute("SELECT id FROM promised")}
        sql = "SELECT id FROM address JOIN entry USING (n) WHERE key = ?"
        for key in keys:
            found |= {entry_id for (entry_id,) in self._database.execute(sql, (key,))}
        return found

    @_repairs_index
    def changed_since(self, version: int) -> tuple[int, list[str]]:
        """Return the newest version, and the ids of rows newer than ``version``."""
        sql = "SELECT version, id FROM entry WHERE version > ? ORDER BY version"
        found = self._database.execute(sql, (version,)).fetchall()
        return (found[-1][0] if found else version), [entry_id for _, entry_id in found]

    @_repairs_index
    def rows(
        self, query: Query, *, limit: int, offset: int = 0, after: Key | None = None
    ) -> list[Row]:
        """Return some of the rows that match ``query``."""
        if query.words:
            with self._database:
                self._database.execute("BEGIN")  # all of its statements see the same rows
                found = TextSearch(self._database, query, after).rows(limit, offset)
        else:
            where, values = conditions(query, after)
            order = order_clause(query)
            # Names come from the module of statements, values go as parameters.
            statement = (
                f"SELECT {COLUMNS} FROM entry {where_clause(where)} {order} LIMIT ? OFFSET ?"  # noqa: S608
            )
            found = self._database.execute(statement, (*values, limit, offset)).fetchall()
        return [to_row(values) for values in found]

    @_repairs_index
    def planned(self, until: datetime) -> list[str]:
        """Return the ids of entries to be published or withdrawn by ``until``."""
        sql = "SELECT id FROM entry WHERE planned <= ? ORDER BY planned, id"
        return [entry_id for (entry_id,) in self._database.execute(sql, (moment_key(until),))]

    @_repairs_index
    def counts(self, query: Query) -> Counts:
        """Count the rows; a search counts up to ``COUNTED``."""
        total, sections, languages = self._all(query)
        where, values = conditions(query)
        found = total
        if query.words:
            with self._database:
                self._database.execute("BEGIN")
                found = TextSearch(self._database, query).count()
        elif where:
            statement = f"SELECT count(*) FROM entry {where_clause(where)}"  # noqa: S608  # no input
            (found,) = self._database.execute(statement, values).fetchone()
        more = bool(query.words) and found > COUNTED
        return Counts(
            COUNTED if more else found, total, _sorted(sections), _sorted(languages), more
        )

    def _all(self, query: Query) -> tuple[int, set[str], set[str]]:
        """Return how many rows the sites of a query have, their sections and languages."""
        sites, values = site_conditions(query)
        if not sites:
            (total,) = self._database.execute("SELECT count(*) FROM entry").fetchone()
            return total, self._distinct("section"), self._distinct("language")
        count = "SELECT section, language, count(*) FROM entry"
        statement = f"{count} {where_clause(sites)} GROUP BY section, language"
        kinds = self._database.execute(statement, values).fetchall()
        return sum(it[2] for it in kinds), {it[0] for it in kinds}, {it[1] for it in kinds}

    def _distinct(self, column: str) -> set[str]:
        """Return the distinct values of a column, from its index alone."""
        found = {""}
        last = ""
        while True:
            statement = f"SELECT min({column}) FROM entry WHERE {column} > ?"  # noqa: S608  # no input
            (value,) = self._database.execute(statement, (last,)).fetchone()
            if value is None:
                return found
            found.add(value)
            last = value


def _sorted(names: set[str]) -> tuple[str, ...]:
    return tuple(sorted(names - {""}, key=str.casefold))
