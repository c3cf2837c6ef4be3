"""The language and the time zone that users choose for their pages."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from widget.accounts import time_zones
from widget.web.admin import auth, rendering
from widget.web.admin.context import admin

# The regions that the IANA database names zones of today by; its other names are old aliases.
_REGIONS = (
    *("Africa", "America", "Antarctica", "Arctic", "Asia"),
    *("Atlantic", "Australia", "Europe", "Indian", "Pacific"),
)

routes = Blueprint("preferences", __name__)


@routes.post("/me/preferences")
def save() -> AnyResponse:
    """Change the language and the time zone of the user's pages."""
    admin().accounts.set_preferences(
        auth.user().name,
        language=request.form.get("language", ""),
        time_zone=request.form.get("time_zone", ""),
    )
    return rendering.see(url_for("admin.me.me", changed="preferences"))


def zone_groups(chosen: str) -> list[tuple[str, list[str]]]:
    """Return regions with the names of their zones; ``chosen`` is among them in any case."""
    names = sorted({*time_zones(), chosen} - {""}, key=lambda name: (_region(name), name))
    groups = [(region, list(of_region)) for region, of_region in groupby(names, key=_region)]
    return [group for group in groups if group[0] in _REGIONS or chosen in group[1]]


def _region(name: str) -> str:
    return name.partition("/")[0]
