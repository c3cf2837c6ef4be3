"""What a database's URL says, without asking the database's library."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

SCHEMES = ("postgresql://", "postgres://")


def is_database(url: str) -> bool:
    """Say whether a store's URL names a PostgreSQL database."""
    return url.startswith(SCHEMES)


def without_password(url: str) -> str:
    """Return ``url`` as it may be printed: without user, password and parameters."""
    if not is_database(url):
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.partition("://")[0] + "://…"
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
