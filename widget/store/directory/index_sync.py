"""Keeps the search index in step with the cache, and is the only one that uses it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from widget.entry.containment import contained
from widget.errors import InvalidEntry, StoreUnavailable
from widget.store.directory import index_pool
from widget.store.directory.entry_cache import EntryCache
from widget.store.directory.index_rows import IndexUpdate, to_update
from widget.store.directory.search_index import IndexRebuilt, SearchIndex
from widget.store.directory.snapshot import EntrySnapshot
from widget.store.quarantine import Quarantine, log
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
        self._root = root
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
            self._pending[entry_id] = to_update(self._cache, entry_id, snapshot)
        if not self._batching or len(self._pending) >= _BATCH:
            self.flush()
        return snapshot

    def update_problem(self, entry_id: str) -> None:
        """Write the row of an entry anew because its problem changed, and nothing else."""
        with self._cache.guard:
            snapshot = self._cache.snapshot(entry_id)
            self._pending[entry_id] = to_update(self._cache, entry_id, snapshot)

    def fill(
        self,
        entry_ids: Iterable[str],
        closing: threading.Event | None = None,
        report: Callable[[int], object] | None = None,
    ) -> set[str]:
        """Write the rows of very many entries; returns the ids of those that were written.

        The others have to be updated one by one: those that need more than reading, and all of
        them where they are few. ``closing`` ends it early; ``report`` gets the size of each batch.
        """
        ids = [entry_id for entry_id in entry_ids if entry_id not in self._cache.entries]
        done: set[str] = set()
        if len(ids) < index_pool.WORTH_PROCESSES:
            return done
        pending: list[IndexUpdate] = []
        with self._index.filling():
            for updates in index_pool.read_unchanged(self._root, ids):
                pending += updates
                if report:
                    report(len(updates))
                if len(pending) >= _BATCH:
                    done |= self._fill(pending)
                    pending = []
                if closing and closing.is_set():
                    break
            done |= self._fill(pending)
        return done

    def _fill(self, updates: list[IndexUpdate]) -> set[str]:
        with self._cache.guard:
            found = [
                it for it in updates if self._cache.restore_one(it.id, it.fingerprint, it.keys)
            ]
            self._pending.update((it.id, it) for it in found)
            self.flush()
        return {it.id for it in found}

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

    def mark_pending(self, *entry_ids: str) -> None:
        """Record that entries are about to change, in case the process crashes."""
        with suppress(IndexRebuilt):
            self._index.mark_pending(entry_ids)

    def clear_pending(self, *entry_ids: str) -> None:
        """Record that the rows of changed entries are written."""
        with suppress(IndexRebuilt):
            self._index.clear_pending(entry_ids)

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
        ids = self._cache.ids()
        for entry_id in ids - self.fill(ids):
            with suppress(OSError):  # retried by whoever asks for this entry
                self.update(entry_id, validate=True)
        self.flush()
        with suppress(IndexRebuilt):
            self._index.mark_complete()
