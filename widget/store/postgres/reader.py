"""What the store reads: see ``EntryReader``."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar, cast

from widget.entry.model import is_id
from widget.errors import StoreUnavailable
from widget.storage.postgres import PATIENCE_SECONDS, Connection, open_database, release
from widget.store.entry_summary import lookup_key
from widget.store.log_line import LogLine
from widget.store.postgres import bulk, bulk_rows, entry_tables, log_table, revision_rows, search
from widget.store.postgres.listener import Listener
from widget.store.postgres.live_cache import LiveCache, Value, Values
from widget.store.postgres.rekeying import renew_keys
from widget.store.protocol import (
    UNKNOWN,
    Draft,
    Live,
    Problem,
    Revision,
    StoredEntry,
    Unknown,
    Withdrawn,
)
from widget.store.query import Counts, Key, Query, Row
from widget.store.state import (
    no_revision,
    shown_from,
)
from widget.store.workflow import NO_WORKFLOW, Workflow

READ_SECONDS = 1.0
"""How long a reader waits for the database."""
LIST_SECONDS = PATIENCE_SECONDS
"""How long a request for a list or a history waits."""
T = TypeVar("T")


class PostgresReader:
    """An ``EntryReader`` of the database at ``url``; ``create`` makes missing tables."""

    def __init__(
        self,
        url: str,
        *,
        create: bool = True,
        stale_seconds: float = 60,
    ) -> None:
        self._database = open_database(url, create=create)
        try:
            renew_keys(self._database)
        except StoreUnavailable:
            release(self._database)
            raise
        self._cache = LiveCache(stale_seconds)
        self._listener = Listener(self._database, self._cache)

    # Reading

    def live(self, entry_id: str) -> Live | Withdrawn | None:
        """Return what readers see, from the cache if nothing changed."""
        if not is_id(entry_id):
            return None
        found = self._lookup(self._cache.entries, entry_id, _shown)
        return cast("Live | Withdrawn | None", found)

    def find(self, url: str) -> str | None:
        """Return the id of the entry that owns ``url``."""
        key = lookup_key(url)
        if key is None:
            return None
        return cast("str | None", self._lookup(self._cache.url_owners, key, entry_tables.owner))

    def live_cached(self, entry_id: str) -> Live | Withdrawn | Unknown | None:
        """Return what readers see, UNKNOWN if it is not cached."""
        return cast(
            "Live | Withdrawn | Unknown | None", self._cached(self._cache.entries, entry_id)
        )

    def find_cached(self, url: str) -> str | Unknown | None:
        """Return the id of the entry that owns ``url``, UNKNOWN if it is not cached."""
        key = lookup_key(url)
        if key is None:
            return None
        return cast("str | Unknown | None", self._cached(self._cache.url_owners, key))

    def draft(self, entry_id: str) -> Draft | None:
        """Return the draft, or None."""
        if not is_id(entry_id):
            return None
        return self._retried(lambda it: entry_tables.draft(it, entry_id))

    def workflow(self, entry_id: str) -> Workflow:
        """Return the state of an entry beside its document."""
        if not is_id(entry_id):
            return NO_WORKFLOW
        return self._retried(lambda it: entry_tables.workflow(it, entry_id))

    def ids(self) -> list[str]:
        """Return the ids of all entries, sorted."""
        return self._retried(search.ids, LIST_SECONDS)

    def rows(
        self, query: Query, *, limit: int, offset: int = 0, after: Key | None = None
    ) -> list[Row]:
        """Return some of the rows that match ``query``."""
        return self._retried(lambda it: search.rows(it, query, limit, offset, after), LIST_SECONDS)

    def counts(self, query: Query) -> Counts:
        """Count the rows."""
        return self._retried(lambda it: search.counts(it, query), LIST_SECONDS)

    def planned(self, until: datetime) -> list[str]:
        """Return the ids of entries to be published or withdrawn by ``until``."""
        return self._retried(lambda it: search.planned(it, until))

    def log_size(self) -> int:
        """Return the number of the newest line of the log."""
        return self._retried(log_table.size)

    def log_lines(self, *, after: int, limit: int) -> list[LogLine]:
        """Return lines of the log with numbers above ``after``, the oldest first."""
        return self._retried(lambda it: log_table.lines(it, after, limit), LIST_SECONDS)

    def log_changes(self, *, before: int | None = None, limit: int) -> list[LogLine]:
        """Return the newest corrections, withdrawals and restorations of the log."""
        return self._retried(lambda it: log_table.changes(it, before, limit), LIST_SECONDS)

    def head(self, entry_id: str) -> int:
        """Return the number of the newest revision."""
        return self._retried(lambda it: entry_tables.head(it, entry_id)) if is_id(entry_id) else 0

    def history(self, entry_id: str) -> list[Revision]:
        """Return all revisions, newest first."""
        if not is_id(entry_id):
            return []
        return self._retried(lambda it: entry_tables.history(it, entry_id), LIST_SECONDS)

    def revision(self, entry_id: str, number: int) -> Revision:
        """Return one revision. Raises NotFound."""
        found = None
        if is_id(entry_id) and 0 < number < 2**31:
            found = self._retried(lambda it: entry_tables.revision(it, entry_id, number))
        if found is None:
            raise no_revision(entry_id, number)
        return found

    def heads(self) -> dict[str, int]:
        """Return the number of the newest revision of each entry, by id."""
        return self._retried(bulk_rows.heads, LIST_SECONDS)

    def read_many(
        self, entry_ids: Sequence[str], *, history: bool = True
    ) -> dict[str, StoredEntry]:
        """Return everything about these entries, by id."""
        read = partial(bulk.read_many, entry_ids=entry_ids, history=history)
        return self._retried(read, LIST_SECONDS)

    def problems(self, *, thorough: bool = False) -> list[Problem]:
        """Return unreadable revisions if ``thorough``; there are no other problems."""
        if not thorough:
            self._retried(entry_tables.horizon)  # raises StoreUnavailable during an outage
            return []
        with self._database.reading() as connection:
            return list(revision_rows.unreadable(connection))

    def poll(self) -> None:
        """Do nothing: the listener notices changes by others."""

    def close(self) -> None:
        """Stop listening, and release the connections."""
        self._listener.close()
        release(self._database)

    def _cached(self, values: Values, key: str) -> Value | Unknown:
        fresh = self._cache.is_fresh()  # first: a value may be invalidated in between
        found = self._cache.get(values, key)
        return found if fresh else UNKNOWN

    def _lookup(self, values: Values, key: str, query: Callable[[Connection, str], Value]) -> Value:
        cache = self._cache
        found = self._cached(values, key)
        if not isinstance(found, Unknown):
            return found
        self._listener.start()
        if cache.outage:
            return cache.get_stale(values, key, cache.outage)
        generation = cache.generation
        try:
            value = self._retried(lambda it: query(it, key))
        except StoreUnavailable as error:
            return cache.get_stale(values, key, str(error))
        cache.put(values, key, value, generation)
        return value

    def _retried(self, query: Callable[[Connection], T], patience: float = READ_SECONDS) -> T:
        """Run a query, a second time if the connection is stale. Raises StoreUnavailable."""
        if self._cache.outage:
            raise StoreUnavailable(self._cache.outage)
        began = time.monotonic()
        try:
            return self._query(query, patience)
        except StoreUnavailable:
            if time.monotonic() - began > READ_SECONDS / 2:
                raise
            return self._query(query, patience)

    def _query(self, query: Callable[[Connection], T], patience: float) -> T:
        with self._database.reading(patience=patience, wait=READ_SECONDS) as connection:
            return query(connection)


def _shown(connection: Connection, entry_id: str) -> Live | Withdrawn | None:
    newest = entry_tables.live(connection, entry_id)
    return shown_from(newest, entry_tables.workflow(connection, entry_id))
