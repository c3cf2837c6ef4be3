"""What the files of each entry mean to readers, kept in memory and brought up to date."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime

from widget.entry import Entry
from widget.entry.containment import contained, or_else
from widget.errors import Breach, InsightsError, InvalidEntry, StoreUnavailable
from widget.storage.files import Signature
from widget.store.directory.entry_folder import ABSENT, Folder
from widget.store.directory.journal import Journal
from widget.store.directory.revision_log import Revisions
from widget.store.directory.search_index import Change, Index, IndexRebuilt
from widget.store.directory.snapshot import (
    NOTHING,
    EntrySnapshot,
    by_hand,
    fingerprint,
    same,
    showing,
)
from widget.store.entry_summary import row_of, search_text, taken_addresses
from widget.store.protocol import Live, Rules, Withdrawn
from widget.store.quarantine import Quarantine, log
from widget.store.query import Row
from widget.store.state import FILE_ACTOR, EntryState, draft_of, live_of, shown_of
from widget.store.validation import broken_rules


class Unvalidated(InsightsError):
    """A file that a person changed; it is judged after all that are in order."""


KEPT = 1_000
"""So many entries are held in memory as they were read; any other is read when it is asked for."""
_AT_ONCE = 500
"""So many rows are written to the index in one step; others wait for it."""


class EntryCache:
    """The entries as readers see them. Looked up by any thread; changed under ``guard``."""

    def __init__(
        self,
        live: Folder,
        drafts: Folder,
        revisions: Revisions,
        journal: Journal,
        rules: Rules,
        problems: Quarantine,
        index: Index,
    ) -> None:
        self.entries: dict[str, EntrySnapshot] = {}
        self.owners: dict[str, str] = {}
        self.guard = threading.RLock()
        self._live = live
        self._drafts = drafts
        self._revisions = revisions
        self._journal = journal
        self._rules = rules
        self._problems = problems
        self._index = index
        self._at_rest: dict[str, int] = {}
        self._keys: dict[str, frozenset[str]] = {}
        self._unwritten: dict[str, Change] = {}
        self._together = False

    def bring_up_to_date(
        self, entry_id: str, *, judge: bool, standing: EntryState | None = None
    ) -> EntrySnapshot:
        """Look at the files of one entry and return what they mean.

        Raises Unjudged where a live file was changed by hand and ``judge`` is false, OSError.
        """
        with self.guard:
            known = self.known(entry_id)
            try:
                made = contained(
                    "serving it", lambda: self._looked(entry_id, known, standing, judge=judge)
                )
            except InvalidEntry as error:
                # Nobody foresaw it: what was served stays as it was, and it is tried again.
                self._problems.report(self._live.place(entry_id), str(error), error.breaches)
                made = replace(known, unsettled=True)
            self._keep(entry_id, known, made)
        if not self._together or len(self._unwritten) >= _AT_ONCE:
            self.write()
        return made

    def _looked(
        self, entry_id: str, known: EntrySnapshot, standing: EntryState | None, *, judge: bool
    ) -> EntrySnapshot:
        standing = standing or known.standing
        for _ in range(10):
            live = self._live.look(entry_id)
            draft = self._drafts.look(entry_id)
            standing = self._revisions.standing(entry_id, standing)
            # A change commits its revision before it touches files: what is read in this
            # order, with the files still the same afterwards, belongs together.
            if self._live.look(entry_id) is live and self._drafts.look(entry_id) is draft:
                break
        made = EntrySnapshot(standing, live, None, draft)
        made = self._with_live(entry_id, known, made, judge=judge)
        return self._with_draft(entry_id, known, made)

    def known(self, entry_id: str) -> EntrySnapshot:
        """Return what is in memory of an entry; NOTHING where none was ever seen."""
        known = self.entries.get(entry_id)
        if known is None and entry_id in self._at_rest:
            # What is at rest is the same for whoever reads it for the first time.
            return replace(NOTHING, keys=self._keys.get(entry_id, frozenset()))
        return known or NOTHING

    def __len__(self) -> int:
        """Return how many entries there are, more or less: some may be both or neither."""
        return max(len(self._at_rest), len(self.entries))

    def ids(self) -> set[str]:
        """Return the ids of all entries of which there is something."""
        in_memory = list(self.entries.items())
        held = {
            entry_id
            for entry_id, known in in_memory
            if known.standing.head or known.draft is not None or known.shown is not None
        }
        return held | set(self._at_rest)

    def is_current(
        self, entry_id: str, live: Signature | None, draft: Signature | None, stamp: int | None = 0
    ) -> bool:
        """Say whether the files are as they were; ``stamp`` is that of the revisions' folder."""
        seen = self._at_rest.get(entry_id)
        if seen is not None:
            return seen == fingerprint(live, draft, stamp)
        known = self.entries.get(entry_id)
        return (
            known is not None
            and known.live_file.signature == live
            and known.draft_file.signature == draft
            and not (known.live_file.racy or known.draft_file.racy)
            and (live is not None or (stamp is not None and known.standing.stamp == stamp))
        )

    def load(self) -> None:
        """Take over from the index what need not be read. Raises Lost."""
        at_rest = self._index.seen()
        keys: dict[str, set[str]] = {}
        for key, entry_id in self._index.addresses():
            if entry_id in at_rest:
                self.owners[key] = entry_id
                keys.setdefault(entry_id, set()).add(key)
        self._keys = {entry_id: frozenset(found) for entry_id, found in keys.items()}
        self._at_rest = at_rest

    def breaches(self, entry: Entry) -> tuple[Breach, ...]:
        """Return what keeps ``entry`` from being live: broken rules, addresses of others."""
        return (*self._broken_rules(entry), *self.taken(entry))

    def _with_live(
        self, entry_id: str, known: EntrySnapshot, made: EntrySnapshot, *, judge: bool
    ) -> EntrySnapshot:
        file = made.live_file
        last = made.standing.live
        if file is not ABSENT and file.entry is None:
            return self._fall_back(known, made)
        if file.entry is None:
            if last is None or last.action == "withdraw":
                return showing(made, shown_of(last))
            if self._live.is_missing(entry_id):
                gone = replace(
                    last,
                    number=made.standing.head,
                    at=datetime.now(UTC),
                    actor=FILE_ACTOR,
                    action="withdraw",
                    note="",
                )
                if known.live_file is ABSENT and isinstance(known.shown, Withdrawn):
                    gone = replace(gone, at=known.shown.at)
                return replace(showing(made, shown_of(gone)), unrecorded=frozenset({"live"}))
            return replace(self._fall_back(known, made), unsettled=True, vanishing=True)
        if last is not None and last.action == "publish" and same(last.entry, file.entry):
            self._problems.clear(self._live.place(entry_id))
            last = replace(last, entry=file.entry)  # One object: half the memory.
            made = replace(made, standing=replace(made.standing, live=last))
            return showing(made, live_of(last, known.shown))
        if known is not NOTHING and self._journal.is_open(entry_id):
            return replace(self._fall_back(known, made), unsettled=True)
        if not judge and not file.verdict:
            raise Unvalidated(entry_id)
        if not file.verdict:
            file.verdict.append(self._broken_rules(file.entry))
        taken = self.taken(file.entry)
        if file.verdict[0] or taken:
            breaches = (*file.verdict[0], *taken)
            self._problems.report(self._live.place(entry_id), file.signature, breaches)
            return replace(self._fall_back(known, made), unsettled=bool(taken))
        self._problems.clear(self._live.place(entry_id))
        written = by_hand(file.entry, made.standing.head, file)
        return replace(showing(made, live_of(written, known.shown)), unrecorded=frozenset({"live"}))

    def _with_draft(
        self, entry_id: str, known: EntrySnapshot, made: EntrySnapshot
    ) -> EntrySnapshot:
        file = made.draft_file
        last = made.standing.draft
        if file.entry is not None:
            if last is not None and same(last.entry, file.entry):
                last = replace(last, entry=file.entry)
                made = replace(made, standing=replace(made.standing, draft=last))
                return replace(made, draft=draft_of(last))
            if known is not NOTHING and self._journal.is_open(entry_id):
                return replace(made, draft=known.draft, unsettled=True)
            written = by_hand(file.entry, made.standing.head, file)
            unrecorded = made.unrecorded | {"drafts"}
            return replace(made, draft=draft_of(written), unrecorded=unrecorded)
        if last is None:
            return made
        if file is ABSENT:
            if self._drafts.is_missing(entry_id):
                return replace(made, unrecorded=made.unrecorded | {"drafts"})
            return replace(made, draft=draft_of(last), unsettled=True, vanishing=True)
        return replace(made, draft=draft_of(last))

    def _fall_back(self, known: EntrySnapshot, made: EntrySnapshot) -> EntrySnapshot:
        if "live" in known.unrecorded and isinstance(known.shown, Live):
            return replace(showing(made, known.shown), unrecorded=frozenset({"live"}))
        last = made.standing.live
        if last is not None and last.action == "publish":
            return showing(made, live_of(last, known.shown))
        return showing(made, shown_of(last))

    def _broken_rules(self, entry: Entry) -> tuple[Breach, ...]:
        return broken_rules(self._rules, entry)

    def taken(self, entry: Entry) -> tuple[Breach, ...]:
        """Return which addresses of ``entry`` belong to others."""
        return tuple(taken_addresses(entry, self.owners.get))

    def _keep(self, entry_id: str, known: EntrySnapshot, made: EntrySnapshot) -> None:
        if made.keys:
            self._keys[entry_id] = made.keys
        else:
            self._keys.pop(entry_id, None)
        for key in known.keys - made.keys:
            if self.owners.get(key) == entry_id:
                self._leave(key)
        for key in made.keys:
            # Two are live at one address only where an earlier release told it apart.
            self.owners[key] = min(entry_id, self.owners.get(key, entry_id))
        self._at_rest.pop(entry_id, None)
        self.entries.pop(entry_id, None)  # the newest comes last
        empty = made.live_file is ABSENT and made.draft_file is ABSENT and not made.standing.head
        if not empty or made.shown is not None:
            self.entries[entry_id] = made
            seen = self._rest(entry_id, made)
            if seen is not None:
                self._at_rest[entry_id] = seen
        self._unwritten[entry_id] = self._listed(entry_id, made)
        if len(self.entries) > KEPT:
            self._let_go()

    def _leave(self, key: str) -> None:
        """Give an address that its owner gave up to whoever has it, too."""
        heirs = [entry_id for entry_id, keys in self._keys.items() if key in keys]
        if heirs:
            self.owners[key] = min(heirs)
        else:
            del self.owners[key]

    def _rest(self, entry_id: str, made: EntrySnapshot) -> int | None:
        """Return what the files are like, where nothing of them has to be looked at again."""
        files = (made.live_file, made.draft_file)
        if made.unrecorded or made.unsettled or any(file.racy or file.breaches for file in files):
            return None
        if self._problem(entry_id, made):
            return None
        stamp = 0 if made.live_file.signature else made.standing.stamp
        return fingerprint(made.live_file.signature, made.draft_file.signature, stamp)

    def _let_go(self) -> None:
        """Forget what was looked at long ago and can be read again as it is."""
        for entry_id in [each for each in self.entries if each in self._at_rest][: KEPT // 4]:
            del self.entries[entry_id]
            self._live.forget(entry_id)
            self._drafts.forget(entry_id)

    # The index

    @contextmanager
    def together(self) -> Iterator[None]:
        """Write to the index what is found within the block in few steps."""
        self._together = True
        try:
            yield
        finally:
            self._together = False
            self.write()

    def write(self) -> None:
        """Write to the index what was found since the last time."""
        with self.guard:
            changes = self._unwritten
            self._unwritten = {}
            if not changes:
                return
            try:
                try:
                    self._put(changes)
                except IndexRebuilt:
                    # There is a new one, which is not whole and is filled where a list needs it.
                    self._put(changes)
            except IndexRebuilt:
                log.warning("the index cannot be written")
            except StoreUnavailable as error:
                # The files are what counts; the index follows with the next look.
                log.warning("the index is behind: %s", error)
                self._unwritten = changes | self._unwritten

    def _put(self, changes: dict[str, Change]) -> None:
        try:
            contained("indexing it", lambda: self._index.write(changes.values()))
        except InvalidEntry as error:
            if len(changes) > 1:  # all but the one that nobody foresaw
                for entry_id, change in changes.items():
                    self._put({entry_id: change})
                return
            (entry_id,) = changes
            self._problems.report(self._live.place(entry_id), str(error), error.breaches)

    def glance_again(self, entry_id: str) -> None:
        """List an entry anew: what is wrong with it changed, and nothing else."""
        with self.guard:
            known = self.known(entry_id)
            self._unwritten[entry_id] = self._listed(entry_id, known)

    def fill(self) -> None:
        """Write the index anew, from the files of what is not in memory."""
        for entry_id in self.ids():
            with suppress(OSError):  # it is looked at again by whoever asks for it
                self.bring_up_to_date(entry_id, judge=True)
        self.write()
        with suppress(IndexRebuilt):
            self._index.say_whole()

    def _listed(self, entry_id: str, made: EntrySnapshot) -> Change:
        row = Row(entry_id, problem="cannot be listed; the log says why")
        unlisted = Change(entry_id, row, entry_id, made.keys)
        return or_else("listing it", lambda: self._glance(entry_id, made), unlisted)

    def _glance(self, entry_id: str, made: EntrySnapshot) -> Change:
        problem = self._problem(entry_id, made)
        if problem.startswith("revisions/"):
            problem = ""  # what is shown is in order
        if made.draft is None and made.shown is None and not problem:
            return Change(entry_id)
        entry = made.draft.entry if made.draft else None
        if entry is None and isinstance(made.shown, Live):
            entry = made.shown.entry
        elif entry is None and made.standing.live:
            entry = made.standing.live.entry
        row = row_of(entry_id, made.shown, made.draft, entry, problem)
        text = search_text(entry_id, entry)
        return Change(entry_id, row, text, made.keys, self._at_rest.get(entry_id))

    def _problem(self, entry_id: str, made: EntrySnapshot) -> str:
        newest = f"revisions/{entry_id}/{made.standing.head:06d}.json"
        for where in (self._live.place(entry_id), self._drafts.place(entry_id), newest):
            found = self._problems.at(where)
            if found and found.breaches:
                return f"{where}: {found.breaches[0].path} {found.breaches[0].message}"
        return ""
