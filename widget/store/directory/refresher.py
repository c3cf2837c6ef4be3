"""Decides when files are read again, and commits what people changed in them."""

from __future__ import annotations

import os
import threading
import time

from widget.entry.model import is_id
from widget.errors import InsightsError, StoreUnavailable
from widget.storage.atomic import reason
from widget.storage.files import signature, unavailable_on_os_error
from widget.storage.lock import PATIENCE_SECONDS
from widget.store.directory.committer import Committer
from widget.store.directory.entry_cache import EntryCache, Unvalidated
from widget.store.directory.entry_folder import GRACE_SECONDS, EntryFolder
from widget.store.directory.index_sync import IndexSync
from widget.store.directory.revision_log import RevisionLog
from widget.store.directory.scanner import Scanner
from widget.store.directory.snapshot import NO_ENTRY, EntrySnapshot
from widget.store.protocol import UNKNOWN, Live, Unknown, Withdrawn
from widget.store.quarantine import log

SCAN_SECONDS = 0.5
STALE_SECONDS = 0.6
"""What was read longer ago is not served: with a scan's own time that makes one second."""
READ_AT_ONCE = 500
"""At most this many new entries are read before the store opens; more, in a thread."""
_PAUSE_SECONDS = 0.03
"""Pause between two batches of hand edits, so that other changes get the lock."""


