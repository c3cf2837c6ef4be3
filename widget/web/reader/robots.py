"""For search engines: ``/sitemap.xml`` and ``/robots.txt``."""

from __future__ import annotations

from flask import Blueprint, Response, request

from widget.http import responses
from widget.http.codings import Representation
from widget.record import sitemap
from widget.web.context import service
from widget.web.reader.subject import CacheSubject, set_cache_subject

XML = "application/xml; charset=utf-8"
TEXT = "text/plain; charset=utf-8"

routes = Blueprint("robots", __name__)


@routes.before_request
def _depends_on_all() -> None:
    set_cache_subject(CacheSubject(lists=True))


@routes.get("/sitemap.xml")
def sitemap_xml() -> Response:
    """Send the sitemap, its index, or the part of it that begins after an id."""
    after, base, store = request.args.get("after", ""), service().base(), service().store

    def is_fresh(wait: bool) -> bool | None:  # noqa: FBT001  # as responses.IsFresh has it
        return sitemap.last_line(store) == line if wait else None

    line = sitemap.last_line(store)  # every change of what is live appends one

    def rendered() -> Representation:
        return Representation(sitemap.sitemap(store, base, after=after), XML)

    if sitemap.is_settled(line):
        responses.cacheable(request, is_fresh)
        key = (sitemap_xml.__name__, after, base)
        shown = service().representations.get(key, line, rendered)
    else:
        shown = rendered()
    return responses.send(shown, request, last_modified=line.at if line else None)


@routes.get("/robots.txt")
def robots_txt() -> Response:
    """Send what robots may fetch."""
    return responses.send(Representation(sitemap.robots(service().base()), TEXT), request)
