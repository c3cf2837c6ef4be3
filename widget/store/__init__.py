"""The store of entries: a protocol, and an implementation for each kind of URL."""

from widget.entry import Withdrawn
from widget.storage.url import folder_of
from widget.store.directory.store import DirStore
from widget.store.log_line import LogAction, LogLine
from widget.store.protocol import (
    ACTIONS,
    UNKNOWN,
    Action,
    ChangeListener,
    DeskAction,
    Draft,
    EntryReader,
    Live,
    Plan,
    Prepare,
    Problem,
    Revision,
    Rules,
    Step,
    Store,
    StoredEntry,
    Unknown,
)
from widget.store.query import Counts, Key, Query, Row, Sites, Sort, State
from widget.store.workflow import (
    NO_ANNOTATIONS,
    NO_WORKFLOW,
    Annotations,
    Approval,
    Phase,
    SourceAnnotation,
    Workflow,
    document_digest,
    source_key,
)

__all__ = [
    "ACTIONS",
    "NO_ANNOTATIONS",
    "NO_WORKFLOW",
    "UNKNOWN",
    "Action",
    "Annotations",
    "Approval",
    "ChangeListener",
    "Counts",
    "DeskAction",
    "Draft",
    "EntryReader",
    "Key",
    "Live",
    "LogAction",
    "LogLine",
    "Phase",
    "Plan",
    "Prepare",
    "Problem",
    "Query",
    "Revision",
    "Row",
    "Rules",
    "Sites",
    "Sort",
    "SourceAnnotation",
    "State",
    "Step",
    "Store",
    "StoredEntry",
    "Unknown",
    "Withdrawn",
    "Workflow",
    "document_digest",
    "open_store",
    "source_key",
]


STALE_SECONDS = 60.0
"""How long cached entries are served during an outage of a database, by default."""


def open_store(
    url: str,
    rules: Rules,
    on_change: ChangeListener | None = None,
    *,
    create: bool = True,
    wait: bool = True,
    stale_seconds: float = STALE_SECONDS,
) -> Store:
    """Open the store at ``url``; ``create`` makes a missing one.

    ``dir:PATH`` is a folder, ``postgresql://…`` a database. ``rules`` decide what may be
    published; ``on_change`` is called with every revision that this process appends, including
    those of hand edits. Without ``wait`` very many new files are read in a thread: until that is
    done, lists and new URLs raise StoreUnavailable.

    Raises InvalidSettings if ``url`` names no store, StoreUnavailable if it cannot be opened or,
    without ``create``, does not exist.
    """
    folder = folder_of(url)
    if folder is None:
        # Imported here: a directory store needs no database library.
        from widget.store.postgres import PostgresStore

        return PostgresStore(url, rules, on_change, create=create, stale_seconds=stale_seconds)
    return DirStore(folder, rules, on_change, create=create, wait=wait)
