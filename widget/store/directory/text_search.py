"""Finds words anywhere in the texts of the search index.

The index of trigrams tells which texts contain three characters, but not where. So it only yields
candidates, and each of them is read. A frequent word is found among the first rows of the sort
order, a rare one among its candidates; see decision 30.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from widget.store.directory.statements import COLUMNS, conditions, order_clause, where_clause
from widget.store.query import COUNTED, Key, Query

FEW = 5_000
"""Candidates that are all looked at; with more of them, the first rows are tried before."""
NEAR = 1_000
FAR = 10_000
"""Rows of the sort order that are read before the candidates: at most FAR, and only NEAR where
so few of them match that FAR would not be enough."""
MOST = 300_000
"""Entries of the index that are read for a short word; with more of them, all texts are read."""
_TRIGRAMS = 24
"""Trigrams of the words that are looked up in the index; each shortens the list of candidates."""
_LAST = "\U0010ffff" * 3
_END = "\n\n"
"""After each text, so that its last characters begin a trigram, too. No word contains it."""


@dataclass(frozen=True, slots=True)
class _Candidates:
    """A part of the index as SQL: a table, its column of entries, a condition, its parameters."""

    table: str
    column: str
    where: str
    values: tuple[str, ...]


def indexed(text: str) -> str:
    """Return a text as the index of trigrams holds it."""
    return f"{text}{_END}"


class TextSearch:
    """The search for the words of one query; ``after`` skips rows up to a sort key."""

    def __init__(
        self, database: sqlite3.Connection, query: Query, after: Key | None = None
    ) -> None:
        self._database = database
        self._words = [_storable(word) for word in query.words]
        self._where, self._values = conditions(query, after)
        self._order = order_clause(query)

    def rows(self, limit: int, offset: int) -> list[tuple[Any, ...]]:
        """Return the columns of some of the rows, in order."""
        numbers = self._first(offset + limit, FAR, self._order)[offset:]
        statement = (
            f"SELECT {COLUMNS} FROM (SELECT key AS place, value AS n FROM json_each(?))"  # noqa: S608  # no input
            " CROSS JOIN entry USING (n) ORDER BY place"
        )
        return self._database.execute(statement, (json.dumps(numbers),)).fetchall()

    def count(self) -> int:
        """Return the number of rows, at most ``COUNTED`` plus one."""
        return len(self._first(COUNTED + 1, 2 * COUNTED, ""))

    def _first(self, wanted: int, far: int, order: str) -> list[int]:
        """Return the numbers of the first entries that match, in any order if that is ``""``."""
        candidates = self._candidates(FEW)
        if candidates is None:
            found = self._near(wanted, far, order)
            if found is not None:
                return found
            candidates = self._by_trigrams() or self._candidates(MOST)
        return _take(wanted, filter(self._has_words, self._numbers(candidates, order)))

    def _near(self, wanted: int, far: int, order: str) -> list[int] | None:
        """Return the entries that match among the first rows, or None if ``far`` are not enough."""
        found: list[int] = []
        for visited, number in enumerate(self._numbers(None, order)):
            if visited == far or (visited == NEAR and len(found) * far < wanted * NEAR):
                return None
            if self._has_words(number):
                found.append(number)
                if len(found) == wanted:
                    break
        return found

    def _candidates(self, most: int) -> _Candidates | None:
        """Return where the index has at most so many entries for some of the words."""
        for it in self._lookups():
            part = f"SELECT 1 FROM {it.table} WHERE {it.where} LIMIT ?"  # noqa: S608  # no input
            statement = f"SELECT count(*) FROM ({part})"  # noqa: S608  # no input
            (number,) = self._database.execute(statement, (*it.values, most + 1)).fetchone()
            if number <= most:
                return it
        return None

    def _lookups(self) -> Iterator[_Candidates]:
        trigrams = self._by_trigrams()
        if trigrams is not None:
            yield trigrams
        for word in self._words:
            if len(word) < 3:
                # As the tokenizer writes them.
                start = word.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
                where = "term >= ? AND term <= ?"
                yield _Candidates("trigrams", "doc", where, (start, start + _LAST))

    def _by_trigrams(self) -> _Candidates | None:
        """Return the texts that contain the trigrams of the words; None if the words are short."""
        found = {word[at : at + 3]: None for word in self._words for at in range(len(word) - 2)}
        if not found:
            return None
        step = len(found) // _TRIGRAMS + 1
        quoted = ['"' + it.replace('"', '""') + '"' for it in list(found)[::step]]
        return _Candidates("words", "rowid", "words MATCH ?", (" AND ".join(quoted),))

    def _numbers(self, candidates: _Candidates | None, order: str) -> Iterator[int]:
        """Yield the numbers of entries that match in all but their texts."""
        source, values = "entry", self._values
        if candidates is not None:
            it = candidates
            source = (
                f"(SELECT DISTINCT {it.column} AS n FROM {it.table} WHERE {it.where})"  # noqa: S608  # no input
                " CROSS JOIN entry USING (n)"
            )
            values = [*it.values, *values]
        statement = f"SELECT n FROM {source} {where_clause(self._where)} {order}"  # noqa: S608  # no input
        for (number,) in self._database.execute(statement, values):
            yield number

    def _has_words(self, number: int) -> bool:
        tests = " AND ".join(["instr(text, ?)"] * len(self._words))
        statement = f"SELECT 1 FROM words WHERE rowid = ? AND {tests}"  # noqa: S608  # no input
        return self._database.execute(statement, (number, *self._words)).fetchone() is not None


def _take(wanted: int, numbers: Iterator[int]) -> list[int]:
    return [number for _, number in zip(range(wanted), numbers, strict=False)]


def _storable(word: str) -> str:
    return word.encode("utf-8", "replace").decode().replace("\0", " ")
