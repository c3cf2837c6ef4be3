"""Entries in memory, as their files and revisions describe them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from widget.entry import Entry
from widget.entry.containment import contained
from widget.errors import Breach, InsightsError, InvalidEntry
from widget.storage.files import Signature
from widget.store.directory.entry_folder import ABSENT, EntryFolder
from widget.store.directory.journal import Journal
from widget.store.directory.revision_log import RevisionLog
from widget.store.directory.snapshot import (
    NO_ENTRY,
    EntrySnapshot,
    fingerprint,
    hand_edit,
    same,
    with_shown,
)
from widget.store.entry_summary import url_conflicts
from widget.store.protocol import Live, Revision, Rules, Withdrawn
from widget.store.quarantine import Quarantine
from widget.store.state import FILE_ACTOR, EntryState, draft_from, live_from, withdrawn_from
from widget.store.validation import broken_rules, missing_approvals
from widget.store.workflow import document_digest


class Unvalidated(InsightsError):
    """A live file changed by hand; it is validated after all unchanged files are read."""


CACHED_ENTRIES = 1_000
"""Entries in memory; the least recently updated are evicted, and read again on request."""


class EntryCache:
    """The entries as readers see them. Any thread may read; updates hold ``guard``.

    ``url_owners`` maps lookup keys to entry ids.
    """

    def __init__(
        self,
        live: EntryFolder,
        drafts: EntryFolder,
        revisions: RevisionLog,
        journal: Journal,
        rules: Rules,
        quarantine: Quarantine,
        digest_of: Callable[[Entry], str] = document_digest,
    ) -> None:
        # Other threads change it: take a copy to iterate over its items. A list of them is not made
        # in one step, since what is allocated for them can start a garbage collection.
        self.entries: dict[str, EntrySnapshot] = {}
        self.url_owners: dict[str, str] = {}
        self.guard = threading.RLock()
        self._live = live
        self._drafts = drafts
        self._revisions = revisions
        self._journal = journal
        self._rules = rules
        self._digest_of = digest_of
        self._quarantine = quarantine
        self._fingerprints: dict[str, int] = {}
        self._keys: dict[str, frozenset[str]] = {}

    def update(
        self, entry_id: str, *, validate: bool, state: EntryState | None = None
    ) -> EntrySnapshot:
        """Read the changed files of one entry, and return its snapshot.

        ``state`` is what its revisions add up to, if the caller knows. Raises Unvalidated where a
        live file was changed by hand and ``validate`` is false, OSError.
        """
        with self.guard:
            cached = self.snapshot(entry_id)
            try:
                fresh = contained(
                    "serving it", lambda: self._read(entry_id, cached, state, validate=validate)
                )
            except InvalidEntry as error:
                # An error in our code: keep serving the last snapshot, and try again.
                self._quarantine.report(self._live.where(entry_id), str(error), error.breaches)
                fresh = replace(cached, needs_recheck=True)
            self._store(entry_id, cached, fresh)
        return fresh

    def _read(
        self, entry_id: str, cached: EntrySnapshot, state: EntryState | None, *, validate: bool
    ) -> EntrySnapshot:
        state = state or cached.state
        for _ in range(10):
            live = self._live.read(entry_id)
            draft = self._drafts.read(entry_id)
            state = self._revisions.state(entry_id, state, (live, draft))
            # A change commits its revision before its files. So files and revisions belong
            # together if the files are unchanged after the revisions were read.
            if self._live.read(entry_id) is live and self._drafts.read(entry_id) is draft:
                break
        fresh = EntrySnapshot(state, live, None, draft)
        fresh = self._with_live(entry_id, cached, fresh, validate=validate)
        return self._with_draft(entry_id, cached, fresh)

    def snapshot(self, entry_id: str) -> EntrySnapshot:
        """Return an entry as it is in memory; NO_ENTRY where it was never read."""
        cached = self.entries.get(entry_id)
        if cached is None and entry_id in self._fingerprints:
            # Evicted: reading it again gives the same snapshot.
            return replace(NO_ENTRY, keys=self._keys.get(entry_id, frozenset()))
        return cached or NO_ENTRY

    def __len__(self) -> int:
        """Return about how many entries there are: changing ones may be counted or not."""
        return max(len(self._fingerprints), len(self.entries))

    def ids(self) -> set[str]:
        """Return the ids of all entries that have a draft or a revision."""
        in_memory = self.entries.copy().items()
        ids = {
            entry_id
            for entry_id, cached in in_memory
            if cached.state.head or cached.draft is not None or cached.shown is not None
        }
        return ids | set(self._fingerprints)

    def is_current(
        self, entry_id: str, live: Signature | None, draft: Signature | None, stamp: int | None = 0
    ) -> bool:
        """Say whether the files are unchanged; ``stamp`` is the revision folder's time."""
        expected = self._fingerprints.get(entry_id)
        if expected is not None:
            return expected == fingerprint(live, draft, stamp)
        cached = self.entries.get(entry_id)
        return (
            cached is not None
            and cached.live_file.signature == live
            and cached.draft_file.signature == draft
            and not (cached.live_file.racy or cached.draft_file.racy)
            and (live is not None or (stamp is not None and cached.state.stamp == stamp))
        )

    def restore(self, fingerprints: dict[str, int], keys: Iterable[tuple[str, str]]) -> None:
        """Start with evicted entries, which are read on request.

        ``fingerprints`` describes their files by id; ``keys`` are URL keys with ids, of which the
        last one owns the URL.
        """
        found: dict[str, set[str]] = {}
        for key, entry_id in keys:
            if entry_id in fingerprints:
                self.url_owners[key] = entry_id
                found.setdefault(entry_id, set()).add(key)
        self._keys = {entry_id: frozenset(its) for entry_id, its in found.items()}
        self._fingerprints = fingerprints

    def restore_one(self, entry_id: str, found: int | None, keys: frozenset[str]) -> bool:
        """Add an evicted entry that another process has read; the caller holds ``guard``.

        Returns False, and does nothing, where this process has read other files.
        """
        if found is None or entry_id in self.entries:
            return False
        expected = self._fingerprints.setdefault(entry_id, found)
        if expected == found:
            self._keys[entry_id] = keys
            self._own_urls(entry_id, keys)
        return expected == found

    def _own_urls(self, entry_id: str, keys: Iterable[str]) -> None:
        for key in keys:
            # Two live entries share a URL only if an earlier release compared URLs otherwise.
            self.url_owners[key] = min(entry_id, self.url_owners.get(key, entry_id))

    def fingerprint(self, entry_id: str) -> int | None:
        """Return the fingerprint of an entry's files, None where they must be read again."""
        return self._fingerprints.get(entry_id)

    def hand_edits(self) -> list[str]:
        """Return the ids of entries with changes that no revision records, withdrawals first."""
        found = [it for it in self.entries.copy().items() if it[1].unrecorded]
        found.sort(key=lambda it: it[1].live_file is not ABSENT)
        return [entry_id for entry_id, _ in found]

    def breaches(self, entry: Entry, state: EntryState) -> tuple[Breach, ...]:
        """Return why ``entry`` cannot be live: broken rules, URLs of other entries."""
        return (*broken_rules(self._rules, entry), *self.open_breaches(entry, state))

    def open_breaches(self, entry: Entry, state: EntryState) -> tuple[Breach, ...]:
        """Return why ``entry`` cannot be live beside what its own text breaks."""
        first = state.live is None
        missing = missing_approvals(self._rules, entry, state, first=first)
        return (*missing, *self.url_conflicts(entry))

    def adoption_breaches(self, entry: Entry, state: EntryState) -> tuple[Breach, ...]:
        """Return why a publication that another store made cannot be repeated here."""
        return (*missing_approvals(self._rules, entry, state), *self.url_conflicts(entry))

    def _with_live(
        self, entry_id: str, cached: EntrySnapshot, fresh: EntrySnapshot, *, validate: bool
    ) -> EntrySnapshot:
        file = fresh.live_file
        last = fresh.state.live
        if file is not ABSENT and file.entry is None:
            return self._fall_back(cached, fresh)
        if file.entry is None:
            if last is None or last.action == "withdraw":
                return _with_withdrawal(fresh, last)
            if self._live.is_missing(entry_id):
                gone = replace(
                    last,
                    number=fresh.state.head,
                    at=datetime.now(UTC),
                    actor=FILE_ACTOR,
                    action="withdraw",
                    note="",
                )
                if cached.live_file is ABSENT and isinstance(cached.shown, Withdrawn):
                    gone = replace(gone, at=cached.shown.at)
                return replace(_with_withdrawal(fresh, gone), unrecorded=frozenset({"live"}))
            return replace(self._fall_back(cached, fresh), needs_recheck=True, vanishing=True)
        if last is not None and last.action == "publish" and same(last.entry, file.entry):
            self._quarantine.clear(self._live.where(entry_id))
            last = replace(last, entry=file.entry)  # share one object: half the memory
            fresh = replace(fresh, state=replace(fresh.state, live=last))
            return self._with_publication(fresh, last, cached)
        if cached is not NO_ENTRY and self._journal.is_open(entry_id):
            return replace(self._fall_back(cached, fresh), needs_recheck=True)
        if not validate and not file.verdict:
            raise Unvalidated(entry_id)
        if not file.verdict:
            file.verdict.append(broken_rules(self._rules, file.entry))
        # What other changes and time may settle: approvals, authors, the URLs of other entries.
        open_breaches = self.open_breaches(file.entry, fresh.state)
        if file.verdict[0] or open_breaches:
            breaches = (*file.verdict[0], *open_breaches)
            self._quarantine.report(self._live.where(entry_id), file.signature, breaches)
            return replace(self._fall_back(cached, fresh), needs_recheck=bool(open_breaches))
        self._quarantine.clear(self._live.where(entry_id))
        written = hand_edit(file.entry, fresh.state, file, "publish")
        fresh = self._with_publication(fresh, written, cached)
        return replace(fresh, unrecorded=frozenset({"live"}))

    def _with_draft(
        self, entry_id: str, cached: EntrySnapshot, fresh: EntrySnapshot
    ) -> EntrySnapshot:
        file = fresh.draft_file
        last = fresh.state.draft
        if file.entry is not None:
            if last is not None and same(last.entry, file.entry):
                last = replace(last, entry=file.entry)
                fresh = replace(fresh, state=replace(fresh.state, draft=last))
                return replace(fresh, draft=draft_from(last, fresh.state.workflow))
            if cached is not NO_ENTRY and self._journal.is_open(entry_id):
                return replace(fresh, draft=cached.draft, needs_recheck=True)
            written = hand_edit(file.entry, fresh.state, file, "save")
            unrecorded = fresh.unrecorded | {"drafts"}
            draft = draft_from(written, written.workflow)
            return replace(fresh, draft=draft, unrecorded=unrecorded)
        if last is None:
            return fresh
        waiting = draft_from(last, fresh.state.workflow)
        if file is ABSENT:
            if self._drafts.is_missing(entry_id):
                return replace(fresh, unrecorded=fresh.unrecorded | {"drafts"})
            return replace(fresh, draft=waiting, needs_recheck=True, vanishing=True)
        return replace(fresh, draft=waiting)

    def _fall_back(self, cached: EntrySnapshot, fresh: EntrySnapshot) -> EntrySnapshot:
        if "live" in cached.unrecorded and isinstance(cached.shown, Live):
            shown = cached.shown
            return replace(with_shown(fresh, shown, shown.entry), unrecorded=frozenset({"live"}))
        last = fresh.state.live
        if last is not None and last.action == "publish":
            return self._with_publication(fresh, last, cached)
        return _with_withdrawal(fresh, last)

    def _with_publication(
        self, fresh: EntrySnapshot, revision: Revision, cached: EntrySnapshot
    ) -> EntrySnapshot:
        annotations = fresh.state.workflow.annotations
        shown = live_from(revision, cached.shown, self._digest_of, annotations)
        return with_shown(fresh, shown, revision.entry)

    def url_conflicts(self, entry: Entry) -> tuple[Breach, ...]:
        """Return the URLs of ``entry`` that other entries own."""
        return tuple(url_conflicts(entry, self.url_owners.get))

    def _store(self, entry_id: str, cached: EntrySnapshot, fresh: EntrySnapshot) -> None:
        if fresh.keys:
            self._keys[entry_id] = fresh.keys
        else:
            self._keys.pop(entry_id, None)
        for key in cached.keys - fresh.keys:
            if self.url_owners.get(key) == entry_id:
                self._release_url(key)
        self._own_urls(entry_id, fresh.keys)
        self._fingerprints.pop(entry_id, None)
        self.entries.pop(entry_id, None)  # inserted again below, as the newest
        empty = fresh.live_file is ABSENT and fresh.draft_file is ABSENT and not fresh.state.head
        if not empty or fresh.shown is not None:
            self.entries[entry_id] = fresh
            current = self._fingerprint_of(entry_id, fresh)
            if current is not None:
                self._fingerprints[entry_id] = current
        if len(self.entries) > CACHED_ENTRIES:
            self._evict()

    def _release_url(self, key: str) -> None:
        """Pass a URL that its owner gave up to another entry that has it."""
        others = [entry_id for entry_id, keys in self._keys.items() if key in keys]
        if others:
            self.url_owners[key] = min(others)
        else:
            del self.url_owners[key]

    def _fingerprint_of(self, entry_id: str, fresh: EntrySnapshot) -> int | None:
        """Return the fingerprint of the files, None where they must be read again."""
        files = (fresh.live_file, fresh.draft_file)
        if (
            fresh.unrecorded
            or fresh.needs_recheck
            or any(file.racy or file.breaches for file in files)
        ):
            return None
        if self.problem(entry_id, fresh):
            return None
        stamp = 0 if fresh.live_file.signature else fresh.state.stamp
        return fingerprint(fresh.live_file.signature, fresh.draft_file.signature, stamp)

    def _evict(self) -> None:
        """Drop the least recently updated entries whose files are unchanged."""
        unchanged = [entry_id for entry_id in self.entries if entry_id in self._fingerprints]
        for entry_id in unchanged[: CACHED_ENTRIES // 4]:
            del self.entries[entry_id]
            self._live.evict(entry_id)
            self._drafts.evict(entry_id)

    def problem(self, entry_id: str, fresh: EntrySnapshot) -> str:
        """Return why a file of an entry is set aside, "" if none is."""
        newest = f"revisions/{entry_id}/{fresh.state.head:06d}.json"
        for where in (
            self._live.where(entry_id),
            self._drafts.where(entry_id),
            newest,
        ):
            found = self._quarantine.at(where)
            if found and found.breaches:
                return f"{where}: {found.breaches[0].path} {found.breaches[0].message}"
        return ""


def _with_withdrawal(fresh: EntrySnapshot, revision: Revision | None) -> EntrySnapshot:
    if revision is None:
        return fresh
    return with_shown(fresh, withdrawn_from(revision), revision.entry)
