"""Creates and updates the tables: each migration is a file, run once, in the order of names."""

from __future__ import annotations

from importlib.resources import files

import psycopg
from psycopg.rows import TupleRow

from widget.errors import StoreUnavailable

_LOCK = 0x1051D0
"""The advisory lock for one process at a time; an arbitrary number."""


def migrate(connection: psycopg.Connection[TupleRow]) -> None:
    """Run the missing migrations, all or none.

    Raises StoreUnavailable where a newer release changed the tables, or where the encoding is not
    UTF-8.
    """
    if _is_done(connection):
        return  # a user who may not create tables gets here, too
    with connection.transaction():
        connection.execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0")
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        connection.execute(
            "CREATE TABLE IF NOT EXISTS migration"
            " (name text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())"
        )
        done = {name for (name,) in connection.execute("SELECT name FROM migration")}
        _refuse_newer(done)
        for name, statements in sorted(_migrations().items()):
            if name not in done:
                connection.execute(statements)
                connection.execute("INSERT INTO migration (name) VALUES (%s)", (name,))


def has_tables(connection: psycopg.Connection[TupleRow]) -> bool:
    """Say whether the database has the tables of any release of Insights."""
    ((table,),) = connection.execute("SELECT to_regclass('migration')").fetchall()
    return table is not None


def _is_done(connection: psycopg.Connection[TupleRow]) -> bool:
    sql = "SELECT to_regclass('migration'), current_setting('server_encoding')"
    ((table, encoding),) = connection.execute(sql).fetchall()
    if encoding != "UTF8":
        raise StoreUnavailable(
            f"the encoding of the database is {encoding}; create it with ENCODING 'UTF8'"
        )
    if table is None:
        return False
    done = {name for (name,) in connection.execute("SELECT name FROM migration")}
    _refuse_newer(done)
    return done == _migrations().keys()


def _refuse_newer(done: set[str]) -> None:
    unknown = sorted(done - _migrations().keys())
    if unknown:
        raise StoreUnavailable(
            f"the database was changed by a newer release of Insights ({unknown[-1]}); "
            "run that release, or restore an earlier backup"
        )


def _migrations() -> dict[str, bytes]:
    folder = files("widget.storage.postgres") / "migrations"
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.name.endswith(".sql")}
