"""The store that is a folder of JSON files (``dir:PATH``). See ``docs/store.md``."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from widget.entry import Entry
from widget.entry.gate import MAX_BYTES
from widget.errors import Breach, Conflict, InsightsError, InvalidEntry, NotFound, StoreUnavailable
from widget.store.durable import Disk, SyncFailed, reason
from widget.store.folder import GRACE_SECONDS, Folder, is_id
from widget.store.journal import Journal, Place
from widget.store.layout import make_folders
from widget.store.lock import PATIENCE_SECONDS, Busy, StoreLock
from widget.store.problems import Problems, log
from widget.store.protocol import Action, Draft, Live, Problem, Revision, Rules, Withdrawn
from widget.store.reading import ABSENT, signature
from widget.store.revisions import FILE_ACTOR, MAX_NOTE, Revisions
from widget.store.shelf import NOTHING, Known, Shelf, Unjudged, key_of

SCAN_SECONDS = 0.5
# From here on an old index is worth waiting for: answers are at most a second old.
STALE_SECONDS = 0.6
RETRY_SECONDS = 5.0


class DirStore:
    """A ``Store`` in the folder ``path``, which is made where it does not exist."""

    def __init__(self, path: str, rules: Rules) -> None:
        root = os.path.abspath(path)
        make_folders(root)
        self._problems = Problems()
        self._disk = Disk()
        self._lock = StoreLock(os.path.join(root, "lock"))
        self._live = Folder(root, "live", self._problems)
        self._drafts = Folder(root, "drafts", self._problems)
        self._revisions = Revisions(root, self._problems)
        self._journal = Journal(root, self._disk, self._revisions, self._problems)
        self._shelf = Shelf(
            self._live, self._drafts, self._revisions, self._journal, rules, self._problems
        )
        self._scanning = threading.Lock()
        self._scanned = float("-inf")
        self._seen: dict[str, float] = {}
        self._record_after = 0.0
        self._open()

    def _open(self) -> None:
        try:
            with self._lock.held():
                self._journal.recover_all()
        except (OSError, SyncFailed, StoreUnavailable) as error:
            why = reason(error) if isinstance(error, OSError) else error
            log.error("changes that were cut short are left as they are: %s", why)
        self._refresh(force=True)
        self._wait_for_the_vanishing()
        self._record_hand_edits(patience=PATIENCE_SECONDS)

    # Reading

    def live(self, entry_id: str) -> Live | Withdrawn | None:
        """Return what readers see. One stat where nothing changed."""
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
        return self._current(entry_id).shown

    def draft(self, entry_id: str) -> Draft | None:
        """Return the draft, or None."""
        return self._current(entry_id).draft

    def find(self, url: str) -> str | None:
        """Return the id of the entry whose address ``url`` is."""
        key = key_of(url)
        if key is None:
            return None
        self._refresh()
        return self._shelf.owners.get(key)

    def ids(self) -> list[str]:
        """Return the ids of all entries, sorted."""
        self._refresh()
        entries = list(self._shelf.entries.items())
        return sorted(
            entry_id
            for entry_id, known in entries
            if known.standing.head or known.draft is not None or known.shown is not None
        )

    def head(self, entry_id: str) -> int:
        """Return the number of the newest revision, by the names of the files."""
        self._current(entry_id)
        with _told():
            numbers = self._revisions.numbers(entry_id) if is_id(entry_id) else []
        return numbers[-1] if numbers else 0

    def history(self, entry_id: str) -> list[Revision]:
        """Return all revisions that can be read, newest first."""
        self._current(entry_id)
        with _told():
            return self._revisions.history(entry_id) if is_id(entry_id) else []

    def revision(self, entry_id: str, number: int) -> Revision:
        """Return one revision. Raises NotFound."""
        if not is_id(entry_id) or number < 1:
            raise NotFound(f"there is no revision {number} of {entry_id!r}")
        with _told():
            return self._revisions.read(entry_id, number)

    def problems(self) -> list[Problem]:
        """Return everything that is set aside; reads the revisions that no one read yet."""
        self._refresh(force=True)
        with _told():
            self._revisions.check()
        return self._problems.listed()

    def close(self) -> None:
        """Release what the store holds open: nothing."""

    def _current(self, entry_id: str) -> Known:
        """Return what is known of one entry once its own files were looked at."""
        if not is_id(entry_id):
            return NOTHING
        seen = max(self._seen.get(entry_id, self._scanned), self._scanned)
        self._refresh()
        known = self._look(entry_id)
        if known.vanishing and time.monotonic() - seen > STALE_SECONDS:
            # It may have been gone for long; what it showed is not served once more unchecked.
            time.sleep(GRACE_SECONDS)
            known = self._look(entry_id)
        if known.unrecorded:
            self._record_hand_edits(patience=0)
            known = self._shelf.entries.get(entry_id, NOTHING)
        return known

    def _look(self, entry_id: str) -> Known:
        known = self._shelf.entries.get(entry_id)
        try:
            if known is None and not self._exists(entry_id):
                return NOTHING
            return self._shelf.bring_up_to_date(entry_id, judge=False)
        except Unjudged:
            self._refresh(force=True)
        except OSError as error:
            if known is None:
                raise StoreUnavailable(f"{entry_id!r} cannot be read: {reason(error)}") from error
            log.warning("%s cannot be read now, the last state is served: %s", entry_id, error)
        return self._shelf.entries.get(entry_id, NOTHING)

    def _exists(self, entry_id: str) -> bool:
        return any(
            os.path.lexists(path)
            for path in (self._live.file_path(entry_id), self._drafts.file_path(entry_id))
        )

    # Keeping up with other processes and with people

    def _refresh(self, *, force: bool = False) -> None:
        """Bring the index up to date where it is older than SCAN_SECONDS, or by ``force``."""
        asked = time.monotonic()
        age = asked - self._scanned
        if age < SCAN_SECONDS and not force:
            return
        # While another thread looks, an index that is young enough is used as it is.
        if not self._scanning.acquire(blocking=force or age > STALE_SECONDS):
            return
        try:
            if self._scanned < asked:
                started = time.monotonic()
                with _told():
                    self._scan()
                self._scanned = started
        finally:
            self._scanning.release()
        if not force:
            self._record_hand_edits(patience=0)

    def _scan(self) -> None:
        entries = self._shelf.entries
        ids = self._live.changed() | self._drafts.changed()
        in_order = list(entries.items())
        ids |= {entry_id for entry_id, known in in_order if known.unsettled}
        revised = set(self._revisions.ids())
        ids |= revised - entries.keys()
        for entry_id, known in in_order:
            # Where there is a live file, that changes with every publication.
            if known.live_file is ABSENT and entry_id not in ids:
                stamp = self._revisions.stamp(entry_id)
                if stamp is None or stamp != known.standing.stamp:
                    ids.add(entry_id)
        changed_by_hand = []
        for entry_id in ids:
            known = entries.get(entry_id, NOTHING)
            if known.unsettled and known.live_file.entry is not None:
                # Its address was taken; perhaps one of the others gives it up in this scan.
                changed_by_hand.append((known.live_file.modified, entry_id))
            try:
                self._bring_up_to_date(entry_id, judge=False)
            except Unjudged:
                changed_by_hand.append((self._live.look(entry_id).modified, entry_id))
        # Of two files with one address the older one has it, in every process.
        changed_by_hand.sort()
        freed = [each for each in changed_by_hand if each[1] in entries]
        for _, entry_id in (*changed_by_hand, *freed):
            self._bring_up_to_date(entry_id, judge=True)

    def _bring_up_to_date(self, entry_id: str, *, judge: bool) -> None:
        try:
            self._shelf.bring_up_to_date(entry_id, judge=judge)
        except OSError as error:
            message = f"cannot be read now: {reason(error)}"
            self._problems.report(self._live.place(entry_id), message, [Breach("$", message)])

    def _wait_for_the_vanishing(self) -> None:
        if any(known.vanishing for known in self._shelf.entries.values()):
            time.sleep(GRACE_SECONDS)
            self._refresh(force=True)

    def _record_hand_edits(self, *, patience: float) -> None:
        """Make revisions of what people did to the files; readers are served it either way."""
        now = time.monotonic()
        if self._disk.failure or now < self._record_after:
            return
        waiting = [i for i, known in list(self._shelf.entries.items()) if known.unrecorded]
        if not waiting:
            return
        try:
            with self._lock.held(patience=patience):
                for entry_id in waiting:
                    self._settle(entry_id)
        except Busy:
            return
        except (OSError, InsightsError, SyncFailed) as error:
            self._record_after = now + RETRY_SECONDS
            log.error("changes by hand are served and could not be recorded: %s", error)

    def _settle(self, entry_id: str) -> Known:
        """Finish what was cut short and record what was done by hand. The lock is held."""
        if self._journal.recover(entry_id):
            self._refresh(force=True)
        try:
            known = self._shelf.bring_up_to_date(entry_id, judge=False)
        except Unjudged:
            self._refresh(force=True)
            known = self._shelf.entries.get(entry_id, NOTHING)
        while known.unrecorded:
            before = known.standing
            known = self._record(entry_id, known)
            if known.standing.head == before.head:
                break
        return known

    def _record(self, entry_id: str, known: Known) -> Known:
        last = known.standing
        live, draft = known.live_file.entry, known.draft_file.entry
        if "live" in known.unrecorded and live is not None:
            return self._append(entry_id, known, "publish", live, FILE_ACTOR)
        if "live" in known.unrecorded and known.live_file is ABSENT and last.live is not None:
            return self._append(entry_id, known, "withdraw", last.live.entry, FILE_ACTOR)
        if "drafts" in known.unrecorded and draft is not None:
            return self._append(entry_id, known, "save", draft, FILE_ACTOR)
        if "drafts" in known.unrecorded and last.draft is not None:
            return self._append(entry_id, known, "discard", last.draft.entry, FILE_ACTOR)
        return known

    # Changing

    def save(
        self, entry: Entry, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        """Keep ``entry`` as the draft. Raises InvalidEntry where it is too long, Conflict."""
        length = len(entry.to_json())
        if length > MAX_BYTES:
            message = f"is {length:,} bytes long; at most {MAX_BYTES:,} are accepted"
            raise InvalidEntry([Breach("$", message)])
        if not is_id(entry.id):
            raise InvalidEntry([Breach("$.id", "is no id")])
        with self._change(entry.id, actor, note, head) as known:
            return self._made(entry.id, known, "save", entry, actor, note, {"drafts": True})

    def discard(
        self, entry_id: str, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        """Drop the draft. Raises NotFound, Conflict."""
        with self._change(entry_id, actor, note, head) as known:
            if known.draft is None:
                raise NotFound(f"{entry_id!r} has no draft")
            entry = known.draft.entry
            return self._made(entry_id, known, "discard", entry, actor, note, {"drafts": False})

    def publish(
        self, entry_id: str, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        """Make the draft live, and drop it. Raises NotFound, InvalidEntry, Conflict."""
        with self._change(entry_id, actor, note, head) as known:
            if known.draft is None:
                raise NotFound(f"{entry_id!r} has no draft to publish")
            entry = known.draft.entry
            self._refresh(force=True)
            breaches = self._shelf.breaches(entry)
            if breaches:
                raise InvalidEntry(breaches)
            steps: dict[Place, bool] = {"live": True, "drafts": False}
            return self._made(entry_id, known, "publish", entry, actor, note, steps)

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
            steps: dict[Place, bool] = {"live": False}
            return self._made(entry_id, known, "withdraw", entry, actor, reason, steps, legal=legal)

    @contextmanager
    def _change(self, entry_id: str, actor: str, note: str, head: int | None) -> Iterator[Known]:
        if actor == FILE_ACTOR:
            raise ValueError(f"the actor {FILE_ACTOR!r} stands for changes by hand")
        if len(note) > MAX_NOTE:
            message = f"is too long; shorten it to {MAX_NOTE:,} characters"
            raise InvalidEntry([Breach("$.note", message)])
        if not is_id(entry_id):
            raise NotFound(f"there is no entry {entry_id!r}")
        with self._lock.held():
            if self._disk.failure:
                raise StoreUnavailable(self._disk.failure)
            try:
                known = self._settle(entry_id)
            except OSError as error:
                raise StoreUnavailable(f"{reason(error)}: nothing was saved") from error
            except SyncFailed as error:
                raise StoreUnavailable(str(error)) from error
            if head is not None and head != known.standing.head:
                raise self._conflict(entry_id, head, known.standing.head)
            yield known

    def _conflict(self, entry_id: str, known: int, newest: int) -> Conflict:
        try:
            first = self._revisions.read(entry_id, newest)
        except (NotFound, OSError):
            who = f"somebody else made revision {newest}"
        else:
            at = f"{first.at:%Y-%m-%d %H:%M:%S} UTC"
            who = f"{first.actor} came first ({first.action}, revision {newest}, {at})"
        return Conflict(f"{who}; you changed revision {known} of {entry_id!r}", head=newest)

    def _append(
        self, entry_id: str, known: Known, action: Action, entry: Entry, actor: str
    ) -> Known:
        self._made(entry_id, known, action, entry, actor, "", {})
        return self._shelf.entries.get(entry_id, NOTHING)

    def _made(
        self,
        entry_id: str,
        known: Known,
        action: Action,
        entry: Entry,
        actor: str,
        note: str,
        steps: dict[Place, bool],
        *,
        legal: bool = False,
    ) -> Revision:
        now = datetime.now(UTC)
        at = now.replace(microsecond=now.microsecond // 1000 * 1000)
        revision = Revision(known.standing.head + 1, at, actor, action, note, entry, legal)
        self._journal.apply(revision, steps)
        try:
            standing = known.standing.after(revision)
            self._shelf.bring_up_to_date(entry_id, judge=True, standing=standing)
        except OSError as error:
            # It is on disk all the same; the next look finds it.
            log.warning("%s was changed and cannot be read now: %s", entry_id, error)
        return revision


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(f"the store cannot be read: {reason(error)}") from error
