"""The loader, stylesheets, scripts and the schema: under stable URLs, and under hashed ones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus

from flask import Blueprint, Response, abort, request

from widget import assets, panel
from widget.entry import schema_document
from widget.http import responses
from widget.http.codings import Representation

JAVASCRIPT = "text/javascript; charset=utf-8"
CSS = "text/css; charset=utf-8"
_OTHER_STYLESHEET = re.compile(r"panel\.[0-9a-f]{10}\.css")
_OWN_FILES = (
    "copy.js",
    "count.js",
    "host.css",
    "host-dark.css",
    "kit.css",
    *sorted(path.name for path in assets.folder("static").glob("admin*")),
)


@dataclass(frozen=True, slots=True)
class _Files:
    """The representations of all files, by name; what is immutable has its hash in its name."""

    embed_js: Representation
    schema: Representation
    stylesheet: Representation
    immutable: dict[str, Representation]
    evergreen: dict[str, Representation]
    vendored: dict[str, Representation]


routes = Blueprint("static", __name__)


@routes.record
def _warm(_: object) -> None:
    _files()  # read and minify when the application starts, not at the first request


@routes.get("/embed.js")
def embed() -> Response:
    """Send the loader of this version."""
    responses.cacheable(request, _until_restart)
    return _for_anyone(_evergreen(_files().embed_js))


@routes.get("/static/<name>")
def static(name: str) -> Response:
    """Send a file of ours."""
    files = _files()
    if name in files.immutable:
        response = _immutable(files.immutable[name])
    elif name in files.evergreen:
        response = _evergreen(files.evergreen[name])
    elif _OTHER_STYLESHEET.fullmatch(name):
        # A pinned loader of another version asks for its own version's stylesheet.
        response = responses.send(files.stylesheet, request)
    else:
        abort(HTTPStatus.NOT_FOUND, f"There is no file {name!r} in this version.")
    responses.cacheable(request, _until_restart)
    return _for_anyone(response)


@routes.get("/static/vendor/<name>")
def vendor(name: str) -> Response:
    """Send a library."""
    if name not in _files().vendored:
        abort(HTTPStatus.NOT_FOUND, f"There is no file {name!r} in this version.")
    return _for_anyone(_immutable(_files().vendored[name]))


@routes.get("/schema/entry.json")
def entry_schema() -> Response:
    """Send the JSON Schema of an entry."""
    return _for_anyone(responses.send(_files().schema, request))


@cache
def _files() -> _Files:
    folder = assets.folder("static")
    embed_js = Representation(panel.loader(), JAVASCRIPT)
    stylesheet = Representation(panel.panel_stylesheet().encode(), CSS)
    immutable = {panel.stylesheet_name(): stylesheet, panel.loader_name(): embed_js}
    for name in _OWN_FILES:
        content = (folder / name).read_bytes()
        content_type = CSS if name.endswith(".css") else JAVASCRIPT
        immutable[assets.versioned(name, content)] = Representation(content, content_type)
    types = (folder / "embed.d.ts").read_bytes()
    return _Files(
        embed_js=embed_js,
        schema=Representation(schema_document(), "application/schema+json"),
        stylesheet=stylesheet,
        immutable=immutable,
        evergreen={
            "embed.css": Representation(panel.host_stylesheet().encode(), CSS),
            "embed.d.ts": Representation(types, "text/plain; charset=utf-8"),
        },
        vendored={
            path.name: Representation(path.read_bytes(), JAVASCRIPT)
            for path in (folder / "vendor").glob("*.js")
        },
    )


def _evergreen(representation: Representation) -> Response:
    return responses.send(representation, request, cache_control=responses.EVERGREEN)


def _immutable(representation: Representation) -> Response:
    return responses.send(representation, request, cache_control=responses.IMMUTABLE)


def _until_restart(_: bool) -> bool:  # noqa: FBT001  # as responses.IsFresh has it
    return True


def _for_anyone(response: Response) -> Response:
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return responses.allow_origin(response, "*")
