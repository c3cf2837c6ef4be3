"""What the editor's buttons did to the form, and how to take it back."""

from __future__ import annotations

from collections.abc import Mapping

from widget.errors import InsightsError
from widget.web.admin import forms, pasted, undo
from widget.web.admin.context import admin
from widget.web.admin.form_actions import FormAction, arrange
from widget.web.admin.forms import Document
from widget.web.admin.undo import Changes

_REPEATABLE = ("add", "remove", "move", "cite")


def act(document: Document, form: Mapping[str, str]) -> tuple[FormAction | None, Changes]:
    """Perform the action of the button that was pressed, None where none was.

    Also returns the changes that can now be taken back.
    """
    changes = undo.of_form(form)
    way = form.get("history")
    if way in ("undo", "redo"):
        turn = changes.undo if way == "undo" else changes.redo
        words = turn(document)
        label = {"undo": "Undone", "redo": "Done again"}[way]
        return FormAction(way, f"{label}: {words}" if words else ""), changes
    action = pasted.paste(document, form) or arrange(document, form)
    if action:
        changes.add(action.words, action.back)
    return action, changes


def is_repeatable(form: Mapping[str, str]) -> bool:
    """Return whether ``recalled`` can find out again what the button did."""
    return any(verb in form for verb in _REPEATABLE)


def recall_key(form: Mapping[str, str], action: FormAction | None) -> str | None:
    """Return what the query of the editor's page says of what was just done; None for nothing."""
    verb = next((it for it in _REPEATABLE if it in form), "")
    return f"{verb}:{form[verb]}" if verb and action and action.back else None


def recalled(entry_id: str, document: Document, query: Mapping[str, str], *, head: int) -> Changes:
    """Return the change that led to ``document``, as ``did`` and ``head`` of the query say.

    It is made once more on the revision before. Without a script the form is sent to the server,
    which redirects to the editor's page; the form's own list of changes ends there.
    """
    changes = Changes()
    verb, _, value = query.get("did", "").partition(":")
    if verb not in _REPEATABLE or query.get("head") != str(head) or head < 2:
        return changes
    try:
        before = forms.of_entry(admin().store.revision(entry_id, head - 1).entry)
    except InsightsError:
        return changes
    action = arrange(before, {verb: value})
    if action and before == document:
        changes.add(action.words, action.back)
    return changes
