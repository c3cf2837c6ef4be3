"""What the editor's buttons did, to be taken back and done again.

The form carries it, so that it needs no place on the server and goes when the page goes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from widget.web.admin import form_edits
from widget.web.admin.form_edits import Step
from widget.web.admin.forms import Document

MAX_CHANGES = 30
MAX_CHARACTERS = 100_000
"""Of each of the two lists in the form; the oldest changes go first."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the form: its name, and the steps that undo it."""

    words: str
    steps: list[Step]


@dataclass(slots=True)
class Changes:
    """What can be taken back, and what was taken back; the newest is the last of each."""

    done: list[Change] = field(default_factory=list)
    undone: list[Change] = field(default_factory=list)

    def add(self, words: str, steps: list[Step]) -> None:
        """Remember a change by the steps that take it back."""
        if steps:
            self.done.append(Change(words, steps))
            self.undone.clear()

    def undo(self, document: Document) -> str:
        """Take the newest change back; return what it is called, "" where there is none."""
        return _turn(self.done, self.undone, document)

    def redo(self, document: Document) -> str:
        """Make the newest change that was taken back again; return as ``undo`` does."""
        return _turn(self.undone, self.done, document)

    def fields(self) -> dict[str, str]:
        """Return the form's fields that carry the changes."""
        return {"done": _dump(self.done), "undone": _dump(self.undone)}


def of_form(form: Mapping[str, str]) -> Changes:
    """Return the changes that the form carries; what is none is left out."""
    return Changes(_load(form.get("done", "")), _load(form.get("undone", "")))


def _turn(of: list[Change], onto: list[Change], document: Document) -> str:
    if not of:
        return ""
    change = of.pop()
    before = json.dumps(document)
    try:
        onto.append(Change(change.words, form_edits.apply(document, change.steps)))
    except (KeyError, IndexError, ValueError, TypeError, AttributeError):
        document |= json.loads(before)
        return ""
    return change.words


def _dump(changes: list[Change]) -> str:
    texts: list[str] = []
    size = 0
    for change in reversed(changes[-MAX_CHANGES:]):
        text = json.dumps([change.words, change.steps], ensure_ascii=False)
        size += len(text)
        if size > MAX_CHARACTERS:
            break
        texts.insert(0, text)
    return f"[{','.join(texts)}]" if texts else ""


def _load(text: str) -> list[Change]:
    try:
        values: Any = json.loads(text) if len(text) <= 2 * MAX_CHARACTERS else []
    except (ValueError, RecursionError):
        return []
    match values:
        case list():
            return [Change(it[0], it[1]) for it in values if _is_change(it)]
    return []


def _is_change(value: object) -> bool:
    match value:
        case [str(), [*steps]]:
            return all(isinstance(it, dict) for it in steps)
    return False
