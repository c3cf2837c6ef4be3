"""Commits changes of many entries at once."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

from widget.entry.containment import or_else
from widget.errors import InsightsError, StoreUnavailable
from widget.storage.atomic import Disk
from widget.storage.files import RACY_SECONDS
from widget.storage.lock import StoreLock
from widget.store.batch import BatchPlan, Group, Request, plan_batch
from widget.store.directory.batch_writer import BatchWriter, files_after
from widget.store.directory.committer import Committer
from widget.store.directory.entry_cache import EntryCache
from widget.store.directory.entry_folder import EntryFolder
from widget.store.directory.index_sync import IndexSync
from widget.store.directory.journal import Journal
from widget.store.directory.journal_record import FOLDER_NAMES, files_changed_by
from widget.store.directory.revision_log import RevisionLog
from widget.store.protocol import ChangeListener
from widget.store.quarantine import log
from widget.store.state import EntryState


class BatchCommitter:
    """Writes new entries together, and changes existing ones one after the other."""

    def __init__(
        self,
        lock: StoreLock,
        disk: Disk,
        committer: Committer,
        writer: BatchWriter,
        cache: EntryCache,
        sync: IndexSync,
        journal: Journal,
        revisions: RevisionLog,
        folders: Sequence[EntryFolder],
        on_change: ChangeListener | None,
    ) -> None:
        self._lock = lock
        self._disk = disk
        self._committer = committer
        self._writer = writer
        self._cache = cache
        self._sync = sync
        self._journal = journal
        self._revisions = revisions
        self._folders = dict(zip(FOLDER_NAMES, folders, strict=True))
        self._on_change = on_change

    def append_all(self, requests: Sequence[Request]) -> list[InsightsError | None]:
        """Commit what ``requests`` ask for; returns why each was refused, None if it was not."""
        refusals: list[InsightsError | None] = [None] * len(requests)
        new: list[tuple[int, Request]] = []
        for place, request in enumerate(requests):
            if self._is_new(request.entry_id):
                new.append((place, request))
                continue
            try:
                self._append_each(request)
            except StoreUnavailable:
                raise
            except InsightsError as error:
                refusals[place] = error
        if new:
            plan = self._append_new([request for _, request in new])
            for (place, _), refusal in zip(new, plan.refusals, strict=True):
                refusals[place] = refusal
        return refusals

    def _is_new(self, entry_id: str) -> bool:
        paths = [self._revisions.folder(entry_id), self._journal.file_path(entry_id)]
        paths += [folder.file_path(entry_id) for folder in self._folders.values()]
        return not any(map(os.path.lexists, paths))

    def _append_each(self, request: Request) -> None:
        with self._committer.locked(request.entry_id) as snapshot:
            self._committer.update_owners(request.keys)
            states = {request.entry_id: snapshot.state}
            plan = plan_batch([request], states, self._cache.url_owners.get)
            for refusal in filter(None, plan.refusals):
                raise refusal
            for revision in plan.revisions:
                self._committer.commit(snapshot, revision, files_changed_by(revision))
                snapshot = replace(snapshot, state=snapshot.state.after(revision))

    def _append_new(self, requests: Sequence[Request]) -> BatchPlan:
        with self._lock.held():
            if self._disk.failure:
                raise StoreUnavailable(self._disk.failure)
            if not all(self._is_new(it.entry_id) for it in requests):
                raise StoreUnavailable("another process makes the same entries; try again")
            self._committer.update_owners({key for it in requests for key in it.keys})
            states = {it.entry_id: EntryState() for it in requests}
            plan = plan_batch(requests, states, self._cache.url_owners.get)
            groups = list(plan.groups.values())
            if groups:
                ids = [group.entry_id for group in groups]
                self._sync.mark_pending(*ids)
                self._writer.apply(groups)
                written = time.time()
                self._update(groups, written)
                self._sync.clear_pending(*ids)
        if self._on_change:
            for revision in plan.revisions:
                or_else("notifying of a change", partial(self._on_change, revision), None)
        return plan

    def _update(self, groups: Iterable[Group], written: float) -> None:
        # Files that were written just now would be read again by the next scan, and all entries
        # stay in memory until then.
        time.sleep(max(0.0, min(RACY_SECONDS, written + 1.2 * RACY_SECONDS - time.time())))
        with self._sync.batch():
            for group in groups:
                for place, revision in files_after(group).items():
                    self._folders[place].expect(group.entry_id, revision.entry)
                try:
                    self._sync.update(group.entry_id, validate=True, state=group.after)
                except OSError as error:
                    # It is on disk; the next scan finds it.
                    log.warning("%s was saved, but cannot be read: %s", group.entry_id, error)
