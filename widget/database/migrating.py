"""The tables: each migration is a file that is run once, in the order of their names."""

from __future__ import annotations

from importlib.resources import files

import psycopg
from psycopg.rows import TupleRow

_LOCK = 0x1051D0
"""Names the lock that lets one process migrate at a time; any number of ours."""


def migrate(connection: psycopg.Connection[TupleRow]) -> None:
    """Run the migrations that this database has not seen, all or none."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        connection.execute(
            "CREATE TABLE IF NOT EXISTS migration"
            " (name text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())"
        )
        done = {name for (name,) in connection.execute("SELECT name FROM migration")}
        for name, statements in sorted(_migrations().items()):
            if name not in done:
                connection.execute(statements)
                connection.execute("INSERT INTO migration (name) VALUES (%s)", (name,))


def _migrations() -> dict[str, bytes]:
    folder = files("widget.database") / "migrations"
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.name.endswith(".sql")}
