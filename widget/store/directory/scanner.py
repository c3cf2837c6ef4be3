"""Keeping up with other processes and with people, who change files whenever they like."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from widget.errors import Breach, InsightsError
from widget.storage.atomic import reason
from widget.storage.files import told
from widget.store.directory.entry_cache import EntryCache, Unvalidated
from widget.store.directory.entry_folder import Folder
from widget.store.directory.index_sync import Lists
from widget.store.directory.revision_log import Revisions
from widget.store.directory.snapshot import NOTHING
from widget.store.quarantine import Quarantine, log

SCAN_SECONDS = 0.5
# From here on what was seen is too old: answers are at most a second old.
STALE_SECONDS = 0.6
MANY = 5_000
"""Nobody waits for a look at the times of more entries than this.

A number and no duration: on a busy machine a small store keeps its promise all the same.
"""


class Scanner:
    """Looks at all files of a store, every half second while somebody asks for something.

    Among very many files that takes long. Then it is done beside the requests, a fifth of the
    time; what other processes changed is known from the index, and a file that is asked for by
    its id or a known address is looked at for itself.
    """

    def __init__(
        self,
        shelf: EntryCache,
        live: Folder,
        drafts: Folder,
        revisions: Revisions,
        lists: Lists,
        problems: Quarantine,
        *,
        look: Callable[[str], object],
        record: Callable[[], object],
    ) -> None:
        self.scanned = float("-inf")
        self.unread = 0
        """How many entries were never read and are being read now, beside the requests."""
        self.closing = threading.Event()
        self._shelf = shelf
        self._live = live
        self._drafts = drafts
        self._revisions = revisions
        self._lists = lists
        self._problems = problems
        self._look = look
        self._record = record
        self._scanning = threading.Lock()
        self._followed = float("-inf")
        self._took = 0.0

    def is_long(self) -> bool:
        """Say whether looking at all files takes longer than anybody should wait."""
        return self.unread > 0 or len(self._shelf) > MANY

    def is_asleep(self) -> bool:
        """Say whether nobody asked for anything, so that nobody looked, for some time."""
        return time.monotonic() - self.scanned > max(STALE_SECONDS, 10 * self._took)

    def is_due(self) -> bool:
        """Say whether ``refresh`` would look, or nobody did for some time."""
        looked = max(self.scanned, self._followed) if self.is_long() else self.scanned
        return time.monotonic() - looked >= SCAN_SECONDS or self.is_asleep()

    def refresh(self, *, force: bool = False) -> None:
        """Look where the last look is older than SCAN_SECONDS, or by ``force``."""
        asked = time.monotonic()
        age = asked - self.scanned
        if age < SCAN_SECONDS and not force:
            return
        if self.is_long() and not force:
            self._follow(asked)
            return
        # While another thread looks, what was seen is used as it is if it is young enough.
        if not self._scanning.acquire(blocking=force or age > STALE_SECONDS):
            return
        try:
            if self.scanned < asked:
                self._scan()
        finally:
            self._scanning.release()
        if not force:
            self._record()

    def _follow(self, now: float) -> None:
        if now - self._followed >= SCAN_SECONDS:
            self._followed = now
            for entry_id in self._lists.changed_elsewhere():
                self._look(entry_id)
        due = now - self.scanned >= 5 * self._took
        if due and self._scanning.acquire(blocking=False):
            threading.Thread(target=self._scan_beside, name="store", daemon=True).start()

    def _scan_beside(self) -> None:
        try:
            self._scan()
        except InsightsError as error:
            log.warning("%s", error)
        finally:
            self._scanning.release()
        self._record()

    def _scan(self) -> None:
        started = time.monotonic()
        with told(), self._shelf.together():
            ids = self.changed()
            self._took = time.monotonic() - started
            self._bring_all_up_to_date(ids)
        self.scanned = started

    def changed(self) -> list[str]:
        """Return the ids of all entries whose files are not as they were looked at.

        Those without a live file come first: what was withdrawn must not wait for what is new.
        """
        shelf = self._shelf
        in_drafts = dict(self._drafts.listed())
        found = {entry_id for entry_id, known in list(shelf.entries.items()) if known.unsettled}
        in_live = set()
        for entry_id, now in self._live.listed():
            in_live.add(entry_id)
            if not shelf.is_current(entry_id, now, in_drafts.get(entry_id)):
                found.add(entry_id)
        known_ids = shelf.ids() | shelf.entries.keys()
        for entry_id in known_ids.union(in_drafts, self._revisions.ids()) - in_live:
            # Where there is a live file, that changes with every publication.
            stamp = self._revisions.stamp(entry_id)
            if not shelf.is_current(entry_id, None, in_drafts.get(entry_id), stamp):
                found.add(entry_id)
        return sorted(found, key=lambda entry_id: entry_id in in_live)

    def _bring_all_up_to_date(self, ids: list[str]) -> None:
        entries = self._shelf.entries
        changed_by_hand = []
        for entry_id in ids:
            if self.closing.is_set():
                return
            self.unread -= self.unread > 1
            known = entries.get(entry_id, NOTHING)
            if known.unsettled and known.live_file.entry is not None:
                # Its address was taken; perhaps one of the others gives it up in this scan.
                changed_by_hand.append((known.live_file.modified, entry_id))
            try:
                self._bring_up_to_date(entry_id, judge=False)
            except Unvalidated:
                changed_by_hand.append((self._live.look(entry_id).modified, entry_id))
        # Of two files with one address the older one has it, in every process.
        changed_by_hand.sort()
        freed = [each for each in changed_by_hand if each[1] in entries]
        for _, entry_id in (*changed_by_hand, *freed):
            if self.closing.is_set():
                return
            self._bring_up_to_date(entry_id, judge=True)

    def _bring_up_to_date(self, entry_id: str, *, judge: bool) -> None:
        try:
            self._shelf.bring_up_to_date(entry_id, judge=judge)
        except OSError as error:
            message = f"cannot be read now: {reason(error)}"
            self._problems.report(self._live.place(entry_id), message, [Breach("$", message)])
            self._shelf.glance_again(entry_id)
