"""The loader, the stylesheet and the schema: evergreen, and under names that never change."""

from __future__ import annotations

from http import HTTPStatus

import rjsmin
from flask import Blueprint, Response, abort, request

from widget import answers, assets, panel
from widget.entry import schema_document
from widget.panel import Representation

JAVASCRIPT = "text/javascript; charset=utf-8"
_ADMIN = ("admin.css", "admin-autosave.js", "admin-cite.js", "admin-preview.js")


def blueprint() -> Blueprint:
    """Return the routes ``/embed.js``, ``/static/<name>`` and ``/schema/entry.json``."""
    css = panel.panel_stylesheet().encode()
    css_name = assets.versioned("panel.css", css)
    source = (assets.folder("static") / "embed.js").read_text("utf-8")
    loader = rjsmin.jsmin(source.replace("__PANEL_CSS__", css_name)).encode()
    embed_js = Representation(loader, JAVASCRIPT)
    css_type = "text/css; charset=utf-8"
    stylesheet = Representation(css, css_type)
    evergreen = {"embed.css": Representation(panel.host_stylesheet().encode(), css_type)}
    immutable = {css_name: stylesheet, assets.versioned("embed.js", loader): embed_js}
    for name in _ADMIN:
        content = (assets.folder("static") / name).read_bytes()
        kind = css_type if name.endswith(".css") else JAVASCRIPT
        immutable[assets.versioned(name, content)] = Representation(content, kind)
    vendored = {
        path.name: Representation(path.read_bytes(), JAVASCRIPT)
        for path in (assets.folder("static") / "vendor").glob("*.js")
    }
    schema = Representation(schema_document(), "application/schema+json")

    routes = Blueprint("static", __name__)

    @routes.get("/embed.js")
    def embed() -> Response:
        return _for_anyone(answers.send(embed_js, request))

    @routes.get("/static/<name>")
    def static(name: str) -> Response:
        if name in immutable:
            response = answers.send(immutable[name], request, cache_control=answers.IMMUTABLE)
        elif name in evergreen:
            response = answers.send(evergreen[name], request)
        else:
            abort(HTTPStatus.NOT_FOUND, f"There is no file {name!r} in this version.")
        return _for_anyone(response)

    @routes.get("/static/vendor/<name>")
    def vendor(name: str) -> Response:
        if name not in vendored:
            abort(HTTPStatus.NOT_FOUND, f"There is no file {name!r} in this version.")
        return answers.send(vendored[name], request, cache_control=answers.IMMUTABLE)

    @routes.get("/schema/entry.json")
    def entry_schema() -> Response:
        return _for_anyone(answers.send(schema, request))

    return routes


def _for_anyone(response: Response) -> Response:
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answers.allow_origin(response, "*")
