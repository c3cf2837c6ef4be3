"""``/api/v1``: entries for programs, with bearer tokens. See ``docs/api.md``."""

from __future__ import annotations

import json
from functools import lru_cache, partial

from flask import Blueprint, Flask, Response, request

from widget.http.codings import Representation
from widget.http.responses import send
from widget.web.api.context import ApiContext, configure
from widget.web.api.dispatch import dispatch
from widget.web.api.openapi import document
from widget.web.api.routes import ROUTES

__all__ = ["ROUTES", "ApiContext", "blueprint", "init_app"]

blueprint = Blueprint("api", __name__)
for _route in ROUTES:
    blueprint.add_url_rule(
        _route.path,
        endpoint=_route.name,
        view_func=partial(dispatch, _route),
        methods=[_route.method],
        provide_automatic_options=False,
    )


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Describe the API (OpenAPI)."""
    return send(_description(request.script_root), request)


def init_app(app: Flask, context: ApiContext) -> None:
    """Add the API to ``app``."""
    configure(app, context)
    app.register_blueprint(blueprint)


@lru_cache(maxsize=4)
def _description(root: str) -> Representation:
    text = json.dumps(document(ROUTES, root=root), ensure_ascii=False, indent=2)
    return Representation(text.encode(), "application/json")
