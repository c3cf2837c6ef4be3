"""A PostgreSQL database that the store, the accounts and the purges of a service share.

Its library is an extra of the package: whoever imports more than the names of databases from
here does it where a database is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from widget.errors import InvalidSettings
from widget.storage.url import is_database, without_password

if TYPE_CHECKING:
    from widget.storage.postgres.connection import (
        PATIENCE_SECONDS,
        Connection,
        Database,
        DatabaseError,
        InDoubt,
        open_database,
        release,
    )

__all__ = [
    "PATIENCE_SECONDS",
    "Connection",
    "Database",
    "DatabaseError",
    "InDoubt",
    "is_database",
    "open_database",
    "release",
    "without_password",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401  # any of the names above
    """Import what needs the library. Raises InvalidSettings where that is not installed."""
    if name not in __all__:
        raise AttributeError(name)
    try:
        from widget.storage.postgres import connection
    except ImportError as error:
        raise InvalidSettings(
            "store: a PostgreSQL database needs psycopg, which is not installed; "
            "run: pip install 'insights-widget[postgres]'"
        ) from error
    return getattr(connection, name)
