"""Checks of a change that need nothing but the change, for every store."""

from __future__ import annotations

from widget.entry import Entry
from widget.entry.containment import contained
from widget.entry.json_input import MAX_BYTES
from widget.entry.model import is_id
from widget.errors import Breach, InvalidEntry, NotFound, amount, message
from widget.store.protocol import Rules
from widget.store.state import FILE_ACTOR, MAX_NOTE, EntryState
from widget.store.workflow import is_by_model


def check_entry(entry: Entry, document: bytes) -> None:
    """Raise InvalidEntry where ``document``, the entry as JSON, is too long or its id invalid."""
    length = len(document)
    if length > MAX_BYTES:
        too_long = message(
            "is %(size)s bytes long; at most %(limit)s are accepted",
            size=amount(length),
            limit=amount(MAX_BYTES),
        )
        raise InvalidEntry([Breach("$", too_long)])
    if not is_id(entry.id):
        raise InvalidEntry([Breach("$.id", message("is not a valid id"))])


def broken_rules(rules: Rules, entry: Entry) -> tuple[Breach, ...]:
    """Return why ``entry`` cannot be published: errors, or that the rules themselves failed."""
    try:
        found = contained("the rules for publishing", lambda: rules.content(entry))
    except InvalidEntry as error:
        return error.breaches
    return tuple(breach for breach in found if breach.severity == "error")


def missing_approvals(
    rules: Rules, entry: Entry, state: EntryState, *, first: bool = False
) -> tuple[Breach, ...]:
    """Return the breach of an entry in this state that too few persons have approved.

    With ``first``, which it is if nothing of it was ever live, also that its author was not asked.
    """
    workflow = state.workflow
    approvals = len(workflow.approvals_of(entry))
    # Releases before this flag left none: what they published is in the state, too.
    by_model = workflow.by_model or (state.live is not None and is_by_model(state.live.entry))

    def missing() -> list[Breach]:
        unasked = rules.unasked(entry, workflow) if first else []
        return [*rules.missing(entry, approvals, by_model), *unasked]

    try:
        return tuple(contained("the rules for approvals", missing))
    except InvalidEntry as error:
        return error.breaches


def check_change(entry_id: str, actor: str, note: str) -> None:
    """Raise InvalidEntry where the note is too long, NotFound where the id is invalid."""
    if actor == FILE_ACTOR:
        raise ValueError(f"the actor {FILE_ACTOR!r} is reserved for changes by hand")
    if len(note) > MAX_NOTE:
        too_long = message(
            "is too long; shorten it to %(limit)s characters", limit=amount(MAX_NOTE)
        )
        raise InvalidEntry([Breach("$.note", too_long)])
    if not is_id(entry_id):
        raise NotFound(message("there is no entry %(entry)r", entry=entry_id))
