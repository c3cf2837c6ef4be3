"""The loader, the stylesheet and the schema: evergreen, and under names that never change."""

from __future__ import annotations

import re
from http import HTTPStatus

from flask import Blueprint, Response, abort, request

from widget import assets, panel
from widget.entry import schema_document
from widget.http import responses
from widget.http.codings import Representation

JAVASCRIPT = "text/javascript; charset=utf-8"
_OTHER_STYLESHEET = re.compile(r"panel\.[0-9a-f]{10}\.css")
_OURS = (
    "copy.js",
    "host.css",
    "host-dark.css",
    "kit.css",
    *sorted(path.name for path in assets.folder("static").glob("admin*")),
)


def blueprint() -> Blueprint:
    """Return the routes ``/embed.js``, ``/static/<name>`` and ``/schema/entry.json``."""
    css = panel.panel_stylesheet().encode()
    css_name = panel.stylesheet_name()
    embed_js = Representation(panel.loader(), JAVASCRIPT)
    css_type = "text/css; charset=utf-8"
    stylesheet = Representation(css, css_type)
    types = (assets.folder("static") / "embed.d.ts").read_bytes()
    evergreen = {
        "embed.css": Representation(panel.host_stylesheet().encode(), css_type),
        "embed.d.ts": Representation(types, "text/plain; charset=utf-8"),
    }
    immutable = {css_name: stylesheet, panel.loader_name(): embed_js}
    for name in _OURS:
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
        responses.cacheable(request, _always)
        return _for_anyone(responses.send(embed_js, request))

    @routes.get("/static/<name>")
    def static(name: str) -> Response:
        if name in immutable:
            response = responses.send(immutable[name], request, cache_control=responses.IMMUTABLE)
        elif name in evergreen:
            response = responses.send(evergreen[name], request)
        elif _OTHER_STYLESHEET.fullmatch(name):
            # A pinned loader of another version asks for the styles of its day.
            response = responses.send(stylesheet, request)
        else:
            abort(HTTPStatus.NOT_FOUND, f"There is no file {name!r} in this version.")
        responses.cacheable(request, _always)
        return _for_anyone(response)

    @routes.get("/static/vendor/<name>")
    def vendor(name: str) -> Response:
        if name not in vendored:
            abort(HTTPStatus.NOT_FOUND, f"There is no file {name!r} in this version.")
        response = responses.send(vendored[name], request, cache_control=responses.IMMUTABLE)
        return _for_anyone(response)

    @routes.get("/schema/entry.json")
    def entry_schema() -> Response:
        return _for_anyone(responses.send(schema, request))

    return routes


def _always(_: bool) -> bool:  # noqa: FBT001  # as answers.Holds has it
    return True  # until the next start, which brings the next version


def _for_anyone(response: Response) -> Response:
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return responses.allow_origin(response, "*")
