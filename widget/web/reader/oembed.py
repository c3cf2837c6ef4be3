"""oEmbed 1.0 (oembed.com): HTML for a panel's permalink, or for its article's URL."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree as ET

from flask import Blueprint, Response, abort, request

from widget import panel
from widget.entry import urls
from widget.http import responses
from widget.http.codings import Representation
from widget.panel import Choices, Options
from widget.store import Live
from widget.web.context import service
from widget.web.reader.subject import CacheSubject, set_cache_subject

JSON = "application/json"
XML = "text/xml; charset=utf-8"
_PRIVATE = ("/admin", "/api")
_NO_LIMIT = 100_000


routes = Blueprint("oembed", __name__)


@routes.get("/oembed")
def oembed() -> Response:
    """Send the document of the panel that the consumer's ``url`` names (section 2.3)."""
    wanted = request.args.get("url", "").strip()
    form = request.args.get("format", "json")
    if not wanted:
        abort(HTTPStatus.BAD_REQUEST, "Give the address of a panel or of its article as `url`.")
    if form not in ("json", "xml"):
        abort(HTTPStatus.NOT_IMPLEMENTED, "There is `format=json` and `format=xml`.")
    response = responses.send(_represent(wanted, form), request)
    return responses.allow_origin(response, "*")


def _represent(wanted: str, form: str) -> Representation:
    entry_id, options = _requested(wanted)
    live = service().store.live(entry_id) if entry_id else None
    if not isinstance(live, Live):
        abort(HTTPStatus.NOT_FOUND, f"There is no panel for {wanted}.")
    set_cache_subject(CacheSubject(entry_id))
    document = _document(live, options)
    if form == "xml":
        return Representation(_xml(document), XML)
    return Representation(json.dumps(document, ensure_ascii=False).encode(), JSON)


def _requested(url: str) -> tuple[str | None, Options]:
    """Return the id of the entry that ``url`` names, and how its panel is to be shown."""
    base, store = service().base(), service().store
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


def _document(live: Live, options: Options) -> dict[str, Any]:
    entry, base = live.entry, service().base()
    publication = service().settings.publication_for(entry.article.url)
    snippet = panel.snippet(
        entry,
        publication,
        Choices(way="oembed", options=options),
        base=base,
        reviews=live.approvals,
        max_width=_limit("maxwidth"),
        max_height=_limit("maxheight"),
    )
    return panel.oembed(entry, publication, snippet, base=base)


def _limit(name: str) -> int:
    """Return the consumer's limit in CSS pixels; what is no number counts as no limit."""
    given = request.args.get(name, "")
    return int(given) if re.fullmatch(r"[1-9][0-9]{0,4}", given, re.ASCII) else _NO_LIMIT


def _xml(document: dict[str, Any]) -> bytes:
    root = ET.Element("oembed")
    for name, value in document.items():
        ET.SubElement(root, name).text = str(value)
    text: str = ET.tostring(root, "unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}'.encode()
