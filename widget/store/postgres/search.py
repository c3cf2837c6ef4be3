"""Lists, searches and counts that stay quick with very many entries.

A frequent word is found among the first rows of the sort order, a rare one by the index of all
texts, which has no order. The planner cannot tell them apart, so the first rows are tried, more
of them if that looks sufficient, and then the index.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from widget.storage.postgres import Connection
from widget.store.postgres.entry_tables import FOLDED
from widget.store.postgres.text_pairs import pairs
from widget.store.query import COUNTED, Counts, Key, Query, Row, moment, moment_key

NEAR = 2_000
"""Rows of the sort order that are searched before the index of all texts is used."""
FAR = 10
"""How many times NEAR rows are searched at most, if the first rows look sufficient."""
SHORT = 3
"""Characters that a word needs for the index of all texts; shorter ones use pairs."""

Found = TypeVar("Found")

_COLUMNS = (
    "id, title, url, state, waiting, lean, section, language, changed,"
    " phase, saved_by, assignee, due, planned, open_comments, origin, live_origin"
)


def ids(connection: Connection) -> list[str]:
    """Return the ids of all entries, sorted."""
    return [each for (each,) in connection.execute("SELECT id FROM entry ORDER BY id")]


def rows(
    connection: Connection, query: Query, limit: int, offset: int, after: Key | None
) -> list[Row]:
    """Return some of the rows that match ``query``."""
    if query.words:
        found = _Search(connection, query).rows(limit, offset, after)
    else:
        found = _listed(connection, query, limit, offset, after)
    return [_row(each) for each in found]


def planned(connection: Connection, until: datetime) -> list[str]:
    """Return the ids of entries to be published or withdrawn by ``until``."""
    sql = "SELECT id FROM entry WHERE planned <= %s ORDER BY planned, id"
    return [entry_id for (entry_id,) in connection.execute(sql, (moment_key(until),))]


def counts(connection: Connection, query: Query) -> Counts:
    """Count the rows; a search counts up to ``COUNTED``."""
    kinds = _fetch(connection, *_kinds(query))
    total = sum(number for _, _, number in kinds)
    sections = sorted({section for section, _, _ in kinds} - {""}, key=str.casefold)
    languages = sorted({language for _, language, _ in kinds} - {""}, key=str.casefold)
    found = _Search(connection, query).count() if query.words else _count(connection, query)
    capped = bool(query.words) and found > COUNTED
    found = COUNTED if capped else found
    return Counts(found, total, tuple(sections), tuple(languages), capped)


def _kinds(query: Query) -> tuple[str, list[Any]]:
    """Return the statement that counts rows by section and language, and its parameters."""
    if not query.sites:
        having = "HAVING sum(rows) > 0"
        return f"SELECT section, language, sum(rows)::bigint FROM kind GROUP BY 1, 2 {having}", []
    where, values = _sites(query)
    where = ["state <> ''", *where]
    statement = "SELECT section, language, count(*) FROM entry"
    return f"{statement} WHERE {' AND '.join(where)} GROUP BY 1, 2", values


def _listed(
    connection: Connection, query: Query, limit: int, offset: int, after: Key | None
) -> list[tuple[Any, ...]]:
    where, values = _where(query, after)
    backwards = False
    if offset > NEAR and after is None:
        # A page in the second half is counted from the end.
        number = _count(connection, query)
        backwards = offset > number // 2
        if backwards:
            limit, offset = min(limit, number - offset), max(0, number - offset - limit)
    if limit <= 0:
        return []
    order = _order(query, backwards=backwards)
    # Names come from here, values go as parameters. Rows are fetched last, so that skipped ones
    # are read from the index only.
    statement = (
        f"SELECT {_COLUMNS} FROM (SELECT id FROM entry WHERE {where}"
        f" ORDER BY {order} LIMIT %s OFFSET %s) AS few JOIN entry USING (id) ORDER BY {order}"
    )
    found = _fetch(connection, statement, (*values, limit, offset))
    return found[::-1] if backwards else found


def _count(connection: Connection, query: Query) -> int:
    """Count rows by their columns, regardless of the words in them."""
    where, values = _where(query)
    statement = f"SELECT coalesce(sum(rows), 0)::bigint FROM kind WHERE {where}"
    if not query.by_kind:
        statement = f"SELECT count(*) FROM entry WHERE {where}"
    ((found,),) = _fetch(connection, statement, values)
    return int(found)


class _Search:
    """Finds words among the first rows of the sort order, or by the index of all texts."""

    def __init__(self, connection: Connection, query: Query) -> None:
        self._connection = connection
        self._query = query
        self._patterns = [_pattern(word) for word in query.words]
        self._texts, self._sought = _texts(query)

    def rows(self, limit: int, offset: int, after: Key | None) -> list[tuple[Any, ...]]:
        """Return some of the rows that contain all words."""
        where, values = _where(self._query, after)
        order = _order(self._query)
        end = f"ORDER BY {order} LIMIT %s OFFSET %s"

        def look(depth: int) -> list[tuple[Any, ...]]:
            statement = f"SELECT {_COLUMNS} FROM {_first(where, order)} {_HAS_WORDS} {end}"
            return self._fetch(statement, *values, depth, self._patterns, limit, offset)

        def number(rows: list[tuple[Any, ...]]) -> int:
            return offset + len(rows) if rows else 0

        near = self._near(look, number, offset + limit)
        if near is not None:
            return near
        statement = (
            f"WITH found AS MATERIALIZED (SELECT id FROM words WHERE {self._texts})"
            f" SELECT {_COLUMNS} FROM entry JOIN found USING (id) WHERE {where} {end}"
        )
        return self._fetch(statement, *self._sought, *values, limit, offset)

    def count(self) -> int:
        """Count the rows that contain all words, at most ``COUNTED`` plus one."""
        where, values = _where(self._query)

        def look(depth: int) -> int:
            first = _first(where, "changed DESC, id DESC")
            statement = f"SELECT count(*) FROM {first} {_HAS_WORDS}"
            ((found,),) = self._fetch(statement, *values, depth, self._patterns)
            return int(found)

        near = self._near(look, int, COUNTED + 1)
        if near is not None:
            return near
        filters = f"JOIN entry USING (id) WHERE {where} AND" if values else "WHERE"
        few = f"SELECT 1 FROM words {filters} {self._texts} LIMIT %s"
        statement = f"SELECT count(*) FROM ({few}) AS few"
        ((found,),) = self._fetch(statement, *values, *self._sought, COUNTED + 1)
        return int(found)

    def _fetch(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401  # SQL's
        return _fetch(self._connection, statement, values)

    def _near(
        self, look: Callable[[int], Found], number: Callable[[Found], int], wanted: int
    ) -> Found | None:
        """Return what ``look`` finds among as many first rows as needed.

        None where that would be too many.
        """
        depth = NEAR
        while True:
            found = look(depth)
            if number(found) >= wanted:
                return found
            rows = _count(self._connection, self._query)
            if rows <= depth:
                return found
            if depth > NEAR:
                return None
            # Extrapolated from the rows so far, with half as many again in reserve.
            likely = 3 * NEAR * wanted // (2 * number(found) or 1)
            depth = 2 * NEAR if rows <= 2 * NEAR else likely
            if depth > FAR * NEAR:
                return None


def _first(where: str, order: str) -> str:
    return f"(SELECT * FROM entry WHERE {where} ORDER BY {order} LIMIT %s) AS near"


def _fetch(connection: Connection, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    # Never prepared: a generic plan would be bad for most words and filters.
    return connection.execute(statement, values, prepare=False).fetchall()


# OFFSET 0 keeps the planner from asking the index of all texts here.
_HAS_WORDS = (
    "CROSS JOIN LATERAL (SELECT text FROM words WHERE words.id = near.id OFFSET 0) AS its"
    " WHERE its.text LIKE ALL (%s)"
)


def _texts(query: Query) -> tuple[str, list[Any]]:
    """Return the condition for texts that contain all words, and its parameters."""
    where: list[str] = []
    values: list[Any] = []
    for word in map(_storable, query.words):
        where.append("text LIKE %s")
        values.append(_pattern(word))
        if len(word) < SHORT:
            where.append("pairs @> %s::integer[]")
            values.append(sorted(pairs(word)))
    return " AND ".join(where), values


def _where(query: Query, after: Key | None = None) -> tuple[str, list[Any]]:
    where = ["state <> ''"]
    values: list[Any] = []
    for column in ("lean", "section", "language"):
        value = getattr(query, column)
        if value is not None:
            where.append(f"{column} = %s")
            values.append(_storable(value))
    if query.state == "draft":
        where.append("waiting")
    elif query.state is not None:
        where.append("state = %s")
        values.append(query.state)
    if query.phase is not None:
        where.append("waiting AND phase = %s")
        values.append(query.phase)
    if query.assignee is not None:
        where.append("assignee = %s")
        values.append(_storable(query.assignee))
    if query.saved_by is not None:
        person = _storable(query.saved_by)
        where.append("(saved_by = %s OR starts_with(saved_by, %s))")
        values += [person, f"{person} ("]
    if query.planned_until is not None:
        where.append("planned <= %s")
        values.append(moment_key(query.planned_until))
    if query.due_until is not None:
        where.append("due <= %s")
        values.append(query.due_until)
    if query.commented:
        where.append("open_comments > 0")
    sites, origins = _sites(query)
    where += sites
    values += origins
    if after is not None:
        where.append(_beyond(query))
        values += _place(query, after)
    return " AND ".join(where), values


def _sites(query: Query) -> tuple[list[str], list[Any]]:
    """Return the conditions of the sites of a query, and their parameters."""
    where: list[str] = []
    values: list[Any] = []
    for sites in query.sites:
        test = "<> ALL (%s::text[])" if sites.others else "= ANY (%s::text[])"
        for column in ("origin", "live_origin"):
            # Of an unknown origin, <> ALL of none would be true.
            where.append(f"{column} IS NOT NULL AND {column} {test}")
            values.append([_storable(it) for it in sites.origins])
    return where, values


def _order(query: Query, *, backwards: bool = False) -> str:
    direction = "DESC" if query.descends != backwards else ""
    if query.sort == "id":
        return f"id {direction}"
    column = "changed" if query.sort == "changed" else "folded"
    return f"{column} {direction}, id {direction}"


def _beyond(query: Query) -> str:
    beyond = "<" if query.descends else ">"
    if query.sort == "id":
        return f"id {beyond} %s"
    return f"({'changed' if query.sort == 'changed' else 'folded'}, id) {beyond} (%s, %s)"


def _place(query: Query, after: Key) -> list[Any]:
    value, entry_id = after
    if query.sort == "id":
        return [_storable(entry_id)]
    return [_storable(value)[:FOLDED] if isinstance(value, str) else value, _storable(entry_id)]


def _pattern(word: str) -> str:
    for special in ("\\", "%", "_"):
        word = word.replace(special, f"\\{special}")
    return f"%{_storable(word)}%"


def _storable(text: str) -> str:
    """Return a text without characters that no database can store."""
    return text.encode("utf-8", "replace").decode().replace("\0", " ")


def _row(values: tuple[Any, ...]) -> Row:
    entry_id, title, url, state, waiting, lean, section, language, changed, *noted = values
    phase, saved_by, assignee, due, planned, open_comments, origin, live_origin = noted
    return Row(
        id=entry_id,
        title=title,
        url=url,
        state=state,
        waiting=waiting,
        lean=lean or None,
        section=section,
        language=language,
        changed=moment(changed),
        phase=phase if waiting else None,
        saved_by=saved_by,
        assignee=assignee,
        due=due,
        planned=None if planned is None else moment(planned),
        open_comments=open_comments,
        origin=origin,
        live_origin=live_origin,
    )
