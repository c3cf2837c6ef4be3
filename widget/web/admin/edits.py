"""What the editor's buttons did to the form, and how to take it back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from widget.errors import InsightsError
from widget.web.admin import filling, forms, pasted, undo
from widget.web.admin.context import admin
from widget.web.admin.filling import Marks
from widget.web.admin.form_actions import FormAction, arrange
from widget.web.admin.forms import Document
from widget.web.admin.interface import gettext as _
from widget.web.admin.undo import Changes

_REPEATABLE = ("add", "remove", "move", "cite")


@dataclass(frozen=True, slots=True)
class Carried:
    """What the form carries beside the entry: changes to take back, values that were filled in."""

    changes: Changes = field(default_factory=Changes)
    marks: Marks = field(default_factory=dict)

    def fields(self) -> dict[str, str]:
        """Return the form's fields that carry it."""
        marks = json.dumps(self.marks, ensure_ascii=False) if self.marks else ""
        return {**self.changes.fields(), "filled": marks}


def of_form(form: Mapping[str, str]) -> Carried:
    """Return what the form carries."""
    return Carried(undo.of_form(form), filling.marks_of(form))


def act(document: Document, form: Mapping[str, str]) -> tuple[FormAction | None, Carried]:
    """Perform the action of the button that was pressed, None where none was.

    Also returns what the form carries from now on.
    """
    changes = undo.of_form(form)
    way = form.get("history")
    if way in ("undo", "redo"):
        turn = changes.undo if way == "undo" else changes.redo
        words = turn(document)
        results = {
            "undo": _("Undone: %(change)s", change=words),
            "redo": _("Done again: %(change)s", change=words),
        }
        action = FormAction(way, results[way] if words else "")
        return action, Carried(changes, filling.marks_of(form))
    filled, marks = filling.fill(document, form)
    action_or_none = filled or pasted.paste(document, form) or arrange(document, form)
    if action_or_none:
        changes.add(action_or_none.words, action_or_none.back)
    return action_or_none, Carried(changes, marks)


def is_repeatable(form: Mapping[str, str]) -> bool:
    """Return whether ``recalled`` can find out again what the button did."""
    return any(verb in form for verb in _REPEATABLE)


def recall_key(form: Mapping[str, str], action: FormAction | None) -> str | None:
    """Return what the query of the editor's page says of what was just done; None for nothing."""
    verb = next((it for it in _REPEATABLE if it in form), "")
    return f"{verb}:{form[verb]}" if verb and action and action.back else None


def recalled(entry_id: str, document: Document, query: Mapping[str, str], *, head: int) -> Carried:
    """Return the change that led to ``document``, as ``did`` and ``head`` of the query say.

    It is made once more on the revision before. Without a script the form is sent to the server,
    which redirects to the editor's page; the form's own list of changes ends there.
    """
    carried = Carried()
    verb, __, value = query.get("did", "").partition(":")
    if verb not in _REPEATABLE or query.get("head") != str(head) or head < 2:
        return carried
    try:
        before = forms.of_entry(admin().store.revision(entry_id, head - 1).entry)
    except InsightsError:
        return carried
    action = arrange(before, {verb: value})
    if action and before == document:
        carried.changes.add(action.words, action.back)
    return carried
