"""The store that is a folder of JSON files (``dir:PATH``). See ``docs/store.md``."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from widget.entry import Entry
from widget.entry.model import is_id
from widget.errors import Breach, InsightsError, InvalidEntry, NotFound, StoreUnavailable
from widget.storage.atomic import Disk, reason
from widget.storage.files import signature, told
from widget.storage.lock import PATIENCE_SECONDS, StoreLock
from widget.store.directory.committer import Committer, revision_of
from widget.store.directory.entry_cache import EntryCache, Unvalidated
from widget.store.directory.entry_folder import GRACE_SECONDS, Folder
from widget.store.directory.index_sync import Lists
from widget.store.directory.journal import Journal, steps_of
from widget.store.directory.layout import make_folders, open_folders
from widget.store.directory.revision_log import Revisions
from widget.store.directory.scanner import STALE_SECONDS, Scanner
from widget.store.directory.search_index import Index
from widget.store.directory.snapshot import NOTHING, EntrySnapshot
from widget.store.entry_summary import key_of
from widget.store.protocol import (
    UNKNOWN,
    Action,
    Changed,
    Draft,
    Live,
    Problem,
    Revision,
    Rules,
    Unknown,
    Withdrawn,
)
from widget.store.quarantine import Quarantine, log
from widget.store.query import Key, Query, Row, Tally
from widget.store.validation import check_change, check_entry

AT_ONCE = 500
"""So many entries that were never read are read before the first answer; more, beside it."""
PAUSE_SECONDS = 0.03
"""Between two times that the store is held to record: whoever waits for it comes first."""


class DirStore:
    """A ``Store`` in the folder ``path``; with ``create`` it is made where there is none.

    Where the folder can only be read, readers are served and every change is refused.
    """

    def __init__(
        self,
        path: str,
        rules: Rules,
        changed: Changed | None = None,
        *,
        create: bool = True,
        wait: bool = True,
    ) -> None:
        root = os.path.abspath(path)
        if create:
            make_folders(root)
        else:
            open_folders(root)
        self._problems = Quarantine()
        disk = Disk()
        self._live = Folder(root, "live", self._problems)
        self._drafts = Folder(root, "drafts", self._problems)
        self._revisions = Revisions(root, self._problems)
        journal = Journal(root, disk, self._revisions, self._problems)
        self._index = Index(root)
        self._shelf = EntryCache(
            self._live,
            self._drafts,
            self._revisions,
            journal,
            rules,
            self._problems,
            self._index,
        )
        self._lists = Lists(self._index, self._shelf)
        self._lookout = Scanner(
            self._shelf,
            self._live,
            self._drafts,
            self._revisions,
            self._lists,
            self._problems,
            look=self._look,
            record=lambda: self._writer.record_hand_edits(patience=0),
        )
        self._writer = Committer(
            StoreLock(os.path.join(root, "lock")),
            disk,
            journal,
            self._shelf,
            self._lists,
            self._lookout,
            changed,
        )
        self._seen: dict[str, float] = {}
        self._reading: threading.Thread | None = None
        self._open(wait=wait)

    def _open(self, *, wait: bool) -> None:
        self._writer.recover()
        self._lists.open()
        with told():
            new = len(self._lookout.changed())
        if wait or new <= AT_ONCE:
            self._read_all()
            return
        self._lookout.unread = new
        log.warning(
            "%s entries are new and are read now. Panels are served meanwhile; lists, and "
            "addresses that were not read yet, are answered 503 until that is done",
            f"{new:,}",
        )
        self._reading = threading.Thread(target=self._read_beside, name="reading", daemon=True)
        self._reading.start()

    def _read_beside(self) -> None:
        while self._lookout.unread and not self._lookout.closing.is_set():
            try:
                self._read_all()
            except InsightsError as error:
                log.error("not all entries could be read; it is tried again: %s", error)
                time.sleep(GRACE_SECONDS)
        log.warning("all entries are read and recorded")

    def _read_all(self) -> None:
        self._lookout.refresh(force=True)
        if self._lookout.closing.is_set():
            return
        with told():
            self._lists.opened()
        self._lookout.unread = 0
        self._wait_for_the_vanishing()
        while self._writer.record_hand_edits(patience=PATIENCE_SECONDS):
            if self._lookout.closing.is_set():
                return
            time.sleep(PAUSE_SECONDS)

    def _need_all(self) -> None:
        unread = self._lookout.unread
        if unread:
            message = f"{unread:,} entries are still being read for the first time; try again"
            raise StoreUnavailable(message)

    # Reading

    def live(self, entry_id: str) -> Live | Withdrawn | None:
        """Return what readers see. One stat where nothing changed."""
        shown = self.live_at_once(entry_id)
        return self._current(entry_id).shown if isinstance(shown, Unknown) else shown

    def live_at_once(self, entry_id: str) -> Live | Withdrawn | Unknown | None:
        """Return what readers see, UNKNOWN where it changed or is not live."""
        known = self._shelf.entries.get(entry_id)
        if known is not None and not known.live_file.racy and not known.unsettled:
            try:
                status = os.lstat(self._live.file_path(entry_id))
            except OSError:
                pass
            else:
                if signature(status) == known.live_file.signature:
                    self._seen[entry_id] = time.monotonic()
                    return known.shown
        return UNKNOWN

    def draft(self, entry_id: str) -> Draft | None:
        """Return the draft, or None."""
        return self._current(entry_id).draft

    def find(self, url: str) -> str | None:
        """Return the id of the entry whose address ``url`` is."""
        key = key_of(url)
        if key is None:
            return None
        self._lookout.refresh()
        if key not in self._shelf.owners:
            self._need_all()
            if self._lookout.is_asleep():
                self._lookout.refresh(force=True)
        return self._shelf.owners.get(key)

    def find_at_once(self, url: str) -> str | Unknown | None:
        """Return the id of the entry whose address ``url`` is, UNKNOWN where a look is due."""
        key = key_of(url)
        if key is None:
            return None
        if self._lookout.is_due() or (self._lookout.unread and key not in self._shelf.owners):
            return UNKNOWN
        return self._shelf.owners.get(key)

    def ids(self) -> list[str]:
        """Return the ids of all entries, sorted."""
        self._need_all()
        self._lookout.refresh()
        return sorted(self._shelf.ids())

    def rows(
        self, query: Query, *, limit: int, offset: int = 0, after: Key | None = None
    ) -> list[Row]:
        """Return some of the rows that ``query`` asks for."""
        self._need_all()
        self._lookout.refresh()
        return self._lists.ask(lambda it: it.rows(query, limit=limit, offset=offset, after=after))

    def tally(self, query: Query) -> Tally:
        """Count the rows."""
        self._need_all()
        self._lookout.refresh()
        return self._lists.ask(lambda it: it.tally(query))

    def head(self, entry_id: str) -> int:
        """Return the number of the newest revision, by the names of the files."""
        self._current(entry_id)
        with told():
            numbers = self._revisions.numbers(entry_id) if is_id(entry_id) else []
        return numbers[-1] if numbers else 0

    def history(self, entry_id: str) -> list[Revision]:
        """Return all revisions that can be read, newest first."""
        self._current(entry_id)
        with told():
            return self._revisions.history(entry_id) if is_id(entry_id) else []

    def revision(self, entry_id: str, number: int) -> Revision:
        """Return one revision. Raises NotFound."""
        if not is_id(entry_id) or number < 1:
            raise NotFound(f"there is no revision {number} of {entry_id!r}")
        with told():
            return self._revisions.read(entry_id, number)

    def problems(self, *, thorough: bool = False) -> list[Problem]:
        """Return what is set aside; ``thorough`` reads the revisions that no one read yet."""
        self._lookout.refresh(force=thorough or not self._lookout.is_long())
        if thorough:
            with told():
                self._revisions.check()
        unread = self._lookout.unread
        if unread:
            message = f"{unread:,} entries are still being read for the first time"
            return [Problem("live/", (Breach("$", message),)), *self._problems.listed()]
        return self._problems.listed()

    def look(self) -> None:
        """Look at all files now; at very many of them beside, as ``Scanner`` has it."""
        self._lookout.refresh(force=not self._lookout.is_long())
        self._writer.record_hand_edits(patience=0)

    def close(self) -> None:
        """Release what the store holds open: the index."""
        self._lookout.closing.set()
        if self._reading:
            self._reading.join()
        self._index.close()

    def _current(self, entry_id: str) -> EntrySnapshot:
        """Return what is known of one entry once its own files were looked at."""
        if not is_id(entry_id):
            return NOTHING
        seen = max(self._seen.get(entry_id, self._lookout.scanned), self._lookout.scanned)
        self._lookout.refresh()
        known = self._look(entry_id)
        if known.vanishing and time.monotonic() - seen > STALE_SECONDS:
            # It may have been gone for long; what it showed is not served once more unchecked.
            time.sleep(GRACE_SECONDS)
            known = self._look(entry_id)
        if known.unrecorded:
            self._writer.record_hand_edits(patience=0)
            known = self._shelf.entries.get(entry_id, NOTHING)
        return known

    def _look(self, entry_id: str) -> EntrySnapshot:
        known = self._shelf.known(entry_id)
        try:
            if known is NOTHING and not self._exists(entry_id):
                return NOTHING
            return self._shelf.bring_up_to_date(entry_id, judge=False)
        except Unvalidated:
            if self._lookout.is_long():
                return self._shelf.bring_up_to_date(entry_id, judge=True)
            self._lookout.refresh(force=True)
        except OSError as error:
            if known.shown is None and known.draft is None:
                raise StoreUnavailable(f"{entry_id!r} cannot be read: {reason(error)}") from error
            log.warning("%s cannot be read now, the last state is served: %s", entry_id, error)
        return self._shelf.entries.get(entry_id, NOTHING)

    def _exists(self, entry_id: str) -> bool:
        paths = [self._live.file_path(entry_id), self._drafts.file_path(entry_id)]
        if self._lookout.unread:
            paths.append(self._revisions.folder(entry_id))  # its file may have been removed
        return any(map(os.path.lexists, paths))

    # Keeping up with other processes and with people

    def _wait_for_the_vanishing(self) -> None:
        if any(known.vanishing for known in self._shelf.entries.values()):
            time.sleep(GRACE_SECONDS)
            self._lookout.refresh(force=True)

    # Changing

    def save(
        self, entry: Entry, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        """Keep ``entry`` as the draft. Raises InvalidEntry where it is too long, Conflict."""
        check_entry(entry, entry.to_json())
        with self._change(entry.id, actor, note, head) as known:
            return self._made(known, "save", entry, actor, note)

    def discard(
        self, entry_id: str, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        """Drop the draft. Raises NotFound, Conflict."""
        with self._change(entry_id, actor, note, head) as known:
            if known.draft is None:
                raise NotFound(f"{entry_id!r} has no draft")
            entry = known.draft.entry
            return self._made(known, "discard", entry, actor, note)

    def publish(
        self, entry_id: str, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        """Make the draft live, and drop it. Raises NotFound, InvalidEntry, Conflict."""
        self._need_all()  # whose its addresses are
        with self._change(entry_id, actor, note, head) as known:
            if known.draft is None:
                raise NotFound(f"{entry_id!r} has no draft to publish")
            entry = known.draft.entry
            self._writer.look_at_rivals(entry)
            breaches = self._shelf.breaches(entry)
            if breaches:
                raise InvalidEntry(breaches)
            return self._made(known, "publish", entry, actor, note)

    def withdraw(
        self,
        entry_id: str,
        *,
        actor: str,
        reason: str = "",
        legal: bool = False,
        head: int | None = None,
    ) -> Revision:
        """Take the live entry down; a draft stays. Raises NotFound, Conflict."""
        with self._change(entry_id, actor, reason, head) as known:
            if not isinstance(known.shown, Live):
                raise NotFound(f"{entry_id!r} is not live")
            entry = known.shown.entry
            return self._made(known, "withdraw", entry, actor, reason, legal=legal)

    def adopt(self, revision: Revision) -> None:
        """Append a revision of another store. Raises Conflict, InvalidEntry."""
        self._need_all()
        entry = revision.entry
        with self._writer.locked(entry.id) as known:
            if revision.number != known.standing.head + 1:
                raise self._revisions.conflict(entry.id, revision.number - 1, known.standing.head)
            if revision.action == "publish":
                self._writer.look_at_rivals(entry)
                if taken := self._shelf.taken(entry):
                    raise InvalidEntry(taken)
            self._writer.keep(known, revision, steps_of(revision))

    @contextmanager
    def _change(
        self, entry_id: str, actor: str, note: str, head: int | None
    ) -> Iterator[EntrySnapshot]:
        check_change(entry_id, actor, note)
        with self._writer.locked(entry_id) as known:
            if head is not None and head != known.standing.head:
                raise self._revisions.conflict(entry_id, head, known.standing.head)
            yield known

    def _made(
        self,
        known: EntrySnapshot,
        action: Action,
        entry: Entry,
        actor: str,
        note: str,
        *,
        legal: bool = False,
    ) -> Revision:
        revision = revision_of(known, action, entry, actor, note, legal=legal)
        self._writer.keep(known, revision, steps_of(revision))
        return revision
