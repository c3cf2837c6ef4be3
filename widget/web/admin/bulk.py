"""The same change of several entries: chosen in the list, compared, and made with one reason."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, request

from widget.accounts import at_least
from widget.editorial import comparison
from widget.editorial.bulk import ACTIONS, MAX_ENTRIES, BulkAction, BulkRequest, carry_out
from widget.entry.model import is_id
from widget.store import Live
from widget.web.admin import auth, rendering
from widget.web.admin.context import admin
from widget.web.admin.interface import gettext as _
from widget.web.admin.terms import term

routes = Blueprint("bulk", __name__, url_prefix="/bulk")

_OF_PUBLISHERS = ("publish", "withdraw")


@routes.post("/comparison")
def compare() -> Response:
    """Show what would change, before it is changed."""
    action = _action()
    chosen = [it for it in request.form.getlist("entry") if is_id(it)][:MAX_ENTRIES]
    return rendering.page(
        "bulk.html",
        action=action,
        entries=[_compared(action, entry_id) for entry_id in chosen],
        people=admin().colleagues(),
        problem="",
    )


@routes.post("")
def change() -> Response:
    """Change the entries that were compared."""
    action = _action()
    heads = [_head(it) for it in request.form.getlist("entry")][:MAX_ENTRIES]
    reason = request.form.get("reason", "").strip()[:2000]
    wanted = BulkRequest(
        action,
        auth.user().name,
        reason=reason,
        assignee=request.form.get("assignee") or None,
        due=_due(),
    )
    outcomes = carry_out(admin().editorial, wanted, heads)
    return rendering.page("bulk_outcome.html", action=action, outcomes=outcomes)


def _action() -> BulkAction:
    action = next((it for it in ACTIONS if it == request.form.get("action")), None)
    if action is None:
        abort(HTTPStatus.UNPROCESSABLE_ENTITY, _("Choose what to do with the chosen entries."))
    if action in _OF_PUBLISHERS and not at_least(auth.user().role, "publisher"):
        role = term(auth.user().role)
        refusal = _("A publisher does this; your role is %(role)s.", role=role)
        abort(HTTPStatus.FORBIDDEN, refusal)
    return action


def _compared(action: BulkAction, entry_id: str) -> dict[str, Any]:
    store = admin().store
    head, live, draft = store.head(entry_id), store.live(entry_id), store.draft(entry_id)
    shown = live.entry if isinstance(live, Live) else None
    changes = comparison.entries(shown, draft.entry) if draft and action == "publish" else []
    current = draft.entry if draft else shown
    return {
        "id": entry_id,
        "head": head,
        "title": current.article.title if current else entry_id,
        "changes": changes,
        "phase": draft.workflow.phase if draft else None,
    }


def _head(text: str) -> tuple[str, int]:
    """Read ``ferry-fares 12``: an entry and the revision that was compared."""
    entry_id, __, head = text.partition(" ")
    if not is_id(entry_id) or not head.isdecimal() or len(head) > 9:
        abort(HTTPStatus.UNPROCESSABLE_ENTITY, _("Choose the entries in the list."))
    return entry_id, int(head)


def _due() -> date | None:
    try:
        return date.fromisoformat(request.form.get("due", ""))
    except ValueError:
        return None
