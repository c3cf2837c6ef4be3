"""Changes many entries in one transaction, and reads many at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from widget.errors import StoreUnavailable
from widget.storage.postgres import Connection, Database, InDoubt
from widget.store.batch import BatchPlan, Build, Request, plan_batch
from widget.store.postgres import bulk_rows, entry_tables
from widget.store.postgres.storable import check_text, encode
from widget.store.protocol import Revision, StoredEntry
from widget.store.state import EntryState, draft_from, shown_from

_PATIENCE_SECONDS = 120.0
"""How long one statement for many entries may take."""
_TRIES = 20


class BatchInDoubt(InDoubt):
    """The connection broke during the commit of ``plan``, which may have succeeded."""

    def __init__(self, message: str, plan: BatchPlan) -> None:
        super().__init__(message)
        self.plan = plan


def append_all(database: Database, requests: Sequence[Request]) -> BatchPlan:
    """Write what ``requests`` ask for in one transaction; returns what was written.

    Raises StoreUnavailable; BatchInDoubt where it may have been committed.
    """
    documents: dict[int, str] = {}
    checked = [Request(it.entry_id, _storable(it, documents), it.keys) for it in requests]
    for _ in range(_TRIES):
        plan = BatchPlan()
        try:
            with database.changing() as connection:
                connection.patience = _PATIENCE_SECONDS
                connection.execute(f"SET LOCAL statement_timeout = '{_PATIENCE_SECONDS:g}s'")
                states = bulk_rows.lock_all(connection, [it.entry_id for it in checked])
                keys = {key for it in checked for key in it.keys}
                plan = plan_batch(checked, states, entry_tables.owners(connection, keys).get)
                bulk_rows.append_all(connection, list(plan.groups.values()), documents)
        except entry_tables.Conflicting:
            continue
        except InDoubt as error:
            raise BatchInDoubt(str(error), plan) from error
        return plan
    raise StoreUnavailable("too many changes of the same entries at once; try again")


def _storable(request: Request, documents: dict[int, str]) -> Build:
    """Refuse what cannot be stored; adds the documents as JSON, by the identity of the entry."""

    def build(state: EntryState) -> Sequence[Revision]:
        revisions = request.build(state)
        for revision in revisions:
            check_text(revision.actor, revision.note)
            documents[id(revision.entry)] = encode(revision.entry).decode()
        return revisions

    return build


def read_many(
    connection: Connection, entry_ids: Iterable[str], *, history: bool
) -> dict[str, StoredEntry]:
    """Return everything about many entries, as of one moment."""
    ids = list(entry_ids)
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        histories = bulk_rows.histories(connection, ids, shown_only=not history)
        shown = bulk_rows.shown(connection, ids)
    found = {}
    for entry_id, revisions in histories.items():
        by_number = {it.number: it for it in revisions}
        head, live, draft, workflow = shown.get(entry_id, bulk_rows.NOTHING)
        waiting = by_number.get(draft or 0)
        found[entry_id] = StoredEntry(
            head,
            tuple(revisions) if history else (),
            shown_from(by_number.get(live or 0), workflow),
            draft_from(waiting, workflow) if waiting else None,
        )
    return found
