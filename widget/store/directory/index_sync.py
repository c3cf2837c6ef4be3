"""Keeps the search index in step with the cache, and is the only one that uses it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from widget.entry.containment import contained, or_else
from widget.errors import InvalidEntry, StoreUnavailable
from widget.store.directory.entry_cache import EntryCache
from widget.store.directory.search_index import IndexRebuilt, IndexUpdate, SearchIndex
from widget.store.directory.snapshot import EntrySnapshot
from widget.store.entry_summary import search_text, summarize
from widget.store.protocol import Live
from widget.store.quarantine import Quarantine, log
from widget.store.query import Row
from widget.store.state import EntryState

T = TypeVar("T")

REBUILD_AT_ONCE = 2_000
"""The index of at most this many entries is rebuilt while the caller waits; else in a thread."""
_BATCH = 500
"""Rows written to the index in one transaction; other processes wait for it."""


class IndexSync:
    """Updates entries in the cache and their rows in the index. Safe for threads."""

    def __init__(self, root: str, cache: EntryCache, quarantine: Quarantine) -> None:
        self._index = SearchIndex(root)
        self._cache = cache
        self._quarantine = quarantine
        self._pending: dict[str, IndexUpdate] = {}
        self._batching = False
        self._rebuilding = threading.Lock()
        self._version = 0

    def update(
        self, entry_id: str, *, validate: bool, state: EntryState | None = None
    ) -> EntrySnapshot:
        """Bring one entry up to date with its files, and its row with that.

        Raises as ``EntryCache.update``.
        """
        with self._cache.guard:
            snapshot = self._cache.update(entry_id, validate=validate, state=state)
            self._pending[entry_id] = self._to_update(entry_id, snapshot)
        if not self._batching or len(self._pending) >= _BATCH:
            self.flush()
        return snapshot

    def update_problem(self, entry_id: str) -> None:
        """Write the row of an entry anew because its problem changed, and nothing else."""
        with self._cache.guard:
            snapshot = self._cache.snapshot(entry_id)
            self._pending[entry_id] = self._to_update(entry_id, snapshot)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Write the rows that change within the block in few transactions."""
        self._batching = True
        try:
            yield
        finally:
            self._batching = False
            self.flush()

    def flush(self) -> None:
        """Write the pending rows to the index."""
        with self._cache.guard:
            updates = self._pending
            self._pending = {}
            if not updates:
                return
            try:
                try:
                    self._write(updates)
                except IndexRebuilt:
                    # The new index is incomplete; the next list or search completes it.
                    self._write(updates)
            except IndexRebuilt:
                log.warning("the index cannot be written")
            except StoreUnavailable as error:
                # The files are the truth; the next update retries.
                log.warning("the index is behind: %s", error)
                self._pending = updates | self._pending

    def _write(self, updates: dict[str, IndexUpdate]) -> None:
        try:
            contained("indexing it", lambda: self._index.write(updates.values()))
        except InvalidEntry as error:
            if len(updates) > 1:  # all but the one that raises
                for entry_id, update in updates.items():
                    self._write({entry_id: update})
                return
            (entry_id,) = updates
            self._quarantine.report(f"live/{entry_id}.json", str(error), error.breaches)

    def open(self) -> None:
        """Restore the cache from the index: unchanged files need not be read."""
        with suppress(IndexRebuilt):
            self._cache.restore(self._index.fingerprints(), self._index.url_keys())

    def complete(self) -> None:
        """Mark the index as complete, once all files were scanned. Raises OSError."""
        with suppress(IndexRebuilt):
            gone = self._index.ids() - self._cache.ids() - self._cache.entries.keys()
            with self.batch():
                for entry_id in gone:  # removed while no process was running
                    self.update(entry_id, validate=True)
            self._index.mark_complete()
            self._version, _ = self._index.changed_since(0)

    def close(self) -> None:
        """Close the index."""
        self._index.close()

    def ask(self, question: Callable[[SearchIndex], T]) -> T:
        """Return what ``question`` reads from the complete index. Raises StoreUnavailable."""
        for _ in range(2):
            self.flush()
            try:
                self._index.check()
                if self._index.is_complete():
                    return question(self._index)
            except IndexRebuilt:
                pass
            self._rebuild()
        raise StoreUnavailable("the index of the entries cannot be used; look at the log")

    def url_owners(self, keys: Iterable[str]) -> set[str] | None:
        """Return which entries may own one of ``keys``; None where the index cannot tell."""
        self.flush()
        try:
            self._index.check()
            return self._index.url_owners(keys) if self._index.is_complete() else None
        except IndexRebuilt:
            return None

    def mark_pending(self, entry_id: str) -> None:
        """JournalRecord that an entry is about to change, in case the process crashes."""
        with suppress(IndexRebuilt):
            self._index.mark_pending(entry_id)

    def clear_pending(self, entry_id: str) -> None:
        """JournalRecord that the row of a changed entry is written."""
        with suppress(IndexRebuilt):
            self._index.clear_pending(entry_id)

    def changed_ids(self) -> list[str]:
        """Return the ids of rows that any process wrote since the last call."""
        try:
            self._version, ids = self._index.changed_since(self._version)
        except IndexRebuilt:
            self._version, ids = 0, []
        return ids

    def _rebuild(self) -> None:
        if len(self._cache.ids()) <= REBUILD_AT_ONCE:
            self._write_all()
            return
        if self._rebuilding.acquire(blocking=False):
            threading.Thread(target=self._rebuild_in_thread, name="index", daemon=True).start()
        message = "the index of the entries is being rebuilt; try again in a few minutes"
        raise StoreUnavailable(message)

    def _rebuild_in_thread(self) -> None:
        try:
            self._write_all()
        finally:
            self._rebuilding.release()

    def _write_all(self) -> None:
        for entry_id in self._cache.ids():
            with suppress(OSError):  # retried by whoever asks for this entry
                self.update(entry_id, validate=True)
        self.flush()
        with suppress(IndexRebuilt):
            self._index.mark_complete()

    # Rows

    def _to_update(self, entry_id: str, snapshot: EntrySnapshot) -> IndexUpdate:
        row = Row(entry_id, problem="cannot be listed; the log says why")
        fallback = IndexUpdate(entry_id, row, entry_id, snapshot.keys)
        return or_else("listing it", lambda: self._summarize(entry_id, snapshot), fallback)

    def _summarize(self, entry_id: str, snapshot: EntrySnapshot) -> IndexUpdate:
        problem = self._cache.problem(entry_id, snapshot)
        if problem.startswith("revisions/"):
            problem = ""  # live and draft are valid
        if snapshot.draft is None and snapshot.shown is None and not problem:
            return IndexUpdate(entry_id)
        entry = snapshot.draft.entry if snapshot.draft else None
        if entry is None and isinstance(snapshot.shown, Live):
            entry = snapshot.shown.entry
        elif entry is None and snapshot.state.live:
            entry = snapshot.state.live.entry
        return IndexUpdate(
            entry_id,
            summarize(
                entry_id,
                snapshot.shown,
                snapshot.draft,
                entry,
                problem,
                workflow=snapshot.state.workflow,
            ),
            search_text(entry_id, entry),
            snapshot.keys,
            self._cache.fingerprint(entry_id),
        )
