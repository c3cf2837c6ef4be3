"""``/api/v1``: entries for programs, with bearer tokens. See ``docs/api.md``."""

from __future__ import annotations

import json
from functools import lru_cache

from flask import Blueprint, Response, request

from widget.accounts import Accounts
from widget.config import Settings
from widget.editorial.service import Editorial
from widget.http import responses
from widget.http.codings import Representation
from widget.web.api.guard import Guard
from widget.web.api.openapi import document
from widget.web.api.routes import ROUTES
from widget.web.api.service import Service

__all__ = ["ROUTES", "blueprint"]


def blueprint(settings: Settings, editorial: Editorial, accounts: Accounts) -> Blueprint:
    """Return the routes of ``ROUTES`` and ``/openapi.json``, which is made from them."""
    routes = Blueprint("api", __name__)
    service = Service(settings, editorial)
    for route in ROUTES:
        routes.add_url_rule(
            route.path,
            endpoint=route.name,
            view_func=Guard(service, accounts, route),
            methods=[route.method],
            provide_automatic_options=False,
        )

    @routes.get("/openapi.json")
    def openapi() -> Response:
        return responses.send(_described(request.script_root), request)

    return routes


@lru_cache(maxsize=4)
def _described(root: str) -> Representation:
    text = json.dumps(document(ROUTES, root=root), ensure_ascii=False, indent=2)
    return Representation(text.encode(), "application/json")
