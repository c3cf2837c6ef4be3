"""Makes each change atomic: see ``docs/decisions/0002-directory-store.md``.

A change is a new revision, and files of ``live/`` and ``drafts/`` that are put or removed.
Everything that can run out of space happens before the commit, which is the link that gives the
revision its number. After a crash the journal says which change was interrupted; recovery
touches nothing else.
"""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import suppress

from widget.entry.containment import contained
from widget.entry.json_input import MAX_BYTES
from widget.errors import Breach, Conflict, InvalidEntry, NotFound, StoreUnavailable, message
from widget.storage.atomic import Disk, SyncFailed, new_token, reason, remove
from widget.storage.files import InvalidFile, fingerprint, read_regular
from widget.store.directory.journal_record import (
    FOLDER_NAMES,
    FileChange,
    FolderName,
    JournalRecord,
)
from widget.store.directory.log_file import LogFile, Reservation
from widget.store.directory.revision_log import RevisionLog, encode, timestamp
from widget.store.log_chain import logged_changes
from widget.store.protocol import Revision
from widget.store.quarantine import Quarantine, log

_MAX_JOURNAL_BYTES = 64 * 1024


def _remove(path: str) -> None:
    """Remove a temporary file, or a temporary folder with revisions."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        remove(path)


class Journal:
    """Applies changes, and recovers those that a crash interrupted. The caller holds the lock."""

    def __init__(
        self, root: str, disk: Disk, revisions: RevisionLog, quarantine: Quarantine
    ) -> None:
        self._root = root
        self.path = os.path.join(root, "journal")
        self._disk = disk
        self._revisions = revisions
        self._quarantine = quarantine
        self.log_file = LogFile(root, disk)

    def apply(
        self, revision: Revision, steps: dict[FolderName, bool], before: Revision | None
    ) -> None:
        """Append ``revision`` and put (True) or remove (False) files; returns once on disk.

        ``before`` is what was last published or withdrawn. Raises Conflict where the number is
        taken, StoreUnavailable otherwise; its message says whether nothing was saved or nobody
        knows.
        """
        entry_id = revision.entry.id
        record = self._record(revision, steps)
        lines: Reservation | None = None
        try:
            self._prepare(record, revision)
            lines = self.log_file.reserve(logged_changes(before, [revision]))
            self._link(record, revision)
        except SyncFailed as error:
            # Left as after a crash: nobody knows what is on disk.
            raise StoreUnavailable(str(error)) from error
        except BaseException as error:
            self.log_file.cancel(lines)
            with suppress(OSError):
                self.undo(record, entry_id)
            if isinstance(error, OSError):
                raise StoreUnavailable(f"{reason(error)}: nothing was saved") from error
            raise
        try:
            self._disk.sync_folder(self._revisions.folder(entry_id))
            for place, step in record.steps.items():
                self._apply_step(place, step, entry_id, record.token)
            self.log_file.append(lines)
            remove(self.temporary("revisions", entry_id, record.token))
            if record.is_written:
                remove(self.file_path(entry_id))
        except (OSError, SyncFailed) as error:
            if isinstance(error, OSError):
                self._disk.fail("a change was interrupted", error)
            message = f"revision {revision.number} of {entry_id!r} may or may not have been saved"
            raise StoreUnavailable(f"{message}: {self._disk.failure}") from error

    def _record(self, revision: Revision, steps: dict[FolderName, bool]) -> JournalRecord:
        try:
            planned = {
                place: self._step(place, revision.entry.id, put=put) for place, put in steps.items()
            }
        except OSError as error:
            raise StoreUnavailable(f"{reason(error)}: nothing was saved") from error
        at = timestamp(revision.at)
        return JournalRecord(
            new_token(), revision.number, at, revision.actor, revision.action, planned
        )

    def _step(self, place: FolderName, entry_id: str, *, put: bool) -> FileChange:
        path = self.target(place, entry_id)
        if put and os.path.lexists(path) and not stat.S_ISREG(os.lstat(path).st_mode):
            message = f"{place}/{entry_id}.json is not a regular file: remove it; nothing was saved"
            raise StoreUnavailable(message)
        return FileChange(put, fingerprint(path, MAX_BYTES))

    def _prepare(self, record: JournalRecord, revision: Revision) -> None:
        entry_id = revision.entry.id
        folder = self._revisions.folder(entry_id)
        if not os.path.isdir(folder):
            os.mkdir(folder, 0o700)
            self._disk.sync_folder(self._revisions.path)
        self._disk.write(self.temporary("revisions", entry_id, record.token), encode(revision))
        for place, step in record.steps.items():
            if step.put:
                temporary = self.temporary(place, entry_id, record.token)
                self._disk.write(temporary, revision.entry.to_json())
                self._disk.sync_folder(os.path.join(self._root, place))
        if record.is_written:
            temporary = self.temporary("journal", entry_id, record.token)
            self._disk.write(temporary, record.encode())
            os.rename(temporary, self.file_path(entry_id))
            self._disk.sync_folder(self.path)

    def _link(self, record: JournalRecord, revision: Revision) -> None:
        source = self.temporary("revisions", revision.entry.id, record.token)
        target = self._revisions.file_path(revision.entry.id, revision.number)
        try:
            os.link(source, target, follow_symlinks=False)
        except OSError as error:
            if self._is_same(source, target):
                return  # A network file system repeated a call that had succeeded.
            if isinstance(error, FileExistsError):
                first = message(
                    "revision %(number)d of %(entry)r came first",
                    number=revision.number,
                    entry=revision.entry.id,
                )
                raise Conflict(first, head=revision.number) from error
            raise

    def _apply_step(self, place: FolderName, step: FileChange, entry_id: str, token: str) -> None:
        target = self.target(place, entry_id)
        if step.put:
            os.rename(self.temporary(place, entry_id, token), target)
        elif step.before is not None and os.path.lexists(target):
            if not stat.S_ISREG(os.lstat(target).st_mode):
                return
            remove(target)
        else:
            return
        self._disk.sync_folder(os.path.join(self._root, place))

    def is_open(self, entry_id: str) -> bool:
        """Say whether a change of this entry is in progress or was interrupted."""
        return os.path.lexists(self.file_path(entry_id))

    def recover_all(self) -> None:
        """Finish or undo every interrupted change, and remove temporary files.

        Raises OSError, SyncFailed.
        """
        for name in sorted(os.listdir(self.path)):
            entry_id, dot, suffix = name.rpartition(".")
            if dot and suffix == "json" and not name.startswith("."):
                self._recover_contained(entry_id)
        for folder in ("live", "drafts", "journal", "revisions"):
            path = os.path.join(self._root, folder)
            for name in os.listdir(path):
                if name.startswith(".") and name.endswith(".insights-tmp"):
                    _remove(os.path.join(path, name))

    def _recover_contained(self, entry_id: str) -> None:
        try:
            contained("finishing its change", lambda: self.recover(entry_id))
        except InvalidEntry as error:
            self._quarantine.report(f"journal/{entry_id}.json", 0, error.breaches)

    def recover(self, entry_id: str) -> bool:
        """Finish or undo the interrupted change of this entry, if there is one.

        Returns whether there was one. Raises OSError, SyncFailed.
        """
        where = f"journal/{entry_id}.json"
        try:
            data, _ = read_regular(self.file_path(entry_id), _MAX_JOURNAL_BYTES)
            record = JournalRecord.decode(data)
        except FileNotFoundError:
            self._quarantine.clear(where)
            return False
        except InvalidFile as error:
            self._quarantine.report(where, 0, [error.breach])
            return False
        taken = self._revisions.numbers(entry_id)
        if taken and taken[-1] > record.number:
            self.undo(record, entry_id)  # It finished; only the removal of the journal was lost.
            return True
        try:
            revision = self._revisions.read(entry_id, record.number)
        except NotFound as error:
            if record.number in taken:
                self._quarantine.report(where, 0, [Breach("$", f"cannot be finished: {error}")])
                return False
            revision = None
        if revision is not None and record.describes(revision):
            log.warning("finishing the interrupted %s of %s", record.action, entry_id)
            self._finish(record, revision)
        else:
            log.warning("undoing the interrupted %s of %s", record.action, entry_id)
            self.undo(record, entry_id)
        return True

    def _finish(self, record: JournalRecord, revision: Revision) -> None:
        # A second fsync may report success for data that the first one lost, so everything is
        # written again.
        entry_id = revision.entry.id
        fresh = new_token()
        revisions = {revision.number: revision}
        for number in range(record.first or revision.number, revision.number):
            with suppress(NotFound):  # set aside: it cannot be written again
                revisions[number] = self._revisions.read(entry_id, number)
        for number, each in revisions.items():
            path = self._revisions.file_path(entry_id, number)
            self._replace("revisions", entry_id, fresh, encode(each), path)
        self._disk.sync_folder(self._revisions.folder(entry_id))
        self._disk.sync_folder(self._revisions.path)
        for place, step in record.steps.items():
            shown = revisions.get(step.number or revision.number)
            if shown:
                self._finish_step(place, step, record, shown, fresh)
        self._log_late(record, entry_id)
        self.undo(record, entry_id)

    def _log_late(self, record: JournalRecord, entry_id: str) -> None:
        """Append the lines of a committed change to the log, if they are not there."""
        first = record.first or record.number
        history = reversed(self._revisions.history(entry_id))
        changes = logged_changes(None, list(history))
        ours = [it for it in changes if first <= it.revision.number <= record.number]
        self.log_file.make_up(ours)

    def _finish_step(
        self,
        place: FolderName,
        step: FileChange,
        record: JournalRecord,
        revision: Revision,
        fresh: str,
    ) -> None:
        entry_id = revision.entry.id
        target = self.target(place, entry_id)
        now = fingerprint(target, MAX_BYTES)
        if not step.put:
            if now is not None and now == step.before:
                self._apply_step(place, step, entry_id, record.token)
            self._disk.sync_folder(os.path.join(self._root, place))
            return
        document = revision.entry.to_json()
        temporary = self.temporary(place, entry_id, record.token)
        waiting = os.path.lexists(temporary) and now == step.before
        if waiting:
            # Through the change's own temporary file: as long as it exists the step is open, so
            # that a crash here cannot restore a file that a person removes later.
            self._replace(place, entry_id, fresh, document, temporary)
            os.rename(temporary, target)
        elif self._holds(target, document):
            self._replace(place, entry_id, fresh, document, target)
        else:
            return  # a person changed or removed it since, which is the newer change
        self._disk.sync_folder(os.path.join(self._root, place))

    def _replace(self, folder: str, entry_id: str, token: str, data: bytes, target: str) -> None:
        temporary = self.temporary(folder, entry_id, token)
        self._disk.write(temporary, data)
        os.rename(temporary, target)

    def undo(self, record: JournalRecord, entry_id: str) -> None:
        """Remove the temporary files of a change, and its record."""
        _remove(self.temporary("revisions", entry_id, record.token))
        for place in FOLDER_NAMES:
            remove(self.temporary(place, entry_id, record.token))
        remove(self.temporary("journal", entry_id, record.token))
        if record.is_written:
            remove(self.file_path(entry_id))

    def file_path(self, entry_id: str) -> str:
        """Return the path of the journal of an entry's change."""
        return f"{self.path}/{entry_id}.json"

    def target(self, place: FolderName, entry_id: str) -> str:
        """Return the path of an entry's file."""
        return f"{self._root}/{place}/{entry_id}.json"

    def temporary(self, folder: str, entry_id: str, token: str) -> str:
        """Return the path of a file of a change before it is put in its place."""
        return f"{self._root}/{folder}/.{entry_id}.{token}.insights-tmp"

    @staticmethod
    def _holds(path: str, document: bytes) -> bool:
        try:
            return read_regular(path, MAX_BYTES)[0] == document
        except (FileNotFoundError, InvalidFile):
            return False

    @staticmethod
    def _is_same(source: str, target: str) -> bool:
        try:
            return os.path.samestat(os.lstat(source), os.lstat(target))
        except OSError:
            return False
