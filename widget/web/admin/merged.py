"""Two people who saved one entry: what merges is saved, and the rest is chosen part by part."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from widget.editorial import comparison, merging
from widget.entry import Entry
from widget.errors import NotFound
from widget.web.admin import forms, terms
from widget.web.admin.context import admin
from widget.web.admin.entry_status import EntryStatus, revision_number
from widget.web.admin.forms import Document
from widget.web.admin.interface import gettext as _


@dataclass(frozen=True, slots=True)
class DifferingPart:
    """A part that both changed, with their text and mine as one sequence of pieces.

    ``path`` is its place in the merged document, ``choice`` what the form sends for theirs: the
    path and the value.
    """

    path: str
    choice: str
    label: str
    pieces: tuple[comparison.Piece, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """Both versions in one form: what only they changed, and what both did."""

    document: Document
    taken: tuple[str, ...]
    parts: tuple[DifferingPart, ...]
    other: str


def with_newest(now: EntryStatus, mine: Entry, head: str) -> Merged | None:
    """Merge ``mine``, which began with revision ``head``, with what was saved since.

    None where that revision cannot be read.
    """
    try:
        base = admin().store.revision(mine.id, revision_number(head)).entry
    except NotFound:
        return None
    both = merging.merge(base, mine, now.entry)
    parts = tuple(
        DifferingPart(
            it.path,
            json.dumps([it.path, it.theirs], ensure_ascii=False),
            terms.place(it.path),
            comparison.words(_text(it.theirs), _text(it.mine)),
        )
        for it in both.conflicts
    )
    # Who reviewed it is taken out of what is saved: no person changed that.
    changed = [it for it in both.taken if not it.startswith("$.provenance.reviewed_")]
    taken = tuple(terms.place(path) for path in changed)
    other = now.draft.actor if now.draft else _("somebody else")
    return Merged(both.document, taken, parts, other)


def take_theirs(document: Document, choices: Iterable[str]) -> None:
    """Put what was saved by somebody else into the form, at the parts that were chosen.

    What is no choice, or no value of its place, is left out.
    """
    for choice in choices:
        try:
            path, value = json.loads(choice)
            chosen = copy.deepcopy(document)
            merging.put_part(chosen, path, value)
            document |= forms.document(forms.values(chosen), document["id"])
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
            continue


def note(merged: Merged) -> str:
    """Return the note of the revision that merges: in English, as it is stored."""
    return f"Merged with what {merged.other} saved."


def _text(value: Any) -> str:  # noqa: ANN401  # JSON
    """Return a part as text that people compare."""
    match value:
        case None:
            return ""
        case str():
            return value
        case dict():
            return "\n".join(_text(it) for it in value.values() if it)
        case list():
            return "\n".join(_text(it) for it in value)
    return str(value)
