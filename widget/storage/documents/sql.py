"""The statements that every implementation runs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from widget.storage.documents.protocol import Change, Document

_COLUMNS = "key, body, bucket, rank"


class Connection(Protocol):
    """What SQLite and PostgreSQL connections have in common."""

    def execute(self, query: str, params: Sequence[Any] = ..., /) -> Any:  # noqa: ANN401  # a cursor
        """Run a statement."""


class SqlDocuments(ABC):
    """``Documents`` in a table; ``parameter`` is how its database writes a parameter."""

    parameter: str

    @abstractmethod
    def reading(self) -> AbstractContextManager[Connection | None]:
        """Lend a connection to read with, None where nothing was ever written."""

    @abstractmethod
    def changing(self) -> AbstractContextManager[Connection]:
        """Lend a connection for one transaction, which is committed unless the block raises."""

    @abstractmethod
    def lock(self, connection: Connection, collection: str, key: str) -> None:
        """Let no other transaction change this document until the end of this one."""

    def get(self, collection: str, key: str) -> Document | None:
        """Return a document, or None."""
        with self.reading() as connection:
            return None if connection is None else self._one(connection, collection, key)

    def update(self, collection: str, key: str, change: Change) -> Document | None:
        """Replace a document by what ``change`` makes of it."""
        p = self.parameter
        with self.changing() as connection:
            self.lock(connection, collection, key)
            before = self._one(connection, collection, key)
            after = change(before)
            if after is None:
                connection.execute(
                    f"DELETE FROM document WHERE collection = {p} AND key = {p}", (collection, key)
                )
            elif after != before:
                connection.execute(
                    f"INSERT INTO document (collection, {_COLUMNS})"
                    f" VALUES ({p}, {p}, {p}, {p}, {p})"
                    " ON CONFLICT (collection, key) DO UPDATE SET body = excluded.body,"
                    " bucket = excluded.bucket, rank = excluded.rank",
                    (collection, *after),
                )
        return after

    def page(
        self, collection: str, *, prefix: str = "", after: str = "", limit: int
    ) -> list[Document]:
        """Return documents in the order of their keys."""
        where = _Conditions(self.parameter, collection).prefix(prefix).after(after)
        return self._select(where, "ORDER BY key", limit)

    def newest(
        self,
        collection: str,
        *,
        group: str | None = None,
        before: tuple[float, str] | None = None,
        limit: int,
    ) -> list[Document]:
        """Return documents by rank and key, the highest first."""
        where = _Conditions(self.parameter, collection).group(group).before(before)
        return self._select(where, "ORDER BY rank DESC, key DESC", limit)

    def count(self, collection: str, *, group: str | None = None, prefix: str = "") -> int:
        """Count documents."""
        where = _Conditions(self.parameter, collection).group(group).prefix(prefix)
        with self.reading() as connection:
            if connection is None:
                return 0
            query = f"SELECT count(*) FROM document WHERE {where}"
            (number,) = connection.execute(query, where.values).fetchone()
        return int(number)

    def remove(self, collection: str, *, prefix: str = "", below: float | None = None) -> int:
        """Remove documents."""
        where = _Conditions(self.parameter, collection).prefix(prefix).below(below)
        with self.changing() as connection:
            found = connection.execute(f"DELETE FROM document WHERE {where}", where.values)
            return int(found.rowcount)

    def _one(self, connection: Connection, collection: str, key: str) -> Document | None:
        p = self.parameter
        query = f"SELECT {_COLUMNS} FROM document WHERE collection = {p} AND key = {p}"
        found = connection.execute(query, (collection, key)).fetchone()
        return Document(*found) if found else None

    def _select(self, where: _Conditions, order: str, limit: int) -> list[Document]:
        p = self.parameter
        query = f"SELECT {_COLUMNS} FROM document WHERE {where} {order} LIMIT {p}"
        with self.reading() as connection:
            if connection is None:
                return []
            return [Document(*it) for it in connection.execute(query, (*where.values, limit))]


class _Conditions:
    """The conditions of a query, and their values."""

    def __init__(self, p: str, collection: str) -> None:
        self._p = p
        self._terms = [f"collection = {p}"]
        self.values: list[object] = [collection]

    def group(self, group: str | None) -> _Conditions:
        """Only documents of ``group``, of all where it is None."""
        return self if group is None else self._add(f"bucket = {self._p}", group)

    def prefix(self, prefix: str) -> _Conditions:
        """Only keys that begin with ``prefix``."""
        if not prefix:
            return self
        above = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        return self._add(f"key >= {self._p} AND key < {self._p}", prefix, above)

    def after(self, key: str) -> _Conditions:
        """Only keys above ``key``."""
        return self._add(f"key > {self._p}", key) if key else self

    def below(self, rank: float | None) -> _Conditions:
        """Only ranks below ``rank``."""
        return self if rank is None else self._add(f"rank < {self._p}", rank)

    def before(self, place: tuple[float, str] | None) -> _Conditions:
        """Only documents below a rank and key."""
        return self if place is None else self._add(f"(rank, key) < ({self._p}, {self._p})", *place)

    def _add(self, term: str, *values: object) -> _Conditions:
        self._terms.append(term)
        self.values += values
        return self

    def __str__(self) -> str:
        """Return the conditions as SQL."""
        return " AND ".join(self._terms)
