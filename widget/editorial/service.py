"""The one way to change an entry: pages, API, commands and imports go through ``Editorial``."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from widget.config import Settings, check_under
from widget.editorial.access import Scope
from widget.editorial.actors import person_of
from widget.editorial.annotating import Annotating
from widget.editorial.asking import Asking
from widget.editorial.comments import Comments
from widget.editorial.planning import Planning
from widget.editorial.review import Review, unsigned
from widget.editorial.scoped_store import ScopedStore
from widget.entry import Entry, parse_entry
from widget.errors import (
    Breach,
    Forbidden,
    InsightsError,
    InvalidEntry,
    InvalidRequest,
    NotFound,
    message,
)
from widget.store import Draft, EntryReader, LogLine, Revision, Store
from widget.store.rules import unasked

_BESIDE_THE_DOCUMENT = frozenset(
    {"submit", "return", "assign", "schedule", "comment", "resolve", "annotate", "voice"}
)


log = logging.getLogger("insights.editorial")

DraftedCheck = Callable[[Entry], list[Breach]]
"""Returns what a person has to settle in a drafted entry before it is published."""


class Editorial:
    """Changes to entries, and the rules for them: publishing, four eyes, actors, notes.

    ``actor`` names who makes a change (see ``widget.editorial.actors``). ``head`` is the newest
    revision that the actor has seen; None applies the change to whatever is newest. Every change
    raises what the store raises: NotFound, InvalidEntry, Conflict, StoreUnavailable.

    Each of ``forgetting`` removes the records beside an entry that is withdrawn for legal reasons.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        drafted: DraftedCheck | None = None,
        *,
        view: ScopedStore | None = None,
    ) -> None:
        self._store = store
        self._view = view
        self._settings = settings
        self._drafted = drafted
        self.review = Review(store, settings, self.check)
        self.planning = Planning(store, self._publishing_refusal)
        self.comments = Comments(store)
        self.annotating = Annotating(store)
        self.asking = Asking(store)
        self.forgetting: list[Callable[[str], None]] = []

    def _forget(self, entry_id: str) -> None:
        for forget in self.forgetting:
            try:
                forget(entry_id)
            except InsightsError as error:  # the entry is withdrawn all the same
                log.warning("%s: its records are removed later: %s", entry_id, error)

    def within(self, scope: Scope) -> Editorial:
        """Return the same for the entries of ``scope`` alone; others do not exist in it."""
        if scope.is_everything:
            return self
        store, drafted = ScopedStore(self._store, scope), self._drafted

        def own(entry: Entry) -> list[Breach]:
            # The run of another publication's entry is nobody else's to see.
            return drafted(entry) if drafted and store.head(entry.id) else []

        scoped = Editorial(store, self._settings, own if drafted else None, view=store)
        scoped.forgetting = self.forgetting
        return scoped

    @property
    def entries(self) -> EntryReader:
        """Read access to the entries."""
        return self._store

    def is_free(self, entry_id: str) -> bool:
        """Return whether a new entry may have this id; also others' entries have theirs."""
        return self._view.is_free(entry_id) if self._view else not self._store.head(entry_id)

    def foreign_urls(self, entry: Entry) -> list[Breach]:
        """Return the URLs of other publications in ``entry``, which cannot be saved with them."""
        return self._view.foreign_urls(entry) if self._view else []

    def validate(self, data: bytes) -> tuple[Entry | None, list[Breach]]:
        """Return the entry in ``data``, None if it has none, and everything wrong with it."""
        try:
            entry = parse_entry(data)
        except InvalidEntry as error:
            return None, list(error.breaches)
        return entry, [*self.foreign_urls(entry), *self.check(entry)]

    def check(self, entry: Entry) -> list[Breach]:
        """Return what prevents publishing ``entry``, and warnings.

        That is what the rules for publishing say and, of a drafted entry, the findings that nobody
        has settled.
        """
        return [*check_under(self._settings, entry), *self._unsettled(entry)]

    def unasked(self, entry: Entry) -> list[Breach]:
        """Return why the author has to be asked, or waited for, before ``entry`` is published."""
        if self._store.live(entry.id) is not None:
            return []
        return unasked(self._settings, entry, self._store.workflow(entry.id))

    def save(
        self, entry: Entry, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        """Save ``entry`` as the draft."""
        head = self._seen(entry.id, head)
        entry = unsigned(entry, self._store.workflow(entry.id))
        return self._store.save(entry, actor=actor, note=note, head=head)

    def discard(
        self, entry_id: str, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        """Discard the draft."""
        head = self._seen(entry_id, head)
        return self._store.discard(entry_id, actor=actor, note=note, head=head)

    def publish(
        self, entry_id: str, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        """Publish the draft.

        Raises Forbidden if ``four_eyes`` requires another person, and InvalidEntry if a language
        model drafted the entry and a finding that blocks is neither mended nor resolved, or if
        the approvals that it needs are missing.
        """
        head = self._seen(entry_id, head)
        if self._drafted:
            head = self._store.head(entry_id) if head is None else head
            draft = self._store.draft(entry_id)
            unsettled = self._unsettled(draft.entry) if draft else []
            if unsettled:
                raise InvalidEntry(unsettled)
        if self._settings.four_eyes:
            # Read before the draft, so that a draft saved in between raises Conflict.
            head = self._store.head(entry_id) if head is None else head
            refusal = self.four_eyes_refusal(entry_id, actor=actor)
            if refusal:
                raise Forbidden(refusal)
        return self._store.publish(entry_id, actor=actor, note=note, head=head)

    def put(
        self,
        entry: Entry,
        *,
        actor: str,
        note: str = "",
        publish: bool = False,
        keep_draft: bool = False,
    ) -> Revision:
        """Save ``entry`` as the draft and, with ``publish``, publish it.

        If publishing is refused, InvalidEntry or Forbidden is raised; the draft then stays saved
        with ``keep_draft``, and without it the entry is as it was before.
        """
        if publish and not keep_draft:
            self._raise_unless_publishable_in_one_step(entry, actor)
        before = self._store.draft(entry.id)
        saved = self.save(entry, actor=actor, note=note)
        if not publish:
            return saved
        try:
            return self.publish(entry.id, actor=actor, note=note, head=saved.number)
        except InvalidEntry:
            # The checks above do not know that another entry has the same URL.
            if not keep_draft:
                self._put_back(entry.id, before, actor)
            raise

    def withdraw(
        self,
        entry_id: str,
        *,
        actor: str,
        reason: str = "",
        legal: bool = False,
        head: int | None = None,
    ) -> Revision:
        """Withdraw the live entry. Raises InvalidRequest without a reason or ``legal``."""
        if not reason.strip() and not legal:
            empty = message("is empty; give a reason for readers, or mark it as legal")
            raise InvalidRequest([Breach("$.reason", empty)])
        head = self._seen(entry_id, head)
        gone = self._store.withdraw(entry_id, actor=actor, reason=reason, legal=legal, head=head)
        if legal:
            self._forget(entry_id)
        return gone

    def restore(
        self, entry_id: str, number: int, *, actor: str, head: int | None = None
    ) -> Revision:
        """Save revision ``number`` as the draft. Raises NotFound."""
        revision = self._store.revision(entry_id, number)
        entry = unsigned(revision.entry, revision.workflow)
        return self.save(entry, actor=actor, note=f"Restores revision {number}.", head=head)

    def adopt(self, revision: Revision) -> None:
        """Append a revision of another store unchanged; see ``Store.adopt``."""
        self._store.adopt(revision)

    def adopt_all(self, histories: Sequence[Sequence[Revision]]) -> list[InsightsError | None]:
        """Append revisions of another store; see ``Store.adopt_all``."""
        return self._store.adopt_all(histories)

    def adopt_log(self, lines: Sequence[LogLine]) -> bool:
        """Append lines of another store's log; see ``Store.adopt_log``."""
        return self._store.adopt_log(lines)

    def put_all(
        self, entries: Sequence[Entry], *, actor: str, note: str = "", publish: bool = False
    ) -> list[InsightsError | None]:
        """Do what ``put`` does with each entry; returns why each was refused, None if it was not.

        All of them are acknowledged as a whole; see ``Store.put_all``.
        """
        refusals = [self._refusal_in_one_step(it, actor) if publish else None for it in entries]
        allowed = [it for it, refusal in zip(entries, refusals, strict=True) if refusal is None]
        outcomes = iter(
            self._store.put_all(allowed, actor=actor, note=note, publish=publish, prepare=unsigned)
        )
        return [next(outcomes) if refusal is None else refusal for refusal in refusals]

    def _refusal_in_one_step(self, entry: Entry, actor: str) -> InsightsError | None:
        """Return why an entry cannot be saved and published at once, beside what the store says."""
        if self._settings.four_eyes:
            return _not_in_one_step(actor)
        unsettled = [it for it in self._unsettled(entry) if it.severity == "error"]
        if unsettled:
            return InvalidEntry([*check_under(self._settings, entry), *unsettled])
        return None

    def four_eyes_refusal(self, entry_id: str, *, actor: str) -> str:
        """Return why ``four_eyes`` forbids ``actor`` to publish the current draft, or "".

        The setting requires two different persons, whether they use pages, tokens or commands.
        """
        draft = self._store.draft(entry_id)
        if not self._settings.four_eyes or draft is None:
            return ""
        saver, publisher = person_of(draft.actor), person_of(actor)
        if publisher is None:
            return message(
                "%(name)s belongs to no user, so four_eyes cannot verify that a second person "
                "publishes this; create a token for a user",
                name=actor,
            )
        if saver is None:
            return message(
                "%(name)s saved this draft last and belongs to no user (four_eyes); "
                "save it again as a user, and let somebody else publish it",
                name=draft.actor,
            )
        if saver == publisher:
            return message(
                "%(name)s saved this draft last and cannot publish it (four_eyes); "
                "ask somebody else to review and publish it",
                name=draft.actor,
            )
        return ""

    def _publishing_refusal(self, entry_id: str, actor: str) -> str:
        return self.four_eyes_refusal(entry_id, actor=actor)

    def _seen(self, entry_id: str, head: int | None) -> int | None:
        """Return the newest revision, if only the desk moved on since the revision ``head``.

        A comment or an assignment is no change of the document, and no conflict with one.
        """
        if head is None:
            return None
        newest = self._store.head(entry_id)
        for number in range(head + 1, newest + 1):
            try:
                action = self._store.revision(entry_id, number).action
            except NotFound:
                return head
            if action not in _BESIDE_THE_DOCUMENT:
                return head
        return max(head, newest)

    def _unsettled(self, entry: Entry) -> list[Breach]:
        return self._drafted(entry) if self._drafted else []

    def _raise_unless_publishable_in_one_step(self, entry: Entry, actor: str) -> None:
        if self._settings.four_eyes:
            raise _not_in_one_step(actor)
        breaches = [*self.check(entry), *self.review.missing(entry)]
        breaches += self.unasked(entry)
        errors = [breach for breach in breaches if breach.severity == "error"]
        if errors:
            raise InvalidEntry(errors)

    def _put_back(self, entry_id: str, before: Draft | None, actor: str) -> None:
        note = "Publishing was refused."
        if before is None:
            self.discard(entry_id, actor=actor, note=note)
        else:
            self.save(before.entry, actor=actor, note=note)


def _not_in_one_step(actor: str) -> Forbidden:
    return Forbidden(
        message(
            "%(name)s cannot save and publish in one step (four_eyes); save a draft, and "
            "let somebody else publish it",
            name=actor,
        )
    )
