"""The SQL of the search index: its schema, the conditions of a query, a row's columns."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from widget.store.query import Key, Query, Row, moment, moment_key

SCHEMA = """
CREATE TABLE entry (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  seen INTEGER,
  version INTEGER NOT NULL,
  digest TEXT NOT NULL,
  title TEXT NOT NULL, folded TEXT NOT NULL, url TEXT NOT NULL, state TEXT NOT NULL,
  waiting INTEGER NOT NULL, lean TEXT, section TEXT NOT NULL, language TEXT NOT NULL,
  changed INTEGER NOT NULL, problem TEXT NOT NULL,
  phase TEXT, saved_by TEXT NOT NULL, assignee TEXT NOT NULL, due TEXT, planned INTEGER,
  open_comments INTEGER NOT NULL, origin TEXT, live_origin TEXT
);
CREATE TABLE address (key TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (key, n)) WITHOUT ROWID;
CREATE INDEX by_entry ON address (n);
CREATE TABLE promised (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE whole (said INTEGER PRIMARY KEY);
CREATE INDEX by_version ON entry (version);
CREATE INDEX by_changed ON entry (changed, id);
CREATE INDEX by_title ON entry (folded, id);
CREATE INDEX by_section ON entry (section);
CREATE INDEX by_language ON entry (language);
CREATE INDEX by_state ON entry (state, waiting);
CREATE INDEX by_lean ON entry (lean);
CREATE INDEX by_planned ON entry (planned, id) WHERE planned IS NOT NULL;
CREATE INDEX by_due ON entry (due) WHERE due IS NOT NULL;
CREATE INDEX by_open_comments ON entry (changed, id) WHERE open_comments > 0;
CREATE INDEX by_assignee ON entry (assignee) WHERE assignee <> '';
CREATE INDEX by_origin ON entry (origin, changed, id);
CREATE VIRTUAL TABLE words USING
  fts5(text, tokenize='trigram case_sensitive 1', detail=none);
CREATE VIRTUAL TABLE trigrams USING fts5vocab(words, instance);
"""
COLUMNS = (
    "id, title, url, state, waiting, lean, section, language, changed, problem,"
    " phase, saved_by, assignee, due, planned, open_comments, origin, live_origin"
)
PUT = """
INSERT INTO entry (id, seen, digest, title, url, state, waiting, lean, section, language, changed,
  problem, phase, saved_by, assignee, due, planned, open_comments, origin, live_origin, folded,
  version)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
  (SELECT ifnull(max(version), 0) + 1 FROM entry))
ON CONFLICT (id) DO UPDATE SET seen=excluded.seen, digest=excluded.digest, title=excluded.title,
  folded=excluded.folded, url=excluded.url, state=excluded.state, waiting=excluded.waiting,
  lean=excluded.lean, section=excluded.section, language=excluded.language,
  changed=excluded.changed, problem=excluded.problem, phase=excluded.phase,
  saved_by=excluded.saved_by, assignee=excluded.assignee, due=excluded.due,
  planned=excluded.planned, open_comments=excluded.open_comments, origin=excluded.origin,
  live_origin=excluded.live_origin, version=excluded.version
RETURNING n
"""
_SORT_COLUMNS = {"changed": "changed", "title": "folded"}


def where_clause(where: list[str]) -> str:
    """Return the conditions as a WHERE clause, "" if there are none."""
    return f"WHERE {' AND '.join(where)}" if where else ""


def order_clause(query: Query) -> str:
    """Return the order of a query's rows as a clause."""
    direction = "DESC" if query.descends else ""
    if query.sort == "id":
        return f"ORDER BY id {direction}"
    return f"ORDER BY {_SORT_COLUMNS[query.sort]} {direction}, id {direction}"


def conditions(query: Query, after: Key | None = None) -> tuple[list[str], list[Any]]:
    """Return the conditions of a query but for its words, and their parameters."""
    where: list[str] = []
    parameters: list[Any] = []
    for column in ("lean", "section", "language"):
        value = getattr(query, column)
        if value is not None:
            where.append(f"{column} = ?")
            parameters.append(value)
    if query.state == "draft":
        where.append("(state = 'draft' OR waiting)")
    elif query.state is not None:
        where.append("state = ?")
        parameters.append(query.state)
    more, values = _workflow_conditions(query)
    where += more
    parameters += values
    if after is not None:
        beyond = "<" if query.descends else ">"
        if query.sort == "id":
            where.append(f"id {beyond} ?")
            parameters.append(after[1])
        else:
            where.append(f"({_SORT_COLUMNS[query.sort]}, id) {beyond} (?, ?)")
            parameters += after
    return where, parameters


def _workflow_conditions(query: Query) -> tuple[list[str], list[Any]]:
    where: list[str] = []
    parameters: list[Any] = []
    if query.phase is not None:
        where.append("phase = ?")
        parameters.append(query.phase)
    if query.assignee is not None:
        where.append("assignee = ?")
        parameters.append(query.assignee)
    if query.saved_by is not None:
        where.append("(saved_by = ? OR instr(saved_by, ?) = 1)")
        parameters += [query.saved_by, f"{query.saved_by} ("]
    if query.planned_until is not None:
        where.append("planned <= ?")
        parameters.append(moment_key(query.planned_until))
    if query.due_until is not None:
        where.append("due <= ?")
        parameters.append(query.due_until.isoformat())
    if query.commented:
        where.append("open_comments > 0")
    more, values = site_conditions(query)
    return where + more, parameters + values


def site_conditions(query: Query) -> tuple[list[str], list[Any]]:
    """Return the conditions of the sites of a query, and their parameters."""
    where: list[str] = []
    parameters: list[Any] = []
    for sites in query.sites:
        given = json.dumps(sites.origins)
        negation = "NOT" if sites.others else ""
        for column in ("origin", "live_origin"):
            # Of an unknown origin, NOT IN () would be true.
            listed = f"{negation} IN (SELECT value FROM json_each(?))"  # noqa: S608  # no input
            where.append(f"{column} IS NOT NULL AND {column} {listed}")
            parameters.append(given)
    return where, parameters


def row_values(row: Row) -> tuple[Any, ...]:
    """Return the columns of a row, from title to live_origin, as they are stored."""
    return (
        row.title,
        row.url,
        row.state,
        row.waiting,
        row.lean,
        row.section,
        row.language,
        moment_key(row.changed),
        row.problem,
        row.phase,
        row.saved_by,
        row.assignee,
        row.due.isoformat() if row.due else None,
        moment_key(row.planned) if row.planned else None,
        row.open_comments,
        row.origin,
        row.live_origin,
    )


def to_row(values: tuple[Any, ...]) -> Row:
    """Return the row for the values of ``COLUMNS``."""
    entry_id, title, url, state, waiting, lean, section, language, changed, problem, *noted = values
    phase, saved_by, assignee, due, planned, open_comments, origin, live_origin = noted
    return Row(
        id=entry_id,
        title=title,
        url=url,
        state=state,
        waiting=bool(waiting),
        lean=lean,
        section=section,
        language=language,
        changed=moment(changed),
        problem=problem,
        phase=phase,
        saved_by=saved_by,
        assignee=assignee,
        due=date.fromisoformat(due) if due else None,
        planned=None if planned is None else moment(planned),
        open_comments=open_comments,
        origin=origin,
        live_origin=live_origin,
    )
