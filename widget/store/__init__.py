"""Where entries are kept: a protocol, and the implementations that a URL chooses from."""

from widget.entry import Withdrawn
from widget.errors import InvalidSettings
from widget.store.files import DirStore
from widget.store.listing import Key, Query, Row, Sort, State, Tally
from widget.store.protocol import (
    Action,
    Changed,
    Draft,
    Live,
    Problem,
    Revision,
    Rules,
    Store,
)

__all__ = [
    "Action",
    "Changed",
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
    "Withdrawn",
    "open_store",
]


def open_store(url: str, rules: Rules, changed: Changed | None = None) -> Store:
    """Open the store that ``url`` names, ``dir:PATH``; what does not exist yet is made.

    ``rules`` decide what may be published; ``changed`` is told of every revision that this
    process makes, those of hand edits too. Raises InvalidSettings where ``url`` names no
    store, StoreUnavailable where it cannot be opened.
    """
    scheme, _, path = url.partition(":")
    if scheme != "dir" or not path or "\0" in path:
        raise InvalidSettings(f'store: {url!r} names no store; write "dir:PATH", a folder\'s path')
    return DirStore(path, rules, changed)
