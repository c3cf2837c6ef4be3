"""Putting changes of a folder's entries on disk, those that people made by hand among them."""

from __future__ import annotations

import errno
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from widget.entry import Entry
from widget.entry.containment import contained, or_else
from widget.errors import InsightsError, StoreUnavailable
from widget.storage.atomic import Disk, SyncFailed, reason
from widget.storage.lock import Busy, ReadOnly, StoreLock
from widget.store.directory.entry_cache import EntryCache, Unvalidated
from widget.store.directory.entry_folder import ABSENT
from widget.store.directory.index_sync import IndexSync
from widget.store.directory.journal import Journal, Place
from widget.store.directory.scanner import Scanner
from widget.store.directory.snapshot import NOTHING, EntrySnapshot
from widget.store.entry_summary import keys_of
from widget.store.protocol import Action, Changed, Revision
from widget.store.quarantine import log, say_read_only
from widget.store.state import FILE_ACTOR, now

RETRY_SECONDS = 5.0
RECORD_SECONDS = 0.5
"""For so long the store is held to record what people did to files."""
_OF_THE_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})


class Committer:
    """One change at a time: the lock, the journal, what is snapshot, the index, and who is told."""

    def __init__(
        self,
        lock: StoreLock,
        disk: Disk,
        journal: Journal,
        cache: EntryCache,
        sync: IndexSync,
        scanner: Scanner,
        changed: Changed | None,
    ) -> None:
        self._lock = lock
        self._disk = disk
        self._journal = journal
        self._cache = cache
        self._sync = sync
        self._scanner = scanner
        self._changed = changed
        self._record_after = 0.0

    def recover(self) -> None:
        """Finish or undo what a crash cut short."""
        try:
            with self._lock.held():
                self._journal.recover_all()
        except ReadOnly as error:
            say_read_only(str(error))
        except (OSError, SyncFailed, StoreUnavailable) as error:
            why = reason(error) if isinstance(error, OSError) else error
            log.error("changes that were cut short are left as they are: %s", why)

    def record_hand_edits(self, entry_ids: list[str], *, patience: float) -> bool:
        """Append revisions for what people did to the files; readers see it either way.

        Other changes wait meanwhile, so very many are recorded in several calls: returns whether
        some are left. Waits ``patience`` seconds for the lock.
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
            say_read_only(str(error))
        except (OSError, InsightsError) as error:
            self._record_after = clock + RETRY_SECONDS
            log.error("changes by hand are served and could not be recorded: %s", error)
        return False

    def _record_contained(self, entry_id: str) -> bool:
        """Record what was done to one entry; say whether it worked.

        Raises what would keep all others from being recorded, too: SyncFailed, a full disk.
        """
        try:
            contained("recording it", lambda: self._settle(entry_id))
        except (SyncFailed, ReadOnly):
            raise
        except (OSError, InsightsError) as error:
            if isinstance(error.__cause__, OSError) and error.__cause__.errno in _OF_THE_DISK:
                raise
            log.error("%s was changed by hand, which is not recorded: %s", entry_id, error)
            return False
        return True

    def _settle(self, entry_id: str) -> EntrySnapshot:
        """Finish what was cut short and record what was done by hand. The lock is held."""
        if self._journal.recover(entry_id):
            self._scanner.scan()
        try:
            snapshot = self._sync.update(entry_id, validate=self._scanner.is_long())
        except Unvalidated:
            self._scanner.scan()
            snapshot = self._cache.entries.get(entry_id, NOTHING)
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
        self.commit(snapshot, revision_of(snapshot, action, entry, actor), {})
        return self._cache.entries.get(entry_id, NOTHING)

    @contextmanager
    def locked(self, entry_id: str) -> Iterator[EntrySnapshot]:
        """Hold the store for a change of one entry, which is as its files are. StoreUnavailable."""
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

    def update_url_owners(self, entry: Entry) -> None:
        """Know who owns the addresses of ``entry``. The lock is held: nobody changes that now."""
        rivals = self._sync.url_owners(keys_of(entry))
        if rivals is None:
            self._scanner.scan()
            return
        for entry_id in rivals:
            try:
                self._sync.update(entry_id, validate=False)
            except Unvalidated:
                self._scanner.scan()

    def commit(self, snapshot: EntrySnapshot, revision: Revision, steps: dict[Place, bool]) -> None:
        """Put a revision and its steps on disk, and tell of it."""
        entry_id = revision.entry.id
        self._sync.mark_pending(entry_id)
        self._journal.apply(revision, steps)
        try:
            state = snapshot.state.after(revision)
            self._sync.update(entry_id, validate=True, state=state)
            self._sync.clear_pending(entry_id)
        except OSError as error:
            # It is on disk all the same; the next look finds it.
            log.warning("%s was changed and cannot be read now: %s", entry_id, error)
        if self._changed:
            tell = partial(self._changed, revision)
            or_else("telling of a change", tell, None)


def revision_of(
    snapshot: EntrySnapshot,
    action: Action,
    entry: Entry,
    actor: str,
    note: str = "",
    *,
    legal: bool = False,
) -> Revision:
    """Return the revision that is next, made now."""
    return Revision(snapshot.state.head + 1, now(), actor, action, note, entry, legal)
