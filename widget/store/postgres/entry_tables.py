"""The tables of the store: queries, and what a new revision writes."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from psycopg import errors

from widget.entry import Entry
from widget.entry.containment import or_else
from widget.errors import Breach, InvalidEntry, message
from widget.storage.postgres import Connection
from widget.store.entry_summary import lookup_keys, search_text, summarize
from widget.store.log_chain import logged_changes
from widget.store.postgres import log_table
from widget.store.postgres.revision_rows import COLUMNS, Unreadable, one, to_revision, to_workflow
from widget.store.postgres.text_pairs import pairs
from widget.store.protocol import Draft, Live, Revision, Withdrawn
from widget.store.quarantine import log
from widget.store.query import Row, moment_key
from widget.store.state import NO_REVISIONS, EntryState, draft_from, withdrawn_from
from widget.store.workflow import NO_WORKFLOW, Workflow

CHANNEL = "insights_entry"
"""Each change of an entry notifies this channel of its id."""
FOLDED = 500
"""Titles are sorted by this many characters: an index cannot hold more."""

_SHOWN = f"""
SELECT {COLUMNS} FROM revision WHERE (entry_id, number) =
  (SELECT id, {{}} FROM entry WHERE id = %s)
"""
_LIVE = _SHOWN.format("live")
_DRAFT = _SHOWN.format("draft")
_STATE = f"""
SELECT head, live, draft, entry.workflow, {COLUMNS} FROM entry LEFT JOIN revision
  ON entry_id = id AND number IN (live, draft) WHERE id = %s
"""
PUT = """
INSERT INTO entry (id, head, live, draft, title, folded, url, state, waiting, lean, section,
  language, changed, workflow, phase, assignee, saved_by, due, planned, origin, live_origin)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE SET head = excluded.head, live = excluded.live, draft = excluded.draft,
  changed_in = pg_current_xact_id(), title = excluded.title, folded = excluded.folded,
  url = excluded.url, state = excluded.state, waiting = excluded.waiting, lean = excluded.lean,
  section = excluded.section, language = excluded.language, changed = excluded.changed,
  workflow = excluded.workflow, phase = excluded.phase, assignee = excluded.assignee,
  saved_by = excluded.saved_by, due = excluded.due, planned = excluded.planned,
  origin = excluded.origin, live_origin = excluded.live_origin
"""
PUT_WORDS = """
INSERT INTO words (id, text, pairs) VALUES (%s, %s, %s)
ON CONFLICT (id) DO UPDATE SET text = excluded.text, pairs = excluded.pairs
  WHERE words.text <> excluded.text
"""
# An acknowledged change is on disk, whatever the database is set to; stronger settings stay.
DURABLE = """
SELECT set_config('synchronous_commit', 'on', true)
WHERE current_setting('synchronous_commit') = 'off'
"""
_APPEND = """
INSERT INTO revision (entry_id, number, at, actor, action, note, legal, entry, workflow, detail)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_CHANGED = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::text, id, changed_in::text
FROM (SELECT 1) AS one LEFT JOIN
  (SELECT id, changed_in FROM entry WHERE changed_in >= %s::xid8 LIMIT %s) AS found ON true
