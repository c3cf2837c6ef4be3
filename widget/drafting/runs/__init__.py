"""Runs: the durable records of drafting, in a directory store or in PostgreSQL."""

from __future__ import annotations

import os

from widget.drafting.runs.directory import DirectoryRuns
from widget.drafting.runs.record import (
    FINAL_STATES,
    MAX_QUERIES,
    MAX_URLS,
    Decision,
    DraftRequest,
    Resolution,
    Run,
    RunState,
    new_run,
    request_from,
)
from widget.drafting.runs.scoped import ScopedRuns
from widget.drafting.runs.store import RunStore
from widget.storage.url import folder_of

__all__ = [
    "FINAL_STATES",
    "MAX_QUERIES",
    "MAX_URLS",
    "Decision",
    "DraftRequest",
    "Resolution",
    "Run",
    "RunState",
    "RunStore",
    "ScopedRuns",
    "new_run",
    "open_runs",
    "request_from",
]


def open_runs(store_url: str) -> RunStore:
    """Return the runs of an existing store. Raises InvalidSettings, StoreUnavailable."""
    folder = folder_of(store_url)
    if folder is None:
        # Imported here: a directory store does not need the database library.
        from widget.drafting.runs.postgres import PostgresRuns
        from widget.storage.postgres import open_database

        return PostgresRuns(open_database(store_url, create=False))
    return DirectoryRuns(os.path.join(os.path.abspath(folder), "drafting"))
