"""What the files of each entry mean to readers, kept in memory and brought up to date."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from widget import urls
from widget.entry import Entry
from widget.errors import Breach
from widget.store.folder import Folder
from widget.store.journal import Journal
from widget.store.problems import Problems
from widget.store.protocol import Draft, Live, Revision, Rules, Withdrawn
from widget.store.reading import ABSENT, File
from widget.store.revisions import FILE_ACTOR, NEVER, Revisions, Standing


class Unjudged(Exception):
    """A file that a person changed; it is judged after all that are in order."""


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of one entry.

    ``unrecorded`` names the places whose files a person changed and no revision holds yet;
    ``unsettled``: look again even where no file changes.
    """

    standing: Standing = NEVER
    live_file: File = ABSENT
    shown: Live | Withdrawn | None = None
    draft_file: File = ABSENT
    draft: Draft | None = None
    keys: frozenset[str] = frozenset()
    unrecorded: frozenset[str] = frozenset()
    unsettled: bool = False
    vanishing: bool = False


NOTHING = Known()


class Shelf:
    """The entries as readers see them. Looked up by any thread; changed under ``guard``."""

    def __init__(
        self,
        live: Folder,
        drafts: Folder,
        revisions: Revisions,
        journal: Journal,
        rules: Rules,
        problems: Problems,
    ) -> None:
        self.entries: dict[str, Known] = {}
        self.owners: dict[str, str] = {}
        self.guard = threading.RLock()
        self._live = live
        self._drafts = drafts
        self._revisions = revisions
        self._journal = journal
        self._rules = rules
        self._problems = problems

    def bring_up_to_date(
        self, entry_id: str, *, judge: bool, standing: Standing | None = None
    ) -> Known:
        """Look at the files of one entry and return what they mean.

        Raises Unjudged where a live file was changed by hand and ``judge`` is false, OSError.
        """
        with self.guard:
            known = self.entries.get(entry_id, NOTHING)
            standing = standing or known.standing
            for _ in range(10):
                live = self._live.look(entry_id)
                draft = self._drafts.look(entry_id)
                standing = self._revisions.standing(entry_id, standing)
                # A change commits its revision before it touches files: what is read in this
                # order, with the files still the same afterwards, belongs together.
                if self._live.look(entry_id) is live and self._drafts.look(entry_id) is draft:
                    break
            made = Known(standing, live, None, draft)
            made = self._with_live(entry_id, known, made, judge=judge)
            made = self._with_draft(entry_id, known, made)
            self._keep(entry_id, known, made)
            return made

    def breaches(self, entry: Entry) -> tuple[Breach, ...]:
        """Return what keeps ``entry`` from being live: broken rules, addresses of others."""
        return (*self._broken_rules(entry), *self._taken_addresses(entry))

    def _with_live(self, entry_id: str, known: Known, made: Known, *, judge: bool) -> Known:
        file = made.live_file
        last = made.standing.live
        if file is not ABSENT and file.entry is None:
            return self._fall_back(known, made)
        if file.entry is None:
            if last is None or last.action == "withdraw":
                return _showing(made, _shown(last))
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
                return replace(_showing(made, _shown(gone)), unrecorded=frozenset({"live"}))
            return replace(self._fall_back(known, made), unsettled=True, vanishing=True)
        if last is not None and last.action == "publish" and _same(last.entry, file.entry):
            self._problems.clear(self._live.place(entry_id))
            last = replace(last, entry=file.entry)  # One object: half the memory.
            made = replace(made, standing=replace(made.standing, live=last))
            return _showing(made, _live(known, last))
        if known is not NOTHING and self._journal.is_open(entry_id):
            return replace(self._fall_back(known, made), unsettled=True)
        if not judge and not file.verdict:
            raise Unjudged(entry_id)
        if not file.verdict:
            file.verdict.append(self._broken_rules(file.entry))
        taken = self._taken_addresses(file.entry)
        if file.verdict[0] or taken:
            breaches = (*file.verdict[0], *taken)
            self._problems.report(self._live.place(entry_id), file.signature, breaches)
            return replace(self._fall_back(known, made), unsettled=bool(taken))
        self._problems.clear(self._live.place(entry_id))
        by_hand = _by_hand(file.entry, made.standing.head, file)
        return replace(_showing(made, _live(known, by_hand)), unrecorded=frozenset({"live"}))

    def _with_draft(self, entry_id: str, known: Known, made: Known) -> Known:
        file = made.draft_file
        last = made.standing.draft
        if file.entry is not None:
            if last is not None and _same(last.entry, file.entry):
                last = replace(last, entry=file.entry)
                made = replace(made, standing=replace(made.standing, draft=last))
                return replace(made, draft=_draft(last))
            if known is not NOTHING and self._journal.is_open(entry_id):
                return replace(made, draft=known.draft, unsettled=True)
            by_hand = _by_hand(file.entry, made.standing.head, file)
            unrecorded = made.unrecorded | {"drafts"}
            return replace(made, draft=_draft(by_hand), unrecorded=unrecorded)
        if last is None:
            return made
        if file is ABSENT:
            if self._drafts.is_missing(entry_id):
                return replace(made, unrecorded=made.unrecorded | {"drafts"})
            return replace(made, draft=_draft(last), unsettled=True, vanishing=True)
        return replace(made, draft=_draft(last))

    def _fall_back(self, known: Known, made: Known) -> Known:
        if "live" in known.unrecorded and isinstance(known.shown, Live):
            return replace(_showing(made, known.shown), unrecorded=frozenset({"live"}))
        last = made.standing.live
        if last is not None and last.action == "publish":
            return _showing(made, _live(known, last))
        return _showing(made, _shown(last))

    def _broken_rules(self, entry: Entry) -> tuple[Breach, ...]:
        return tuple(breach for breach in self._rules(entry) if breach.severity == "error")

    def _taken_addresses(self, entry: Entry) -> tuple[Breach, ...]:
        article = entry.article
        addresses = [("$.article.url", article.url)]
        addresses += [(f"$.article.aliases[{i}]", url) for i, url in enumerate(article.aliases)]
        found = []
        for path, url in addresses:
            owner = self.owners.get(key_of(url) or "", entry.id)
            if owner != entry.id:
                message = f"is already the address of the entry {owner!r}; change it in one of them"
                found.append(Breach(path, message))
        return tuple(found)

    def _keep(self, entry_id: str, known: Known, made: Known) -> None:
        if made.keys != known.keys:
            for key in known.keys - made.keys:
                if self.owners.get(key) == entry_id:
                    del self.owners[key]
        for key in made.keys:
            self.owners.setdefault(key, entry_id)
        empty = made.live_file is ABSENT and made.draft_file is ABSENT and not made.standing.head
        if empty and made.shown is None:
            self.entries.pop(entry_id, None)
        else:
            self.entries[entry_id] = made


