"""Who else has an entry open in the editor."""

from __future__ import annotations

import time

from flask import Blueprint, Response

from widget.web.admin import auth, rendering
from widget.web.admin.context import admin
from widget.web.admin.entry_status import entry_status

routes = Blueprint("presence", __name__, url_prefix="/entries/<entry_id>/presence")

HERE_SECONDS = 45.0
"""How long somebody counts as present after their page was heard of; it calls every 15 seconds."""


@routes.get("")
def show(entry_id: str) -> Response:
    """Note that this person is here, and show who else is, as a fragment."""
    entry_status(entry_id)
    return rendering.page("_presence.html", entry_id=entry_id, others=others(entry_id))


def others(entry_id: str) -> list[str]:
    """Note that this person is here, and return the names of the others, sorted."""
    name, now = auth.user().name, time.time()
    key = f"presence:{entry_id}"
    heard_of = {
        each: at
        for each, at in (admin().accounts.recall(key) or {}).items()
        if isinstance(at, (int, float)) and now - at < HERE_SECONDS
    }
    heard_of[name] = now
    admin().accounts.remember(key, heard_of, HERE_SECONDS)
    return sorted(each for each in heard_of if each != name)
