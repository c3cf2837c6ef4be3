"""The revisions of the database: their columns, and how they are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC

from pydantic import ValidationError

from widget.entry import Entry
from widget.entry.containment import contained
from widget.errors import Breach, InvalidEntry, StoreUnavailable
from widget.storage.postgres import Connection
from widget.store.protocol import Problem, Revision
from widget.store.workflow import NO_WORKFLOW, Workflow

COLUMNS = "entry_id, number, at, actor, action, note, legal, entry::text, revision.workflow, detail"


class Unreadable(StoreUnavailable):
    """One revision cannot be read."""


def one(connection: Connection, sql: str, values: tuple[object, ...]) -> Revision | None:
    """Return the one revision that a query finds, or None. Raises Unreadable."""
    found = connection.execute(sql, values, prepare=True).fetchone()
    return to_revision(found) if found else None


def unreadable(connection: Connection) -> Iterator[Problem]:
    """Yield the unreadable revisions; reads all of them, which takes long."""
    sql = f"SELECT {COLUMNS} FROM revision"
    with connection.transaction(), connection.cursor("revisions") as cursor:
        for values in cursor.execute(sql):
            try:
                to_revision(values)
            except Unreadable as error:
                where = f"revision {values[1]} of {values[0]!r}"
                yield Problem(where, (Breach("$.entry", str(error)),))


def to_revision(values: Iterable[object]) -> Revision:
    """Return the revision with these ``COLUMNS``. Raises Unreadable."""
    entry_id, number, at, actor, action, note, legal, text, workflow, detail = values
    message = f"revision {number} of {entry_id!r} cannot be read by this release"
    try:
        entry = contained("reading it", lambda: _entry(text))
    except InvalidEntry as error:
        raise Unreadable(f"{message}: {error}") from error
    return Revision(
        number=number,  # type: ignore[arg-type]  # as the query says
        at=at.astimezone(UTC),  # type: ignore[attr-defined]
        actor=actor,  # type: ignore[arg-type]
        action=action,  # type: ignore[arg-type]
        note=note,  # type: ignore[arg-type]
        entry=entry,
        legal=legal,  # type: ignore[arg-type]
        workflow=to_workflow(workflow),
        detail=detail,  # type: ignore[arg-type]
    )


def to_workflow(value: object) -> Workflow:
    """Return the state in a column of JSON; old revisions have none."""
    return NO_WORKFLOW if value is None else Workflow.model_validate(value)


def _entry(text: object) -> Entry:
    try:
        return Entry.model_validate_json(text)  # type: ignore[arg-type]  # as the query says
    except ValidationError as error:
        raise InvalidEntry([Breach("$", error.errors()[0]["msg"])]) from error