"""
MANY = 1_000
"""If more entries changed at once, all of them count as changed."""
COUNT = """
INSERT INTO kind (state, waiting, lean, section, language, rows) VALUES (%s, %s, %s, %s, %s, %s)
"""
# Rows that another change is summing are skipped, so that nobody waits.
SUM_COUNTS = """
WITH summed AS (
  DELETE FROM kind WHERE ctid = ANY (ARRAY(SELECT ctid FROM kind FOR UPDATE SKIP LOCKED))
  RETURNING state, waiting, lean, section, language, rows
)
INSERT INTO kind SELECT state, waiting, lean, section, language, sum(rows) FROM summed
GROUP BY state, waiting, lean, section, language HAVING sum(rows) <> 0
"""
_SUM_EVERY = 100


class Conflicting(Exception):
    """Another transaction came first; the change may be retried."""


Kind = tuple[str, bool, str, str, str]


def live(connection: Connection, entry_id: str) -> Revision | None:
    """Return the newest publication or withdrawal."""
    return one(connection, _LIVE, (entry_id,))


def draft(connection: Connection, entry_id: str) -> Draft | None:
    """Return the draft with the newest state of its entry."""
    found = one(connection, _DRAFT, (entry_id,))
    return draft_from(found, workflow(connection, entry_id)) if found else None


def workflow(connection: Connection, entry_id: str) -> Workflow:
    """Return the state of an entry beside its document."""
    sql = "SELECT workflow FROM entry WHERE id = %s"
    found = connection.execute(sql, (entry_id,)).fetchone()
    return to_workflow(found[0]) if found else NO_WORKFLOW


def revision(connection: Connection, entry_id: str, number: int) -> Revision | None:
    """Return one revision."""
    sql = f"SELECT {COLUMNS} FROM revision WHERE entry_id = %s AND number = %s"
    return one(connection, sql, (entry_id, number))


def history(connection: Connection, entry_id: str) -> list[Revision]:
    """Return all readable revisions, newest first."""
    sql = f"SELECT {COLUMNS} FROM revision WHERE entry_id = %s ORDER BY number DESC"
    found = []
    for values in connection.execute(sql, (entry_id,)):
        try:
            found.append(to_revision(values))
        except Unreadable as error:
            log.warning("%s; it is skipped", error)
    return found


def has_live(connection: Connection, entry_id: str) -> bool:
    """Say whether an entry was ever published or withdrawn, readable or not."""
    sql = "SELECT live IS NOT NULL FROM entry WHERE id = %s"
    found = connection.execute(sql, (entry_id,)).fetchone()
    return bool(found and found[0])


def newest_readable(connection: Connection, entry_id: str) -> Revision | None:
    """Return the newest readable revision."""
    found = history(connection, entry_id)
    return found[0] if found else None


def head(connection: Connection, entry_id: str) -> int:
    """Return the number of the newest revision, 0 if there is none."""
    sql = "SELECT head FROM entry WHERE id = %s"
    found = connection.execute(sql, (entry_id,)).fetchone()
    return int(found[0]) if found else 0


def owner(connection: Connection, key: str) -> str | None:
    """Return the id of the entry that owns the lookup key ``key``."""
    sql = "SELECT entry_id FROM address WHERE key = %s"
    found = connection.execute(sql, (digest(key),)).fetchone()
    return found[0] if found else None


def owners(connection: Connection, keys: Iterable[str]) -> dict[str, str]:
    """Return the ids of the entries that own ``keys``, by key."""
    by_digest = {digest(key): key for key in keys}
    sql = "SELECT key, entry_id FROM address WHERE key = ANY (%s)"
    found = connection.execute(sql, (list(by_digest),))
    return {by_digest[bytes(key)]: entry_id for key, entry_id in found}


def lock(connection: Connection, entry_id: str) -> EntryState:
    """Lock an entry until the transaction ends, and return its state.

    A new entry has no row to lock: of concurrent inserts one conflicts on the primary key. Raises
    Conflicting.
    """
    try:
        return _lock(connection, entry_id)
    except (errors.DeadlockDetected, errors.SerializationFailure) as error:
        raise Conflicting from error


def _lock(connection: Connection, entry_id: str) -> EntryState:
    connection.execute(DURABLE)
    connection.execute("SELECT 1 FROM entry WHERE id = %s FOR NO KEY UPDATE", (entry_id,))
    state = NO_REVISIONS
    for number, live_number, draft_number, noted, *values in connection.execute(
        _STATE, (entry_id,)
    ):
        workflow = to_workflow(noted)
        state = EntryState(number, state.live, state.draft, workflow=workflow)
        if values[0] is None:
            continue
        try:
            revision = to_revision(values)
        except Unreadable as error:
            # Skipped, so that a new draft can replace it, or it can be withdrawn.
            log.warning("%s; it is skipped", error)
            continue
        state = EntryState(
            number,
            revision if revision.number == live_number else state.live,
            revision if revision.number == draft_number else state.draft,
            workflow=workflow,
        )
    return state


def append(connection: Connection, before: EntryState, revision: Revision) -> None:
    """Write a revision with all that depends on it, and notify. The entry is locked.

    Raises Conflicting where another transaction took its number or a URL, InvalidEntry where the
    database refuses a character.
    """
    with translated():
        _append(connection, before, revision)
        log_table.append(connection, logged_changes(before.live, [revision]))


@contextmanager
def translated() -> Iterator[None]:
    """Raise Conflicting or InvalidEntry for what a database may refuse to write."""
    try:
        yield
    except (errors.UniqueViolation, errors.DeadlockDetected, errors.SerializationFailure) as error:
        raise Conflicting from error
    except (errors.UntranslatableCharacter, errors.InvalidTextRepresentation) as error:
        unstorable = message(
            "contains a character that the database cannot store, such as U+0000; remove it"
        )
        raise InvalidEntry([Breach("$", unstorable)]) from error


def _append(connection: Connection, before: EntryState, revision: Revision) -> None:
    entry_id = revision.entry.id
    after = before.after(revision)
    old, new = row_of(entry_id, before), row_of(entry_id, after)
    with connection.pipeline():
        document = revision.entry.to_json().decode()
        connection.execute(_APPEND, revision_values(revision, document))
        connection.execute(PUT, entry_values(entry_id, after, new))
        _put_words(connection, entry_id, before, after)
        _put_urls(connection, entry_id, before.live, after.live)
        changes: dict[Kind, int] = {}
        for row, number in ((old, -1), (new, 1)):
            if row:
                changes[kind_of(row)] = changes.get(kind_of(row), 0) + number
        for kind, number in changes.items():
            if number:
                connection.execute(COUNT, (*kind, number))
        if secrets.randbelow(_SUM_EVERY) == 0:
            connection.execute(SUM_COUNTS)
        connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, entry_id))


def revision_values(revision: Revision, document: str) -> tuple[object, ...]:
    """Return the columns of a revision, as ``_APPEND`` has them."""
    return (
        revision.entry.id,
        revision.number,
        revision.at,
        revision.actor,
        revision.action,
        revision.note,
        revision.legal,
        document,
        revision.workflow.to_json(),
        revision.detail,
    )


def _put_words(
    connection: Connection, entry_id: str, before: EntryState, after: EntryState
) -> None:
    was, now = displayed(before), displayed(after)
    if now is None:
        connection.execute("DELETE FROM words WHERE id = %s", (entry_id,))
    elif now is not was:
        text = words_of(entry_id, now)
        connection.execute(PUT_WORDS, (entry_id, text, sorted(pairs(text))))


def words_of(entry_id: str, entry: Entry) -> str:
    """Return the text that searches look through; the id alone if our code fails over it."""
    return or_else("indexing it", lambda: search_text(entry_id, entry), entry_id)


def _put_urls(
    connection: Connection, entry_id: str, before: Revision | None, after: Revision | None
) -> None:
    before_keys, after_keys = _keys(before), _keys(after)
    # Sorted, so that two transactions cannot deadlock.
    for key_digest, added in sorted(
        (digest(key), key in after_keys) for key in before_keys ^ after_keys
    ):
        if added:
            put = "INSERT INTO address (key, entry_id) VALUES (%s, %s)"
            connection.execute(put, (key_digest, entry_id))
        else:
            connection.execute("DELETE FROM address WHERE key = %s", (key_digest,))


def _keys(shown: Revision | None) -> frozenset[str]:
    if shown is None:
        return frozenset()
    return or_else("indexing its URLs", lambda: lookup_keys(shown.entry), frozenset[str]())


def displayed(state: EntryState) -> Entry | None:
    """Return the document that a list shows: the draft, else what is or was live."""
    revision = state.draft or state.live
    return revision.entry if revision else None


def row_of(entry_id: str, state: EntryState) -> Row | None:
    """Return the row that lists show, None if they do not show it."""
    entry = displayed(state)
    if entry is None:
        return None
    last = state.live
    shown: Live | Withdrawn | None = None
    if last is None:
        pass
    elif last.action == "publish":
        shown = Live(last.entry, last.number, last.at, "")
    else:
        shown = withdrawn_from(last)
    draft = draft_from(state.draft, state.workflow) if state.draft else None
    return summarize(entry_id, shown, draft, entry, workflow=state.workflow)


def kind_of(row: Row) -> Kind:
    """Return what rows are counted by."""
    return row.state, row.waiting, row.lean or "", row.section, row.language


def entry_values(entry_id: str, state: EntryState, row: Row | None) -> tuple[object, ...]:
    """Return the columns of an entry, as ``PUT`` has them."""
    numbers = (
        state.head,
        state.live.number if state.live else None,
        state.draft.number if state.draft else None,
    )
    workflow = state.workflow
    planned = workflow.next_due(waiting=state.draft is not None, live=_is_live(state))
    noted = (
        workflow.to_json(),
        workflow.phase,
        workflow.assignee or "",
        workflow.saved_by or "",
        workflow.due,
        None if planned is None else moment_key(planned),
        row.origin if row else None,
        row.live_origin if row else None,
    )
    if row is None:  # in no list
        return (entry_id, *numbers, "", "", "", "", False, "", "", "", 0, *noted)
    return (
        entry_id,
        *numbers,
        row.title,
        row.title.casefold()[:FOLDED],
        row.url,
        *kind_of(row),
        moment_key(row.changed),
        *noted,
    )


def _is_live(state: EntryState) -> bool:
    return state.live is not None and state.live.action == "publish"


def digest(key: str) -> bytes:
    """Return the SHA-256 of a lookup key, which may be too long for an index."""
    return hashlib.sha256(key.encode()).digest()


def horizon(connection: Connection) -> str:
    """Return the first transaction whose changes may not be visible yet."""
    sql = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text"
    ((start,),) = connection.execute(sql).fetchall()
    return str(start)


def changed_since(connection: Connection, start: str) -> tuple[str, set[tuple[str, str]] | None]:
    """Return the next horizon, and pairs of entry and transaction that changed it since ``start``.

    Finds transactions whatever order they commit in. None: more than ``MANY`` changes.
    """
    found = connection.execute(_CHANGED, (start, MANY + 1)).fetchall()
    changed = {(entry_id, changed_in) for _, entry_id, changed_in in found if entry_id}
    return str(found[0][0]), None if len(found) > MANY else changed