def _same(one: Entry, other: Entry) -> bool:
    return one is other or one == other


def key_of(url: str) -> str | None:
    """Return the key under which ``url`` is found; None where it is no address."""
    try:
        return urls.normalize(url)
    except ValueError:
        return None


def _keys(addresses: Iterable[str]) -> frozenset[str]:
    return frozenset(key for key in map(key_of, addresses) if key)


def _showing(made: Known, shown: tuple[Live | Withdrawn, Entry] | Live | None) -> Known:
    if shown is None:
        return made
    what, entry = (shown, shown.entry) if isinstance(shown, Live) else shown
    return replace(made, shown=what, keys=_keys([entry.article.url, *entry.article.aliases]))


def _live(known: Known, revision: Revision) -> Live:
    before = known.shown
    if isinstance(before, Live) and before.entry is revision.entry:
        digest = before.digest
    else:
        digest = hashlib.sha256(revision.entry.to_json()).hexdigest()
    return Live(revision.entry, revision.number, revision.at, digest)


def _shown(revision: Revision | None) -> tuple[Withdrawn, Entry] | Live | None:
    if revision is None:
        return None
    entry = revision.entry
    return (
        Withdrawn(
            id=entry.id,
            language=entry.language,
            article_url=entry.article.url,
            article_title=entry.article.title,
            revision=revision.number,
            at=revision.at,
            reason=revision.note,
            legal=revision.legal,
        ),
        entry,
    )


def _draft(revision: Revision) -> Draft:
    return Draft(revision.entry, revision.number, revision.at, revision.actor)


def _by_hand(entry: Entry, number: int, file: File) -> Revision:
    at = datetime.fromtimestamp(file.modified, UTC)
    return Revision(number, at, FILE_ACTOR, "publish", "", entry)
