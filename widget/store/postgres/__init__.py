"""The store that is a PostgreSQL database (``postgresql://…``). See ``docs/store.md``."""

from widget.store.postgres.store import PostgresStore

__all__ = ["PostgresStore"]
