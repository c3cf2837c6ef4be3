"""oEmbed 1.0 (oembed.com): a panel's permalink, or its article's address, as HTML for editors."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree as ET

from flask import Blueprint, Response, abort, request

from widget import panel
from widget.config import Settings
from widget.entry import urls
from widget.http import responses
from widget.http.codings import Representation
from widget.panel import Choices, Options
from widget.purging import Surrogate, keys_of_request
from widget.store import EntryReader, Live

JSON = "application/json"
XML = "text/xml; charset=utf-8"
_PRIVATE = ("/admin", "/api")
_NO_LIMIT = 100_000


def blueprint(settings: Settings, store: EntryReader) -> Blueprint:
    """Return the route ``/oembed``."""
    routes = Blueprint("oembed", __name__)
    surrogate = Surrogate(settings)

    @routes.get("/oembed")
    def oembed() -> Response:
        wanted = request.args.get("url", "").strip()
        written = request.args.get("format", "json")
        if not wanted:
            abort(HTTPStatus.BAD_REQUEST, "Give the address of a panel or of its article as `url`.")
        if written not in ("json", "xml"):
            abort(HTTPStatus.NOT_IMPLEMENTED, "There is `format=json` and `format=xml`.")
        base = settings.base_url or request.url_root.rstrip("/")
        entry_id, options = _asked(wanted, base, store)
        live = store.live(entry_id) if entry_id else None
        if not isinstance(live, Live):
            abort(HTTPStatus.NOT_FOUND, f"There is no panel for {wanted}.")
        said = _document(settings, live, options, base)
        if written == "xml":
            representation = Representation(_xml(said), XML)
        else:
            text = json.dumps(said, ensure_ascii=False)
            representation = Representation(text.encode(), JSON)
        response = responses.send(representation, request)
        surrogate.mark(response, keys_of_request(entry_id, "", None))
        return responses.allow_origin(response, "*")

    return routes


def _asked(url: str, base: str, store: EntryReader) -> tuple[str | None, Options]:
    """Return the entry that ``url`` names, and how its panel is to be shown."""
    root = urlsplit(base).path
    try:
        own = urls.normalize(urls.origin(url)) == urls.normalize(urls.origin(base))
    except ValueError:
        return None, Options()
    parts = urlsplit(url)
    if not own or not f"{parts.path}/".startswith(f"{root}/"):
        return store.find(url), Options()  # the host may be that of articles, too
    path = parts.path.removeprefix(root).rstrip("/")
    if path.startswith(_PRIVATE):
        # "The specified URL contains a private (non-public) resource" (section 2.3.4.2).
        abort(HTTPStatus.UNAUTHORIZED, "This address is for the newsroom only.")
    query = dict(parse_qsl(parts.query))
    match = re.fullmatch(r"/panel/([a-z0-9-]+)", path)
    if match:
        return match[1], Options.from_query(query)
    return store.find(query.get("url", "") if path == "/panel" else url), Options()


def _document(settings: Settings, live: Live, options: Options, base: str) -> dict[str, Any]:
    entry = live.entry
    publication = settings.publication_for(entry.article.url)
    made = panel.snippet(
        entry,
        publication,
        Choices(way="oembed", options=options),
        base=base,
        max_width=_limit("maxwidth"),
        max_height=_limit("maxheight"),
    )
    return panel.oembed(entry, publication, made, base=base)


def _limit(name: str) -> int:
    """Return what the consumer has room for, in CSS pixels; nonsense is passed over."""
    given = request.args.get(name, "")
    return int(given) if re.fullmatch(r"[1-9][0-9]{0,4}", given, re.ASCII) else _NO_LIMIT


def _xml(said: dict[str, Any]) -> bytes:
    root = ET.Element("oembed")
    for name, value in said.items():
        ET.SubElement(root, name).text = str(value)
    text: str = ET.tostring(root, "unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}'.encode()
