"""A PostgreSQL database that the store, the accounts and the purges of a service share."""

from widget.database.connection import (
    Connection,
    Database,
    DatabaseError,
    is_database,
    open_database,
    release,
)

__all__ = ["Connection", "Database", "DatabaseError", "is_database", "open_database", "release"]
