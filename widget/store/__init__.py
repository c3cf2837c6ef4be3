"""Where entries are kept: a protocol, and the implementations that a URL chooses from."""

from widget.entry import Withdrawn
from widget.storage.url import folder_of
from widget.store.directory.store import DirStore
from widget.store.protocol import (
    UNKNOWN,
    Action,
    ChangeListener,
    Draft,
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
    "ChangeListener",
    "Draft",
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
    on_change: ChangeListener | None = None,
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
    folder = folder_of(url)
    if folder is None:
        # Imported here: a directory store needs no database library.
        from widget.store.postgres import PostgresStore

        return PostgresStore(url, rules, on_change, create=create, stale_seconds=stale_seconds)
    return DirStore(folder, rules, on_change, create=create, wait=wait)
