"""Writes and reads the rows of many entries with few statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from widget.storage.postgres import Connection
from widget.store.batch import Group, live_keys
from widget.store.log_chain import logged_changes
from widget.store.postgres import entry_tables, log_table
from widget.store.postgres.entry_tables import Kind
from widget.store.postgres.revision_rows import COLUMNS, Unreadable, to_revision, to_workflow
from widget.store.postgres.text_pairs import pairs
from widget.store.protocol import Revision
from widget.store.quarantine import log
from widget.store.state import EntryState
from widget.store.workflow import NO_WORKFLOW, Workflow

_LOCK = "SELECT 1 FROM entry WHERE id = ANY (%s) ORDER BY id FOR NO KEY UPDATE"
_STATES = f"""
SELECT id, head, live, draft, entry.workflow, {COLUMNS} FROM entry LEFT JOIN revision
  ON entry_id = id AND number IN (live, draft) WHERE id = ANY (%s)
"""
_HISTORIES = f"SELECT {COLUMNS} FROM revision WHERE entry_id = ANY (%s) ORDER BY entry_id, number"
_SHOWN = f"""
SELECT {COLUMNS} FROM entry JOIN revision ON entry_id = id AND number IN (live, draft)
  WHERE id = ANY (%s)
"""
_COPY_REVISIONS = """
COPY revision (entry_id, number, at, actor, action, note, legal, entry, workflow, detail) FROM STDIN
"""
_COPY_ENTRIES = """
COPY entry (id, head, live, draft, title, folded, url, state, waiting, lean, section,
  language, changed, workflow, phase, assignee, saved_by, due, planned, origin, live_origin)
FROM STDIN
"""
_COPY_WORDS = "COPY words (id, text, pairs) FROM STDIN"
_COPY_URLS = "COPY address (key, entry_id) FROM STDIN"
_NOTIFY = "SELECT pg_notify(%s, id) FROM unnest(%s::text[]) AS its (id)"


NOTHING = (0, None, None, NO_WORKFLOW)


def lock_all(connection: Connection, entry_ids: Sequence[str]) -> dict[str, EntryState]:
    """Lock entries until the transaction ends, and return their states."""
    connection.execute(entry_tables.DURABLE)
    connection.execute(_LOCK, (list(entry_ids),))
    return states(connection, entry_ids)


def states(connection: Connection, entry_ids: Sequence[str]) -> dict[str, EntryState]:
    """Return the states of entries, that of an unknown one as well."""
    found = dict.fromkeys(entry_ids, EntryState())
    for entry_id, head, live, draft, noted, *values in connection.execute(
        _STATES, (list(entry_ids),)
    ):
        state = found[entry_id]
        revision = _readable(values) if values[0] is not None else None
        found[entry_id] = EntryState(
            head,
            revision if revision and revision.number == live else state.live,
            revision if revision and revision.number == draft else state.draft,
            workflow=to_workflow(noted),
        )
    return found


def histories(
    connection: Connection, entry_ids: Sequence[str], *, shown_only: bool = False
) -> dict[str, list[Revision]]:
    """Return all readable revisions of entries, oldest first; or the live ones and drafts only."""
    found: dict[str, list[Revision]] = {entry_id: [] for entry_id in entry_ids}
    sql = _SHOWN if shown_only else _HISTORIES
    for values in connection.execute(sql, (list(entry_ids),)):
        revision = _readable(values)
        if revision:
            found[revision.entry.id].append(revision)
    return found


def shown(
    connection: Connection, entry_ids: Sequence[str]
) -> dict[str, tuple[int, int | None, int | None, Workflow]]:
    """Return of each entry the newest revision, the live one, the draft's, and the workflow."""
    sql = "SELECT id, head, live, draft, workflow FROM entry WHERE id = ANY (%s)"
    return {
        entry_id: (head, live, draft, to_workflow(noted))
        for entry_id, head, live, draft, noted in connection.execute(sql, (list(entry_ids),))
    }


