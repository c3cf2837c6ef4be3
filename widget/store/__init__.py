"""Where entries are kept: a protocol, and the implementations that a URL chooses from."""

from widget.entry import Withdrawn
from widget.errors import InvalidSettings
from widget.storage.postgres import is_database, without_password
from widget.store.directory.store import DirStore
from widget.store.protocol import (
    UNKNOWN,
    Action,
    Changed,
    Draft,
    EntryReader,
    Live,
    Problem,
    Revision,
    Rules,
    Store,
    Unknown,
)
from widget.store.query import Key, Query, Row, Sort, State, Tally

__all__ = [
    "UNKNOWN",
    "Action",
    "Changed",
    "Draft",
    "EntryReader",
    "Key",
    "Live",
    "Problem",
    "Query",
    "Revision",
    "Row",
    "Rules",
    "Sort",
    "State",
    "Store",
    "Tally",
    "Unknown",
    "Withdrawn",
    "open_store",
]


STALE_SECONDS = 60.0
"""For how long what is held is served while a database is away, where nobody says otherwise."""


def open_store(
    url: str,
    rules: Rules,
    changed: Changed | None = None,
    *,
    create: bool = True,
    wait: bool = True,
    stale_seconds: float = STALE_SECONDS,
) -> Store:
    """Open the store that ``url`` names; with ``create`` it is made where there is none.

    ``dir:PATH`` is a folder, ``postgresql://…`` a database. ``rules`` decide what may be
    published; ``changed`` is told of every revision that this process makes, those of hand
    edits too. Without ``wait`` very many new files are read beside what is asked for: until all
    are, lists and unknown addresses are StoreUnavailable.

    Raises InvalidSettings where ``url`` names no store, StoreUnavailable where it
    cannot be opened or, without ``create``, does not exist.
    """
    if is_database(url):
        # Here, since a store in a folder does without the database's library.
        from widget.store.postgres import PostgresStore

        return PostgresStore(url, rules, changed, create=create, stale_seconds=stale_seconds)
    scheme, _, path = url.partition(":")
    if scheme != "dir" or not path or "\0" in path:
        raise InvalidSettings(
            f'store: {without_password(url)!r} names no store; write "dir:PATH", a folder\'s path, '
            'or "postgresql://USER@HOST/DATABASE"'
        )
    return DirStore(path, rules, changed, create=create, wait=wait)
