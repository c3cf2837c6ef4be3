"""The store in a PostgreSQL database, shared by all processes on all machines."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar, cast

from widget.entry import Entry
from widget.entry.containment import or_else
from widget.entry.model import is_id
from widget.errors import Breach, InsightsError, InvalidEntry, StoreUnavailable
from widget.storage.postgres import PATIENCE_SECONDS, Connection, InDoubt, open_database, release
from widget.store.batch import BatchPlan, BatchStore, Request
from widget.store.entry_summary import lookup_key, lookup_keys, url_conflicts
from widget.store.postgres import bulk, bulk_rows, entry_tables, revision_rows, search
from widget.store.postgres.listener import Listener
from widget.store.postgres.live_cache import LiveCache, Value, Values
from widget.store.postgres.planned_change import PlannedChange
from widget.store.postgres.rekeying import renew_keys
from widget.store.postgres.storable import check_text, encode
from widget.store.protocol import (
    UNKNOWN,
    ChangeListener,
    DeskAction,
    Draft,
    Live,
    Plan,
    Problem,
    Revision,
    Rules,
    StoredEntry,
    Unknown,
    Withdrawn,
)
from widget.store.query import Counts, Key, Query, Row
from widget.store.state import (
    EntryState,
    conflict,
    draft_from,
    no_revision,
    nothing_to,
    shown_entry,
    shown_from,
)
from widget.store.validation import broken_rules, check_change, check_entry, missing_approvals
from widget.store.workflow import NO_WORKFLOW, Workflow

READ_SECONDS = 1.0
"""How long a reader waits for the database."""
LIST_SECONDS = PATIENCE_SECONDS
"""How long a request for a list or a history waits."""
_TRIES = 20

T = TypeVar("T")


class PostgresStore(BatchStore):
    """A ``Store`` in the database at ``url``; ``create`` makes missing tables."""

    def __init__(
        self,
        url: str,
        rules: Rules,
        on_change: ChangeListener | None = None,
        *,
        create: bool = True,
        stale_seconds: float = 60,
    ) -> None:
        self._rules = rules
        self._on_change = on_change
        self._database = open_database(url, create=create)
        try:
            renew_keys(self._database)
        except StoreUnavailable:
            release(self._database)
            raise
        self._cache = LiveCache(stale_seconds)
        self._listener = Listener(self._database, self._cache)

    # Reading

    def live(self, entry_id: str) -> Live | Withdrawn | None:
        """Return what readers see, from the cache if nothing changed."""
        if not is_id(entry_id):
            return None
        found = self._lookup(self._cache.entries, entry_id, _shown)
        return cast("Live | Withdrawn | None", found)

    def find(self, url: str) -> str | None:
        """Return the id of the entry that owns ``url``."""
        key = lookup_key(url)
        if key is None:
            return None
        return cast("str | None", self._lookup(self._cache.url_owners, key, entry_tables.owner))

    def live_cached(self, entry_id: str) -> Live | Withdrawn | Unknown | None:
        """Return what readers see, UNKNOWN if it is not cached."""
        return cast(
            "Live | Withdrawn | Unknown | None", self._cached(self._cache.entries, entry_id)
        )

    def find_cached(self, url: str) -> str | Unknown | None:
        """Return the id of the entry that owns ``url``, UNKNOWN if it is not cached."""
        key = lookup_key(url)
        if key is None:
            return None
        return cast("str | Unknown | None", self._cached(self._cache.url_owners, key))

    def draft(self, entry_id: str) -> Draft | None:
        """Return the draft, or None."""
        if not is_id(entry_id):
            return None
        return self._retried(lambda it: entry_tables.draft(it, entry_id))

    def workflow(self, entry_id: str) -> Workflow:
        """Return the state of an entry beside its document."""
        if not is_id(entry_id):
            return NO_WORKFLOW
        return self._retried(lambda it: entry_tables.workflow(it, entry_id))

    def ids(self) -> list[str]:
        """Return the ids of all entries, sorted."""
        return self._retried(search.ids, LIST_SECONDS)

    def rows(
        self, query: Query, *, limit: int, offset: int = 0, after: Key | None = None
    ) -> list[Row]:
        """Return some of the rows that match ``query``."""
        return self._retried(lambda it: search.rows(it, query, limit, offset, after), LIST_SECONDS)

    def counts(self, query: Query) -> Counts:
        """Count the rows."""
        return self._retried(lambda it: search.counts(it, query), LIST_SECONDS)

    def planned(self, until: datetime) -> list[str]:
        """Return the ids of entries to be published or withdrawn by ``until``."""
        return self._retried(lambda it: search.planned(it, until))

    def head(self, entry_id: str) -> int:
        """Return the number of the newest revision."""
        return self._retried(lambda it: entry_tables.head(it, entry_id)) if is_id(entry_id) else 0

    def history(self, entry_id: str) -> list[Revision]:
        """Return all revisions, newest first."""
        if not is_id(entry_id):
            return []
        return self._retried(lambda it: entry_tables.history(it, entry_id), LIST_SECONDS)

    def revision(self, entry_id: str, number: int) -> Revision:
        """Return one revision. Raises NotFound."""
        found = None
        if is_id(entry_id) and 0 < number < 2**31:
            found = self._retried(lambda it: entry_tables.revision(it, entry_id, number))
        if found is None:
            raise no_revision(entry_id, number)
        return found

    def heads(self) -> dict[str, int]:
        """Return the number of the newest revision of each entry, by id."""
        return self._retried(bulk_rows.heads, LIST_SECONDS)

    def read_many(
        self, entry_ids: Sequence[str], *, history: bool = True
    ) -> dict[str, StoredEntry]:
        """Return everything about these entries, by id."""
        read = partial(bulk.read_many, entry_ids=entry_ids, history=history)
        return self._retried(read, LIST_SECONDS)

    def problems(self, *, thorough: bool = False) -> list[Problem]:
        """Return unreadable revisions if ``thorough``; there are no other problems."""
        if not thorough:
            self._retried(entry_tables.horizon)  # raises StoreUnavailable during an outage
            return []
        with self._database.reading() as connection:
            return list(revision_rows.unreadable(connection))

    def poll(self) -> None:
        """Do nothing: the listener notices changes by others."""

    def close(self) -> None:
        """Stop listening, and release the connections."""
        self._listener.close()
        release(self._database)

    def _cached(self, values: Values, key: str) -> Value | Unknown:
        fresh = self._cache.is_fresh()  # first: a value may be invalidated in between
        found = self._cache.get(values, key)
        return found if fresh else UNKNOWN

    def _lookup(self, values: Values, key: str, query: Callable[[Connection, str], Value]) -> Value:
        cache = self._cache
        found = self._cached(values, key)
        if not isinstance(found, Unknown):
            return found
        self._listener.start()
        if cache.outage:
            return cache.get_stale(values, key, cache.outage)
        generation = cache.generation
        try:
            value = self._retried(lambda it: query(it, key))
        except StoreUnavailable as error:
            return cache.get_stale(values, key, str(error))
        cache.put(values, key, value, generation)
        return value

    def _retried(self, query: Callable[[Connection], T], patience: float = READ_SECONDS) -> T:
        """Run a query, a second time if the connection is stale. Raises StoreUnavailable."""
        if self._cache.outage:
            raise StoreUnavailable(self._cache.outage)
        began = time.monotonic()
        try:
            return self._query(query, patience)
        except StoreUnavailable:
            if time.monotonic() - began > READ_SECONDS / 2:
                raise
            return self._query(query, patience)

    def _query(self, query: Callable[[Connection], T], patience: float) -> T:
        with self._database.reading(patience=patience, wait=READ_SECONDS) as connection:
            return query(connection)

    # Changing

    def save(
        self, entry: Entry, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        """Save ``entry`` as the draft. Raises InvalidEntry, Conflict."""
        check_entry(entry, encode(entry))
        return self._change(entry.id, actor, note, head, lambda *_: PlannedChange("save", entry))

    def discard(
        self, entry_id: str, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        """Discard the draft. Raises NotFound, Conflict."""

        def plan(_: Connection, state: EntryState) -> PlannedChange:
            if state.draft is None:
                raise nothing_to("discard", entry_id)
            return PlannedChange("discard", state.draft.entry)

        return self._change(entry_id, actor, note, head, plan)

    def publish(
        self, entry_id: str, *, actor: str, note: str = "", head: int | None = None
    ) -> Revision:
        """Make the draft live. Raises NotFound, InvalidEntry, Conflict."""

        def plan(connection: Connection, state: EntryState) -> PlannedChange:
            if state.draft is None:
                raise nothing_to("publish", entry_id)
            entry = state.draft.entry
            breaches = [
                *broken_rules(self._rules, entry),
                *missing_approvals(self._rules, entry, state.workflow, first=state.live is None),
                *_url_conflicts(connection, entry),
            ]
            if breaches:
                raise InvalidEntry(breaches)
            return PlannedChange("publish", entry)

        return self._change(entry_id, actor, note, head, plan)

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

        def plan(connection: Connection, state: EntryState) -> PlannedChange:
            live = state.live
            if live is None and entry_tables.has_live(connection, entry_id):
                live = entry_tables.newest_readable(connection, entry_id)
            elif live is not None and live.action != "publish":
                live = None
            if live is None:
                raise nothing_to("withdraw", entry_id)
            return PlannedChange("withdraw", live.entry, legal)

        return self._change(entry_id, actor, reason, head, plan)

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

        def planned(_: Connection, state: EntryState) -> PlannedChange:
            draft = draft_from(state.draft, state.workflow) if state.draft else None
            live = shown_from(state.live, state.workflow)
            current = shown_entry(entry_id, draft, live, state)
            step = plan(draft, live, state.workflow)
            return PlannedChange(
                action, step.document or current, workflow=step.workflow, detail=detail
            )

        return self._change(entry_id, actor, note, head, planned)

    def adopt(self, revision: Revision) -> None:
        """Append a revision of another store, unchanged. Raises Conflict, InvalidEntry."""
        entry_id = revision.entry.id
        check_text(revision.actor, revision.note)
        encode(revision.entry)

        def build(connection: Connection, state: EntryState) -> Revision:
            if state.head != revision.number - 1:
                raise conflict(entry_id, revision.number - 1, state.head, None)
            if revision.action == "publish":
                breaches = [
                    *missing_approvals(self._rules, revision.entry, state.workflow),
                    *_url_conflicts(connection, revision.entry),
                ]
                if breaches:
                    raise InvalidEntry(breaches)
            return revision

        self._append(entry_id, build)

    def _append_all(self, requests: Sequence[Request]) -> list[InsightsError | None]:
        try:
            plan = bulk.append_all(self._database, requests)
        except bulk.BatchInDoubt as error:
            self._notify_all(error.plan)
            raise
        self._notify_all(plan)
        return plan.refusals

    def _notify_all(self, plan: BatchPlan) -> None:
        for revision in plan.revisions:
            self._notify(revision.entry.id, revision)

    def _change(
        self,
        entry_id: str,
        actor: str,
        note: str,
        head: int | None,
        plan: Callable[[Connection, EntryState], PlannedChange],
    ) -> Revision:
        check_change(entry_id, actor, note)
        check_text(actor, note)

        def build(connection: Connection, state: EntryState) -> Revision:
            if head is not None and head != state.head:
                first = entry_tables.revision(connection, entry_id, state.head)
                raise conflict(entry_id, head, state.head, first)
            return plan(connection, state).revision(state, actor, note)

        return self._append(entry_id, build)

    def _append(
        self, entry_id: str, build: Callable[[Connection, EntryState], Revision]
    ) -> Revision:
        for _ in range(_TRIES):
            revision: Revision | None = None
            try:
                with self._database.changing() as connection:
                    state = entry_tables.lock(connection, entry_id)
                    revision = build(connection, state)
                    entry_tables.append(connection, state, revision)
            except entry_tables.Conflicting:
                continue
            except InDoubt:
                self._notify(entry_id, revision)  # it may have been saved: notify in any case
                raise
            self._notify(entry_id, revision)
            return revision
        raise StoreUnavailable(f"too many changes of {entry_id!r} at once; try again")

    def _notify(self, entry_id: str, revision: Revision | None) -> None:
        self._cache.invalidate([entry_id])
        changed = self._on_change
        if changed and revision:
            or_else("notifying of a change", lambda: changed(revision), None)


def _shown(connection: Connection, entry_id: str) -> Live | Withdrawn | None:
    newest = entry_tables.live(connection, entry_id)
    return shown_from(newest, entry_tables.workflow(connection, entry_id))


def _url_conflicts(connection: Connection, entry: Entry) -> list[Breach]:
    return url_conflicts(entry, entry_tables.owners(connection, lookup_keys(entry)).get)
