"""A PostgreSQL database that the store, the accounts and the purges of a service share.

Its library is an extra of the package, so it is imported when the first name is used from here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from widget.errors import InvalidSettings

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
    "open_database",
    "release",
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
