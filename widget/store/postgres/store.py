"""The store in a PostgreSQL database, shared by all processes on all machines."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from widget.entry import Entry
from widget.entry.containment import or_else
from widget.errors import Breach, InsightsError, InvalidEntry, StoreUnavailable
from widget.storage.postgres import Connection, InDoubt
from widget.store.batch import BatchPlan, BatchStore, Request
from widget.store.entry_summary import lookup_keys, url_conflicts
from widget.store.log_line import LogLine
from widget.store.postgres import bulk, entry_tables, log_table
from widget.store.postgres.planned_change import PlannedChange
from widget.store.postgres.reader import PostgresReader
from widget.store.postgres.storable import check_text, encode
from widget.store.protocol import (
    ChangeListener,
    DeskAction,
    Plan,
    Revision,
    Rules,
)
from widget.store.state import (
    EntryState,
    conflict,
    draft_from,
    nothing_to,
    shown_entry,
    shown_from,
)
from widget.store.validation import broken_rules, check_change, check_entry, missing_approvals

_TRIES = 20


class PostgresStore(PostgresReader, BatchStore):
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
        super().__init__(url, create=create, stale_seconds=stale_seconds)

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
                *missing_approvals(self._rules, entry, state, first=state.live is None),
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
            document = step.document or current
            return PlannedChange(
                action, document, workflow=step.workflow, detail=step.detail or detail
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
                    *missing_approvals(self._rules, revision.entry, state),
                    *_url_conflicts(connection, revision.entry),
                ]
                if breaches:
                    raise InvalidEntry(breaches)
            return revision

        self._append(entry_id, build)

    def adopt_log(self, lines: Sequence[LogLine]) -> bool:
        """Append lines of another store's log, if they continue this one."""
        with self._database.changing() as connection:
            connection.execute(entry_tables.DURABLE)
            return log_table.adopt(connection, lines)

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


def _url_conflicts(connection: Connection, entry: Entry) -> list[Breach]:
    return url_conflicts(entry, entry_tables.owners(connection, lookup_keys(entry)).get)
