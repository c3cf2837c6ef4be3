"""A store as somebody sees it who works for some publications only.

Entries of other publications do not exist in it. Where that cannot hold, since their ids and URLs
are taken, the error says that and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from widget.editorial.access import Scope
from widget.entry import Entry, Withdrawn
from widget.entry.model import is_id
from widget.errors import (
    Breach,
    Conflict,
    Forbidden,
    InsightsError,
    InvalidEntry,
    NotFound,
    message,
)
from widget.store import (
    UNKNOWN,
    Counts,
    DeskAction,
    Draft,
    Key,
    Live,
    LogLine,
    Plan,
    Prepare,
    Problem,
    Query,
    Revision,
    Row,
    Step,
    Store,
    StoredEntry,
    Unknown,
    Workflow,
)
from widget.store.entry_summary import UrlTaken
from widget.store.state import conflict, no_revision, nothing_to
from widget.store.workflow import NO_WORKFLOW

_SET_ASIDE = message("is set aside; somebody who works for all publications can see why")

_MANY = message("many entries at once can be changed only with all publications")


class ScopedStore:
    """The entries of one scope in ``store``. See ``Store`` for the methods."""

    def __init__(self, store: Store, scope: Scope) -> None:
        self._store = store
        self._scope = scope

    # Reading

    def live(self, entry_id: str) -> Live | Withdrawn | None:
        """Return what readers see."""
        return self._shown(entry_id)[1]

    def find(self, url: str) -> str | None:
        """Return the id of the entry that owns ``url``."""
        owner = self._store.find(url)
        return owner if owner is not None and self._has(owner) else None

    def live_cached(self, entry_id: str) -> Live | Withdrawn | Unknown | None:  # noqa: ARG002
        """Return UNKNOWN: whose entry it is cannot be told without waiting."""
        return UNKNOWN

    def find_cached(self, url: str) -> str | Unknown | None:  # noqa: ARG002
        """Return UNKNOWN, as ``live_cached``."""
        return UNKNOWN

    def draft(self, entry_id: str) -> Draft | None:
        """Return the draft, or None."""
        return self._shown(entry_id)[0]

    def workflow(self, entry_id: str) -> Workflow:
        """Return the state of an entry beside its document."""
        return self._store.workflow(entry_id) if self._has(entry_id) else NO_WORKFLOW

    def ids(self) -> list[str]:
        """Return the ids of all entries, sorted."""
        return [it for it in self._store.ids() if self._has(it)]

    def rows(
        self, query: Query, *, limit: int, offset: int = 0, after: Key | None = None
    ) -> list[Row]:
        """Return some of the rows that match ``query``."""
        rows = self._store.rows(self._narrowed(query), limit=limit, offset=offset, after=after)
        # The reason may name another publication's entry.
        return [replace(it, problem=_SET_ASIDE) if it.problem else it for it in rows]

    def counts(self, query: Query) -> Counts:
        """Count the rows."""
        return self._store.counts(self._narrowed(query))

    def planned(self, until: datetime) -> list[str]:
        """Return the ids of entries to be published or withdrawn by ``until``."""
        return [it for it in self._store.planned(until) if self._has(it)]

    def log_size(self) -> int:
        """Return the number of the newest line of the log, of all publications."""
        return self._store.log_size()

    def log_lines(self, *, after: int, limit: int) -> list[LogLine]:
        """Return lines of all publications: the log is public, and a chain as a whole."""
        return self._store.log_lines(after=after, limit=limit)

    def log_changes(self, *, before: int | None = None, limit: int) -> list[LogLine]:
        """Return corrections, withdrawals and restorations of all publications."""
        return self._store.log_changes(before=before, limit=limit)

    def head(self, entry_id: str) -> int:
        """Return the number of the newest revision."""
        return self._store.head(entry_id) if self._has(entry_id) else 0

    def history(self, entry_id: str) -> list[Revision]:
        """Return all revisions whose documents are of this scope, newest first."""
        if not self._has(entry_id):
            return []
        return [it for it in self._store.history(entry_id) if self._includes(it.entry)]

    def revision(self, entry_id: str, number: int) -> Revision:
        """Return one revision. Raises NotFound."""
        missing = no_revision(entry_id, number)
        if not self._has(entry_id):
            raise missing
        revision = self._store.revision(entry_id, number)
        if not self._includes(revision.entry):
            raise missing
        return revision

    def heads(self) -> dict[str, int]:
        """Return the number of the newest revision of each entry, by id."""
        return {entry_id: self._store.head(entry_id) for entry_id in self.ids()}

    def read_many(
        self, entry_ids: Sequence[str], *, history: bool = True
    ) -> dict[str, StoredEntry]:
        """Return everything of this scope about these entries, by id."""
        found = {}
        for entry_id in entry_ids:
            draft, live = self._shown(entry_id)
            revisions = tuple(reversed(self.history(entry_id))) if history else ()
            found[entry_id] = StoredEntry(self.head(entry_id), revisions, live, draft)
        return found

    def problems(self, *, thorough: bool = False) -> list[Problem]:  # noqa: ARG002
        """Return nothing: whose file it is cannot be told of one that cannot be read."""
        return []

    # Changing

    def save(
        self, entry: Entry, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        """Save ``entry`` as the draft. Raises InvalidEntry where its URL or id is not free."""
        newest = self._store.head(entry.id) if is_id(entry.id) else 0
        if newest and not self._has(entry.id):
            raise self._taken(entry.id, head)
        breaches = self.foreign_urls(entry)
        if breaches:
            raise InvalidEntry(breaches)
        head = newest if head is None else head
        try:
            return self._store.save(entry, actor=actor, note=note, head=head)
        except Conflict:
            if self._store.head(entry.id) and not self._has(entry.id):
                raise self._taken(entry.id, head) from None
            raise

    def discard(
        self, entry_id: str, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        """Discard the draft. Raises NotFound, Conflict."""
        with self._own(entry_id, head, nothing_to("discard", entry_id)) as seen:
            return self._store.discard(entry_id, actor=actor, note=note, head=seen)

    def publish(
        self, entry_id: str, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        """Make the draft live. Raises NotFound, InvalidEntry, Conflict."""
        with self._own(entry_id, head, nothing_to("publish", entry_id)) as seen:
            try:
                return self._store.publish(entry_id, actor=actor, note=note, head=seen)
            except InvalidEntry as error:
                raise InvalidEntry(map(self._redacted, error.breaches)) from None

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
        with self._own(entry_id, head, nothing_to("withdraw", entry_id)) as seen:
            return self._store.withdraw(
                entry_id, actor=actor, reason=reason, legal=legal, head=seen
            )

    def change_workflow(
        self,
        entry_id: str,
        action: DeskAction,
        plan: Plan,
        *,
        actor: str,
        note: str = "",
        detail: str = "",
        head: int | None = None,
    ) -> Revision:
        """Append a desk action. Raises NotFound, Conflict, what ``plan`` raises."""
        missing = nothing_to("change", entry_id)

        def own(draft: Draft | None, live: Live | Withdrawn | None, workflow: Workflow) -> Step:
            # Under the entry's lock: it may have moved to another publication just now.
            if not self._scope.includes_entry(draft, live):
                raise missing
            return plan(draft, live, workflow)

        with self._own(entry_id, head, missing):
            return self._store.change_workflow(
                entry_id, action, own, actor=actor, note=note, detail=detail, head=head
            )

    def adopt(self, revision: Revision) -> None:
        """Raise Forbidden: copying a store is for those who work for all publications."""
        raise Forbidden(
            message("%(entry)r can be copied only with all publications", entry=revision.entry.id)
        )

    def adopt_all(self, histories: Sequence[Sequence[Revision]]) -> list[InsightsError | None]:
        """Refuse all, as ``adopt``."""
        return [Forbidden(_MANY) for _ in histories]

    def adopt_log(self, lines: Sequence[LogLine]) -> bool:  # noqa: ARG002
        """Refuse all, as ``adopt``."""
        return False

    def put_all(
        self,
        entries: Sequence[Entry],
        *,
        actor: str,  # noqa: ARG002
        note: str = "",  # noqa: ARG002
        publish: bool = False,  # noqa: ARG002
        prepare: Prepare,  # noqa: ARG002
    ) -> list[InsightsError | None]:
        """Refuse all: importing is for those who work for all publications."""
        return [Forbidden(_MANY) for _ in entries]

    def poll(self) -> None:
        """Look for changes that others made."""
        self._store.poll()

    def close(self) -> None:
        """Do nothing: the store is not this view's."""

    # Whose entry it is

    def _shown(self, entry_id: str) -> tuple[Draft | None, Live | Withdrawn | None]:
        draft, live = self._store.draft(entry_id), self._store.live(entry_id)
        return (draft, live) if self._scope.includes_entry(draft, live) else (None, None)

    def _has(self, entry_id: str) -> bool:
        draft, live = self._store.draft(entry_id), self._store.live(entry_id)
        if draft or live:
            return self._scope.includes_entry(draft, live)
        # Its draft was discarded, and it was never live.
        newest = self._store.history(entry_id)[:1]
        return any(self._includes(it.entry) for it in newest)

    def _includes(self, entry: Entry) -> bool:
        return self._scope.includes(entry.article.url)

    def _narrowed(self, query: Query) -> Query:
        return replace(query, sites=(*query.sites, *self._scope.sites))

    @contextmanager
    def _own(self, entry_id: str, head: int | None, missing: NotFound) -> Iterator[int]:
        """Yield the revision to be changed; as of an unknown entry if it is not of this scope.

        Naming it keeps a move to another publication from coming in between.
        """
        newest = (self._store.head(entry_id) if is_id(entry_id) else 0) if head is None else head
        if not self._has(entry_id):
            raise conflict(entry_id, head, 0, None) if head else missing
        try:
            yield newest
        except Conflict:
            if not self._has(entry_id):
                raise missing from None
            raise

    def _taken(self, entry_id: str, head: int | None) -> Conflict | InvalidEntry:
        if head:
            return conflict(entry_id, head, 0, None)
        return InvalidEntry([Breach("$.id", message("is taken; choose another id"))])

    def is_free(self, entry_id: str) -> bool:
        """Return whether no entry of any publication has this id."""
        return not self._store.head(entry_id)

    def foreign_urls(self, entry: Entry) -> list[Breach]:
        """Return the URLs of other publications; aliases that are there already may stay."""
        draft, live = self._shown(entry.id)
        existing = {
            alias
            for it in (draft, live if isinstance(live, Live) else None)
            if it
            for alias in it.entry.article.aliases
        }
        article = entry.article
        given = [("$.article.url", article.url)]
        given += [
            (f"$.article.aliases[{place}]", url)
            for place, url in enumerate(article.aliases)
            if url not in existing
        ]
        own = ", ".join(self._scope.publications) or "none"
        foreign = message(
            "is not of a publication that you work for (%(own)s); correct the address", own=own
        )
        return [Breach(path, foreign) for path, url in given if not self._scope.includes(url)]

    def _redacted(self, breach: Breach) -> Breach:
        if isinstance(breach, UrlTaken) and not self._has(breach.owner):
            return Breach(
                breach.path, message("is already the URL of another entry; correct the address")
            )
        return breach