class Refresher:
    """Keeps the cache up to date with the files, every half second while requests come in.

    A request waits for a scan only where none came in for a while.
    With very many files a scan takes longer. Then it runs in a thread, a fifth of the time;
    changes of other processes are read from the index, and an entry that is asked for by its id
    or a cached URL is compared with its files alone.
    """

    def __init__(
        self,
        cache: EntryCache,
        sync: IndexSync,
        scanner: Scanner,
        committer: Committer,
        live: EntryFolder,
        drafts: EntryFolder,
        revisions: RevisionLog,
    ) -> None:
        self._cache = cache
        self._sync = sync
        self._scanner = scanner
        self._committer = committer
        self._live = live
        self._drafts = drafts
        self._revisions = revisions
        self._polled = float("-inf")
        self._checked: dict[str, float] = {}
        self._reading: threading.Thread | None = None

    # Opening and closing

    def open(self, *, wait: bool) -> None:
        """Read what changed since the index was written; with ``wait`` all of it."""
        self._sync.open()
        with unavailable_on_os_error():
            new = len(self._scanner.changed())
        if wait or new <= READ_AT_ONCE:
            self._read_all()
            return
        self._scanner.unread = new
        log.warning(
            "reading %s new entries; until then lists and new URLs are answered with 503",
            f"{new:,}",
        )
        self._reading = threading.Thread(target=self._read_in_thread, name="reading", daemon=True)
        self._reading.start()

    def close(self) -> None:
        """Stop reading."""
        self._scanner.closing.set()
        if self._reading:
            self._reading.join()

    def _read_in_thread(self) -> None:
        while self._scanner.unread and not self._scanner.closing.is_set():
            try:
                self._read_all()
            except InsightsError as error:
                log.error("new entries cannot be read, retrying: %s", error)
                time.sleep(GRACE_SECONDS)
        log.warning("all entries are read and recorded")

    def _read_all(self) -> None:
        self._scanner.scan()
        if self._scanner.closing.is_set():
            return
        with unavailable_on_os_error():
            self._sync.complete()
        self._scanner.unread = 0
        if any(snapshot.vanishing for snapshot in self._cache.entries.copy().values()):
            time.sleep(GRACE_SECONDS)
            self._scanner.scan()
        while self._committer.record_hand_edits(
            self._cache.hand_edits(), patience=PATIENCE_SECONDS
        ):
            if self._scanner.closing.is_set():
                return
            time.sleep(_PAUSE_SECONDS)

    @property
    def unread(self) -> int:
        """How many new entries are still being read."""
        return self._scanner.unread

    def require_all_read(self) -> None:
        """Raise StoreUnavailable while new entries are being read."""
        if self.unread:
            message = f"{self.unread:,} entries are still being read for the first time; try again"
            raise StoreUnavailable(message)

    # All entries

    def is_due(self) -> bool:
        """Say whether ``refresh`` would read files, or nothing did for some time."""
        scanned = self._scanner.scanned
        looked = max(scanned, self._polled) if self._scanner.is_long() else scanned
        return time.monotonic() - looked >= SCAN_SECONDS or self._is_idle()

    def _is_idle(self) -> bool:
        """Say whether no request came in, so that nothing was scanned, for some time."""
        age = time.monotonic() - self._scanner.scanned
        return age > max(STALE_SECONDS, 10 * self._scanner.duration)

    def refresh(self) -> None:
        """Scan where the last scan is older than SCAN_SECONDS. Raises StoreUnavailable.

        In a thread, as long as what was read before may be served.
        """
        started = time.monotonic()
        age = started - self._scanner.scanned
        if age < SCAN_SECONDS:
            return
        if self._scanner.is_long():
            self._poll(started)
            return
        if age <= STALE_SECONDS:
            self._scan_in_background()  # the cache is young enough to be used meanwhile
            return
        found = self._scanner.scan()
        self._committer.record_hand_edits(found, patience=0)

    def refresh_if_idle(self) -> None:
        """Scan where nothing was scanned for some time, however many files there are."""
        if self._is_idle():
            self._scanner.scan()

    def refresh_now(self, *, force: bool = False) -> None:
        """Scan; where that is long, only with ``force``, else as ``refresh``."""
        if force or not self._scanner.is_long():
            self._scanner.scan()
        else:
            self.refresh()

    def poll(self) -> None:
        """Scan, and record what was found."""
        self.refresh_now()
        self._committer.record_hand_edits(self._cache.hand_edits(), patience=0)

    def _poll(self, now: float) -> None:
        if now - self._polled >= SCAN_SECONDS:
            self._polled = now
            for entry_id in self._sync.changed_ids():
                self.update(entry_id)
        if now - self._scanner.scanned >= 5 * self._scanner.duration:
            self._scan_in_background()

    def _scan_in_background(self) -> None:
        if self._scanner.running.acquire(blocking=False):
            threading.Thread(target=self._scan_in_thread, name="store", daemon=True).start()

    def _scan_in_thread(self) -> None:
        found: list[str] = []
        try:
            found = self._scanner.scan_now()
        except InsightsError as error:
            log.warning("%s", error)
        finally:
            self._scanner.running.release()
        self._committer.record_hand_edits(found, patience=0)

    # One entry

    def cached(self, entry_id: str) -> Live | Withdrawn | Unknown | None:
        """Return what readers see where the file is unchanged, else UNKNOWN. One stat."""
        snapshot = self._cache.entries.get(entry_id)
        if snapshot is not None and not snapshot.live_file.racy and not snapshot.needs_recheck:
            try:
                status = os.lstat(self._live.file_path(entry_id))
            except OSError:
                pass
            else:
                if signature(status) == snapshot.live_file.signature:
                    self._checked[entry_id] = time.monotonic()
                    return snapshot.shown
        return UNKNOWN

    def current(self, entry_id: str) -> EntrySnapshot:
        """Return one entry, compared with its files, its hand edits recorded."""
        if not is_id(entry_id):
            return NO_ENTRY
        checked = max(self._checked.get(entry_id, self._scanner.scanned), self._scanner.scanned)
        self.refresh()
        snapshot = self.update(entry_id)
        if snapshot.vanishing and time.monotonic() - checked > STALE_SECONDS:
            # It may have been removed long ago; what it showed is checked before it is served.
            time.sleep(GRACE_SECONDS)
            snapshot = self.update(entry_id)
        if snapshot.unrecorded:
            self._committer.record_hand_edits(self._cache.hand_edits(), patience=0)
            snapshot = self._cache.entries.get(entry_id, NO_ENTRY)
        return snapshot

    def update(self, entry_id: str) -> EntrySnapshot:
        """Compare one entry with its files."""
        cached = self._cache.snapshot(entry_id)
        try:
            if cached is NO_ENTRY and not self._exists(entry_id):
                return NO_ENTRY
            return self._sync.update(entry_id, validate=False)
        except Unvalidated:
            if self._scanner.is_long():
                return self._sync.update(entry_id, validate=True)
            self._scanner.scan()
        except OSError as error:
            if cached.shown is None and cached.draft is None:
                raise StoreUnavailable(f"{entry_id!r} cannot be read: {reason(error)}") from error
            log.warning("%s cannot be read, serving the last version: %s", entry_id, error)
        return self._cache.entries.get(entry_id, NO_ENTRY)

    def _exists(self, entry_id: str) -> bool:
        paths = [self._live.file_path(entry_id), self._drafts.file_path(entry_id)]
        if self._scanner.unread:
            paths.append(self._revisions.folder(entry_id))  # its file may have been removed
        return any(map(os.path.lexists, paths))
