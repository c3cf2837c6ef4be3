"""Finds the entries whose files other processes or people changed."""

from __future__ import annotations

import threading
import time

from widget.errors import Breach
from widget.storage.atomic import reason
from widget.storage.files import unavailable_on_os_error
from widget.store.directory.entry_cache import EntryCache, Unvalidated
from widget.store.directory.entry_folder import EntryFolder
from widget.store.directory.index_sync import IndexSync
from widget.store.directory.revision_log import RevisionLog
from widget.store.directory.snapshot import NO_ENTRY
from widget.store.quarantine import Quarantine

MANY = 5_000
"""No request waits for a scan of more entries than this.

A number and no duration, so that a small store stays within a second on a busy machine, too.
"""


class Scanner:
    """Compares all files with the cache, and returns the changes that people made by hand.

    ``unread`` entries were never read; ``duration`` is how long the last scan compared files, in
    seconds; ``scanned`` is when it began (``time.monotonic``).
    """

    def __init__(
        self,
        cache: EntryCache,
        sync: IndexSync,
        live: EntryFolder,
        drafts: EntryFolder,
        revisions: RevisionLog,
        quarantine: Quarantine,
    ) -> None:
        self.scanned = float("-inf")
        self.duration = 0.0
        self.unread = 0
        self.closing = threading.Event()
        self.running = threading.Lock()
        self._cache = cache
        self._sync = sync
        self._live = live
        self._drafts = drafts
        self._revisions = revisions
        self._quarantine = quarantine

    def is_long(self) -> bool:
        """Say whether a scan takes longer than a request should wait."""
        return self.unread > 0 or len(self._cache) > MANY

    def scan(self) -> list[str]:
        """Bring all entries up to date; return the ids of those with unrecorded hand edits.

        Withdrawals come first. Where another thread scans, its scan is waited for. Raises
        StoreUnavailable.
        """
        requested = time.monotonic()
        with self.running:
            if self.scanned < requested:
                self.scan_now()
        return self._cache.hand_edits()

    def scan_now(self) -> list[str]:
        """Scan; the caller holds ``running``. Returns and raises as ``scan``."""
        started = time.monotonic()
        with unavailable_on_os_error(), self._sync.batch():
            ids = self.changed()
            self.duration = time.monotonic() - started
            self._update_all(ids)
        self.scanned = started
        return self._cache.hand_edits()

    def changed(self) -> list[str]:
        """Return the ids of all entries whose files differ from the cache. Raises OSError.

        Those without a live file come first: a withdrawal must not wait for new entries.
        """
        cache = self._cache
        in_drafts = dict(self._drafts.signatures())
        found = {entry_id for entry_id, it in cache.entries.copy().items() if it.needs_recheck}
        in_live = set()
        for entry_id, signature in self._live.signatures():
            in_live.add(entry_id)
            if not cache.is_current(entry_id, signature, in_drafts.get(entry_id)):
                found.add(entry_id)
        cached_ids = cache.ids() | cache.entries.keys()
        for entry_id in cached_ids.union(in_drafts, self._revisions.ids()) - in_live:
            # The folder's time matters only here: every publication changes the live file.
            stamp = self._revisions.stamp(entry_id)
            if not cache.is_current(entry_id, None, in_drafts.get(entry_id), stamp):
                found.add(entry_id)
        return sorted(found, key=lambda entry_id: entry_id in in_live)

    def _update_all(self, ids: list[str]) -> None:
        entries = self._cache.entries
        hand_edits = []
        filled = self._sync.fill(
            [entry_id for entry_id in ids if entry_id not in entries], self.closing, self._count
        )
        for entry_id in ids:
            if self.closing.is_set():
                return
            if entry_id in filled:
                continue
            self._count(1)
            cached = entries.get(entry_id, NO_ENTRY)
            if cached.needs_recheck and cached.live_file.entry is not None:
                # Another entry owned its URL and may give it up in this scan.
                hand_edits.append((cached.live_file.modified, entry_id))
            try:
                self._update(entry_id, validate=False)
            except Unvalidated:
                hand_edits.append((self._live.read(entry_id).modified, entry_id))
        # Of two files with one URL the older one owns it, in every process.
        hand_edits.sort()
        retried = [each for each in hand_edits if each[1] in entries]
        for _, entry_id in (*hand_edits, *retried):
            if self.closing.is_set():
                return
            self._update(entry_id, validate=True)

    def _count(self, read: int) -> None:
        if self.unread:
            self.unread = max(1, self.unread - read)  # 0 once everything is in the index

    def _update(self, entry_id: str, *, validate: bool) -> None:
        try:
            self._sync.update(entry_id, validate=validate)
        except OSError as error:
            message = f"cannot be read now: {reason(error)}"
            self._quarantine.report(self._live.where(entry_id), message, [Breach("$", message)])
            self._sync.update_problem(entry_id)