def heads(connection: Connection) -> dict[str, int]:
    """Return the number of the newest revision of each entry."""
    return dict(connection.execute("SELECT id, head FROM entry").fetchall())


def _readable(values: Sequence[object]) -> Revision | None:
    try:
        return to_revision(values)
    except Unreadable as error:
        log.warning("%s; it is skipped", error)
        return None


def append_all(
    connection: Connection, groups: Sequence[Group], documents: Mapping[int, str]
) -> None:
    """Write groups of revisions with all that depends on them, and notify.

    ``documents`` has the entries of the revisions as JSON, by the identity of the object.
    The entries are locked. Raises as ``entry_tables.append``.
    """
    with entry_tables.translated():
        _copy_revisions(connection, groups, documents)
        _put_entries(connection, groups)
        _put_words(connection, groups)
        _put_urls(connection, groups)
        ids = [group.entry_id for group in groups]
        connection.execute(_NOTIFY, (entry_tables.CHANNEL, ids))
        logged = (logged_changes(it.before.live, it.revisions) for it in groups)
        log_table.append(connection, list(chain.from_iterable(logged)))


def _copy(connection: Connection, statement: str, rows: Iterable[Sequence[object]]) -> None:
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _copy_revisions(
    connection: Connection, groups: Sequence[Group], documents: Mapping[int, str]
) -> None:
    revisions = (it for group in groups for it in group.revisions)
    rows = (entry_tables.revision_values(it, documents[id(it.entry)]) for it in revisions)
    _copy(connection, _COPY_REVISIONS, rows)


def _put_entries(connection: Connection, groups: Sequence[Group]) -> None:
    fresh: list[tuple[object, ...]] = []
    existing: list[tuple[object, ...]] = []
    changes: Counter[Kind] = Counter()
    for group in groups:
        old = entry_tables.row_of(group.entry_id, group.before)
        new = entry_tables.row_of(group.entry_id, group.after)
        if old:
            changes[entry_tables.kind_of(old)] -= 1
        if new:
            changes[entry_tables.kind_of(new)] += 1
        values = entry_tables.entry_values(group.entry_id, group.after, new)
        (existing if group.before.head else fresh).append(values)
    _copy(connection, _COPY_ENTRIES, fresh)
    with connection.cursor() as cursor:
        cursor.executemany(entry_tables.PUT, existing)
        counts = [(*kind, number) for kind, number in sorted(changes.items()) if number]
        cursor.executemany(entry_tables.COUNT, counts)
    connection.execute(entry_tables.SUM_COUNTS)


def _put_words(connection: Connection, groups: Sequence[Group]) -> None:
    fresh: list[tuple[str, str, str]] = []
    existing: list[tuple[str, str, str]] = []
    gone: list[tuple[str]] = []
    for group in groups:
        entry = entry_tables.displayed(group.after)
        if entry is None:
            gone.append((group.entry_id,))
            continue
        text = entry_tables.words_of(group.entry_id, entry)
        numbers = ",".join(map(str, sorted(pairs(text))))
        values = (group.entry_id, text, f"{{{numbers}}}")
        (existing if group.before.head else fresh).append(values)
    _copy(connection, _COPY_WORDS, fresh)
    with connection.cursor() as cursor:
        cursor.executemany(entry_tables.PUT_WORDS, existing)
        cursor.executemany("DELETE FROM words WHERE id = %s", gone)


def _put_urls(connection: Connection, groups: Sequence[Group]) -> None:
    added: dict[bytes, str] = {}
    gone: set[bytes] = set()
    for group in groups:
        before, after = live_keys(group.before), live_keys(group.after)
        gone |= {entry_tables.digest(key) for key in before - after}
        added.update((entry_tables.digest(key), group.entry_id) for key in after - before)
    # Sorted, so that two transactions cannot deadlock. What passes from one entry to another is
    # removed first.
    with connection.cursor() as cursor:
        cursor.executemany("DELETE FROM address WHERE key = %s", [(key,) for key in sorted(gone)])
    _copy(connection, _COPY_URLS, sorted(added.items()))
