"""Commits changes to disk, and records those that people made in the files as revisions."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial

from widget.entry import Entry
from widget.entry.containment import contained, or_else
from widget.errors import InsightsError, StoreUnavailable
from widget.storage.atomic import Disk, SyncFailed, reason
from widget.storage.files import unavailable_on_os_error
from widget.storage.lock import Busy, ReadOnly, StoreLock
from widget.store.directory.entry_cache import EntryCache, Unvalidated
from widget.store.directory.entry_folder import ABSENT
from widget.store.directory.index_sync import IndexSync
from widget.store.directory.journal import Journal
from widget.store.directory.journal_record import FolderName
from widget.store.directory.scanner import Scanner
from widget.store.directory.snapshot import NO_ENTRY, EntrySnapshot
from widget.store.entry_summary import lookup_keys
from widget.store.log_line import LogLine
from widget.store.protocol import Action, ChangeListener, Revision
from widget.store.quarantine import log, warn_read_only
from widget.store.state import FILE_ACTOR, now
from widget.store.workflow import Workflow

RETRY_SECONDS = 5.0
RECORD_SECONDS = 0.5
"""How long the lock is held at most to record hand edits."""
_OF_THE_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})


class Committer:
    """Commits one change at a time: lock, journal, cache, index, then the listener."""

    def __init__(
        self,
        lock: StoreLock,
        disk: Disk,
        journal: Journal,
        cache: EntryCache,
        sync: IndexSync,
        scanner: Scanner,
        on_change: ChangeListener | None,
    ) -> None:
        self._lock = lock
        self._disk = disk
        self._journal = journal
        self._cache = cache
        self._sync = sync
        self._scanner = scanner
        self._on_change = on_change
        self._record_after = 0.0

    def recover(self) -> None:
        """Finish or undo changes that a crash interrupted."""
        try:
            with self._lock.held():
                self._journal.recover_all()
        except ReadOnly as error:
            warn_read_only(str(error))
        except (OSError, SyncFailed, StoreUnavailable) as error:
            why = reason(error) if isinstance(error, OSError) else error
            log.error("interrupted changes cannot be finished: %s", why)

    def record_hand_edits(self, entry_ids: list[str], *, patience: float) -> bool:
        """Append revisions for hand edits, which readers see either way.

        Other changes wait meanwhile, so very many are recorded in several calls: returns whether
        some are left. Waits at most ``patience`` seconds for the lock. Logs errors.
        """
        clock = time.monotonic()
        if not entry_ids or self._disk.failure or clock < self._record_after:
            return False
        try:
            with self._lock.held(patience=patience):
                until = time.monotonic() + RECORD_SECONDS
                for number, entry_id in enumerate(entry_ids):
                    if number and time.monotonic() > until:
                        return True
                    if not self._record_contained(entry_id):
                        self._record_after = clock + RETRY_SECONDS
        except Busy:
            return False
        except ReadOnly as error:
            self._record_after = clock + RETRY_SECONDS
            warn_read_only(str(error))
        except (OSError, InsightsError) as error:
            self._record_after = clock + RETRY_SECONDS
            log.error("hand edits are served, but could not be recorded: %s", error)
        return False

    def _record_contained(self, entry_id: str) -> bool:
        """Record the hand edits of one entry; return whether that succeeded.

        Raises the errors that affect all entries: SyncFailed, ReadOnly, a full disk.
        """
        try:
            contained("recording it", lambda: self._settle(entry_id))
        except (SyncFailed, ReadOnly):
            raise
        except (OSError, InsightsError) as error:
            if isinstance(error.__cause__, OSError) and error.__cause__.errno in _OF_THE_DISK:
                raise
            log.error("%s: the hand edit is served, but could not be recorded: %s", entry_id, error)
            return False
        return True

    def _settle(self, entry_id: str) -> EntrySnapshot:
        """Finish an interrupted change and record hand edits. The caller holds the lock."""
        if self._journal.recover(entry_id):
            self._scanner.scan()
        try:
            snapshot = self._sync.update(entry_id, validate=self._scanner.is_long())
        except Unvalidated:
            self._scanner.scan()
            snapshot = self._cache.entries.get(entry_id, NO_ENTRY)
        while snapshot.unrecorded:
            before = snapshot.state
            snapshot = self._record(entry_id, snapshot)
            if snapshot.state.head == before.head:
                break
        return snapshot

    def _record(self, entry_id: str, snapshot: EntrySnapshot) -> EntrySnapshot:
        last = snapshot.state
        live, draft = snapshot.live_file.entry, snapshot.draft_file.entry
        if "live" in snapshot.unrecorded and live is not None:
            return self._append(entry_id, snapshot, "publish", live, FILE_ACTOR)
        if "live" in snapshot.unrecorded and snapshot.live_file is ABSENT and last.live is not None:
            return self._append(entry_id, snapshot, "withdraw", last.live.entry, FILE_ACTOR)
        if "drafts" in snapshot.unrecorded and draft is not None:
            return self._append(entry_id, snapshot, "save", draft, FILE_ACTOR)
        if "drafts" in snapshot.unrecorded and last.draft is not None:
            return self._append(entry_id, snapshot, "discard", last.draft.entry, FILE_ACTOR)
        return snapshot

    def _append(
        self, entry_id: str, snapshot: EntrySnapshot, action: Action, entry: Entry, actor: str
    ) -> EntrySnapshot:
        self.commit(snapshot, next_revision(snapshot, action, entry, actor), {})
        return self._cache.entries.get(entry_id, NO_ENTRY)

    @contextmanager
    def locked(self, entry_id: str) -> Iterator[EntrySnapshot]:
        """Hold the lock for a change of one entry, which is up to date. Raises StoreUnavailable."""
        with self._lock.held():
            if self._disk.failure:
                raise StoreUnavailable(self._disk.failure)
            try:
                snapshot = self._settle(entry_id)
            except OSError as error:
                raise StoreUnavailable(f"{reason(error)}: nothing was saved") from error
            except SyncFailed as error:
                raise StoreUnavailable(str(error)) from error
            yield snapshot

    def adopt_log(self, lines: Sequence[LogLine]) -> bool:
        """Append lines of another store's log, if they continue this one."""
        with self._lock.held(), unavailable_on_os_error():
            if self._disk.failure:
                raise StoreUnavailable(self._disk.failure)
            try:
                return self._journal.log_file.adopt(lines)
            except SyncFailed as error:
                raise StoreUnavailable(str(error)) from error

    def update_url_owners(self, entry: Entry) -> None:
        """Update the entries that own the URLs of ``entry``. The caller holds the lock."""
        self.update_owners(lookup_keys(entry))

    def update_owners(self, keys: Iterable[str]) -> None:
        """Update the entries that own lookup keys. The caller holds the lock."""
        owners = self._sync.url_owners(keys)
        if owners is None:
            self._scanner.scan()
            return
        for entry_id in owners:
            try:
                self._sync.update(entry_id, validate=False)
            except Unvalidated:
                self._scanner.scan()

    def commit(
        self, snapshot: EntrySnapshot, revision: Revision, files: dict[FolderName, bool]
    ) -> None:
        """Put a revision and its files on disk, and notify of it."""
        entry_id = revision.entry.id
        self._sync.mark_pending(entry_id)
        self._journal.apply(revision, files, snapshot.state.live)
        if revision.action == "annotate":
            # Other processes look at the file that readers get, and at nothing else.
            with suppress(OSError):
                os.utime(self._journal.target("live", entry_id))
        try:
            state = snapshot.state.after(revision)
            self._sync.update(entry_id, validate=True, state=state)
            self._sync.clear_pending(entry_id)
        except OSError as error:
            # It is on disk; the next scan finds it.
            log.warning("%s was changed, but cannot be read: %s", entry_id, error)
        if self._on_change:
            notify = partial(self._on_change, revision)
            or_else("notifying of a change", notify, None)


def next_revision(
    snapshot: EntrySnapshot,
    action: Action,
    entry: Entry,
    actor: str,
    note: str = "",
    *,
    legal: bool = False,
    workflow: Workflow | None = None,
    detail: str = "",
) -> Revision:
    """Return the next revision of an entry, at the current time.

    ``workflow`` is what a desk action leaves; of other actions it follows from the document.
    """
    state = snapshot.state
    after = state.workflow.after(action, entry, actor) if workflow is None else workflow
    return Revision(state.head + 1, now(), actor, action, note, entry, legal, after, detail)
