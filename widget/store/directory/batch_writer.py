"""Writes many new entries as one change, with few waits for the disk.

Everything is written, and on disk, before the first entry is committed. The commit of an entry is
one ``rename``: of the folder that has all of its revisions. The journal says of each entry what
is left to do after that, so that a crash leaves whole entries, and recovery needs nothing new.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import chain
from typing import TypeVar

from widget.errors import StoreUnavailable
from widget.storage.atomic import Disk, SyncFailed, new_token, reason, remove
from widget.store.batch import Group
from widget.store.directory.journal import Journal
from widget.store.directory.journal_record import FileChange, FolderName, JournalRecord
from widget.store.directory.log_file import Reservation
from widget.store.directory.revision_log import RevisionLog, encode, timestamp
from widget.store.log_chain import logged_changes
from widget.store.protocol import Revision

_AT_ONCE = 16
"""Files that are written at once: the disk confirms several with one write of its own journal."""

T = TypeVar("T")


def files_after(group: Group) -> dict[FolderName, Revision]:
    """Return in which folders a new entry has a file, and which revision's entry that is."""
    found: dict[FolderName, Revision] = {}
    if group.after.live and group.after.live.action == "publish":
        found["live"] = group.after.live
    if group.after.draft:
        found["drafts"] = group.after.draft
    return found


class BatchWriter:
    """Writes new entries, of which no file exists. The caller holds the lock."""

    def __init__(self, root: str, disk: Disk, journal: Journal, revisions: RevisionLog) -> None:
        self._root = root
        self._disk = disk
        self._journal = journal
        self._revisions = revisions

    def apply(self, groups: Sequence[Group]) -> None:
        """Write ``groups``; returns once all of them are on disk.

        Raises StoreUnavailable; its message says whether nothing was saved or nobody knows.
        """
        token = new_token()
        records = {it.entry_id: _record(it, token) for it in groups}
        lines: Reservation | None = None
        try:
            self._prepare(groups, records)
            logged = (logged_changes(it.before.live, it.revisions) for it in groups)
            lines = self._journal.log_file.reserve(list(chain.from_iterable(logged)))
        except SyncFailed as error:
            # Left as after a crash: nobody knows what is on disk.
            raise StoreUnavailable(str(error)) from error
        except BaseException as error:
            self._journal.log_file.cancel(lines)
            self._undo(records)
            if isinstance(error, OSError):
                raise StoreUnavailable(f"{reason(error)}: nothing was saved") from error
            raise
        try:
            self._commit(records, lines)
        except (OSError, SyncFailed) as error:
            if isinstance(error, OSError):
                self._disk.fail("a change was interrupted", error)
            message = f"some of {len(groups)} entries may or may not have been saved"
            raise StoreUnavailable(f"{message}: {self._disk.failure}") from error

    def _prepare(self, groups: Sequence[Group], records: dict[str, JournalRecord]) -> None:
        files: list[tuple[str, bytes]] = []
        folders = []
        for group in groups:
            entry_id, record = group.entry_id, records[group.entry_id]
            folder = self._journal.temporary("revisions", entry_id, record.token)
            os.mkdir(folder, 0o700)
            folders.append(folder)
            files += [(f"{folder}/{it.number:06d}.json", encode(it)) for it in group.revisions]
            for place, revision in files_after(group).items():
                temporary = self._journal.temporary(place, entry_id, record.token)
                files.append((temporary, revision.entry.to_json()))
            temporary = self._journal.temporary("journal", entry_id, record.token)
            files.append((temporary, record.encode()))
        with ThreadPoolExecutor(_AT_ONCE, "writing") as threads:
            _all(threads, lambda file: self._disk.write(*file), files)
            _all(threads, self._disk.sync_folder, folders)
        self._sync("revisions", "live", "drafts")
        for entry_id, record in records.items():
            temporary = self._journal.temporary("journal", entry_id, record.token)
            os.rename(temporary, self._journal.file_path(entry_id))
        self._sync("journal")

    def _commit(self, records: dict[str, JournalRecord], lines: Reservation | None) -> None:
        for entry_id, record in records.items():
            folder = self._journal.temporary("revisions", entry_id, record.token)
            os.rename(folder, self._revisions.folder(entry_id))
        self._sync("revisions")
        for entry_id, record in records.items():
            for place in record.steps:
                temporary = self._journal.temporary(place, entry_id, record.token)
                os.rename(temporary, self._journal.target(place, entry_id))
        self._sync("live", "drafts")
        self._journal.log_file.append(lines)
        for entry_id in records:
            remove(self._journal.file_path(entry_id))

    def _sync(self, *folders: str) -> None:
        for folder in folders:
            self._disk.sync_folder(os.path.join(self._root, folder))

    def _undo(self, records: dict[str, JournalRecord]) -> None:
        for entry_id, record in records.items():
            with suppress(OSError):
                self._journal.undo(record, entry_id)


def _record(group: Group, token: str) -> JournalRecord:
    last = group.revisions[-1]
    steps = {
        place: FileChange(put=True, before=None, number=revision.number)
        for place, revision in files_after(group).items()
    }
    first = group.revisions[0].number
    at = timestamp(last.at)
    return JournalRecord(token, last.number, at, last.actor, last.action, steps, first)


def _all(threads: ThreadPoolExecutor, call: Callable[[T], object], items: Iterable[T]) -> None:
    """Call once for each item; raises the first error after all that have begun have ended."""
    for _ in threads.map(call, items):
        pass
