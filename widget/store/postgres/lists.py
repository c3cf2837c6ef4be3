"""Lists, searches and counts that stay quick with very many entries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from widget.database import Connection
from widget.store.listing import LONG_AGO, Key, Query, Row, Tally
from widget.store.postgres.tables import FOLDED

_COLUMNS = "id, title, url, state, waiting, lean, section, language, changed"
_ORDERS = {
    "changed": ("changed", "DESC", "<"),
    "title": ("folded", "", ">"),
    "id": ("''", "", ">"),
}


def ids(connection: Connection) -> list[str]:
    """Return the ids of all entries, sorted."""
    return [each for (each,) in connection.execute("SELECT id FROM entry ORDER BY id")]


def rows(
    connection: Connection, query: Query, limit: int, offset: int, after: Key | None
) -> list[Row]:
    """Return some of the rows that ``query`` asks for."""
    column, direction, beyond = _ORDERS[query.sort]
    where, given = _where(query)
    for word in query.words:
        where.append("id IN (SELECT id FROM words WHERE text LIKE %s)")
        given.append(_pattern(word))
    if after is not None:
        value, entry_id = after
        if query.sort == "id":
            where.append("id > %s")
            given.append(entry_id)
        else:
            where.append(f"({column}, id) {beyond} (%s, %s)")
            given += [value[:FOLDED] if isinstance(value, str) else value, entry_id]
    order = "id" if query.sort == "id" else f"{column} {direction}, id {direction}"
    # Columns come from the tables above, values go as parameters.
    statement = f"SELECT {_COLUMNS} FROM entry WHERE {' AND '.join(where)} ORDER BY {order} LIMIT %s OFFSET %s"  # noqa: E501, S608
    return [_row(each) for each in connection.execute(statement, (*given, limit, offset))]


def tally(connection: Connection, query: Query) -> Tally:
    """Count the rows."""
    kinds = connection.execute(
        "SELECT state, waiting, lean, section, language, rows FROM kind WHERE rows > 0"
    ).fetchall()
    total = sum(each[-1] for each in kinds)
    sections = sorted({each[3] for each in kinds} - {""}, key=str.casefold)
    languages = sorted({each[4] for each in kinds} - {""}, key=str.casefold)
    where, given = _where(query)
    for word in query.words:
        where.append("id IN (SELECT id FROM words WHERE text LIKE %s)")
        given.append(_pattern(word))
    statement = f"SELECT count(*) FROM entry WHERE {' AND '.join(where)}"  # noqa: S608
    ((found,),) = connection.execute(statement, given).fetchall()
    return Tally(found, total, tuple(sections), tuple(languages))


def _where(query: Query) -> tuple[list[str], list[Any]]:
    where = ["state <> ''"]
    given: list[Any] = []
    for column in ("lean", "section", "language"):
        value = getattr(query, column)
        if value is not None:
            where.append(f"{column} = %s")
            given.append(value.replace("\0", " "))
    if query.state == "draft":
        where.append("waiting")
    elif query.state is not None:
        where.append("state = %s")
        given.append(query.state)
    return where, given


def _pattern(word: str) -> str:
    for special in ("\\", "%", "_"):
        word = word.replace(special, f"\\{special}")
    return f"%{word.replace(chr(0), ' ')}%"


def _row(values: tuple[Any, ...]) -> Row:
    entry_id, title, url, state, waiting, lean, section, language, changed = values
    at = LONG_AGO + timedelta(microseconds=changed)
    return Row(entry_id, title, url, state, waiting, lean or None, section, language, at)
