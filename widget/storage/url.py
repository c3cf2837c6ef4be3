"""The URL of a store, parsed at one place and without the database's library."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from widget.errors import InvalidSettings

_DATABASE_SCHEMES = ("postgresql://", "postgres://")


def folder_of(url: str, *, setting: str = "store") -> str | None:
    """Return the path of a directory store as ``url`` names it, None for a PostgreSQL database.

    Raises InvalidSettings where ``url`` names no store; the message begins with ``setting``.
    """
    if is_database(url):
        return None
    scheme, _, path = url.partition(":")
    if scheme != "dir" or not path or "\0" in path:
        raise InvalidSettings(
            f'{setting}: {without_password(url)!r} names no store; write "dir:PATH", a folder\'s '
            'path, or "postgresql://USER@HOST/DATABASE"'
        )
    return path


def is_database(url: str) -> bool:
    """Say whether a store's URL names a PostgreSQL database."""
    return url.startswith(_DATABASE_SCHEMES)


def without_password(url: str) -> str:
    """Return ``url`` as it may be printed: without user, password and parameters."""
    if not is_database(url):
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.partition("://")[0] + "://…"
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
