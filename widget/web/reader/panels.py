"""Panels as documents, to be framed: ``/panel/<id>`` and ``/panel?url=``."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response, request

from widget import panel
from widget.config import Publication
from widget.entry import Withdrawn
from widget.entry.urls import origin
from widget.errors import InvalidEntry, StoreUnavailable
from widget.http import responses
from widget.http.codings import Representation
from widget.panel import Options
from widget.store import Live
from widget.web.context import service
from widget.web.reader.subject import (
    HTML,
    framed_blueprint,
    publication_of,
    represent,
    requested,
)

routes = framed_blueprint("panel")


@routes.get("/panel", defaults={"entry_id": None})
@routes.get("/panel/<entry_id>")
def frame(entry_id: str | None) -> Response:
    """Send the panel, the notice of a withdrawal, or a message that says why there is none."""
    subject, options = requested(entry_id), _options()
    if subject is None:
        return _unknown(options)
    if isinstance(subject, Live) and (refused := _refused(publication_of(subject), options)):
        return refused
    status = HTTPStatus.GONE if isinstance(subject, Withdrawn) else HTTPStatus.OK
    return responses.send(represent(subject, options, panel.frame), request, status=status)


@routes.get("/panel/", defaults={"entry_id": ""})
@routes.get("/panel/<entry_id>/")
def slashed(entry_id: str) -> Response:
    """Redirect from URLs as link tools and publishing systems write them."""
    return responses.without_slash(entry_id or "panel", request)


@routes.get("/panel/<path:rest>")
def elsewhere(rest: str) -> Response:
    """Show a message in the frame, as for an entry that does not exist."""
    del rest
    return _unknown(Options())


@routes.errorhandler(StoreUnavailable)
def _store_unavailable(_: StoreUnavailable) -> Response:
    response = _unavailable(HTTPStatus.SERVICE_UNAVAILABLE)
    response.headers["Retry-After"] = "5"
    return response


@routes.errorhandler(InvalidEntry)
def _invalid_entry(_: InvalidEntry) -> Response:
    return _unavailable(HTTPStatus.INTERNAL_SERVER_ERROR)


def _options() -> Options:
    return Options.from_query(request.args)


def _unknown(options: Options) -> Response:
    page = panel.message_frame("unknown", service().settings.publications[0], options)
    return responses.send(_representation(page), request, status=HTTPStatus.NOT_FOUND)


def _unavailable(status: HTTPStatus) -> Response:
    page = panel.message_frame("unavailable", service().settings.publications[0], _options())
    return _uncached(page, status)


def _refused(publication: Publication, options: Options) -> Response | None:
    """Return the page for a host page whose origin is not listed, where the browser names it.

    Without it readers would see the browser's own "refused to connect", which helps nobody.
    It only explains: the policy of the real page is what keeps other origins out.
    """
    if request.headers.get("Sec-Fetch-Dest") != "iframe" or "Referer" not in request.headers:
        return None
    try:
        embedder = origin(request.headers["Referer"])
    except ValueError:
        return None
    own = (origin(request.url_root), service().settings.base_origin)
    if embedder in own or publication.allows(embedder):
        return None
    why = responses.not_listed(embedder, publication)
    page = panel.message_frame("refused", publication, options, console=f"Insights: {why}")
    return _uncached(page, HTTPStatus.FORBIDDEN)


def _uncached(page: panel.Page, status: HTTPStatus) -> Response:
    representation = _representation(page)
    return responses.send(representation, request, status=status, cache_control="no-store")


def _representation(page: panel.Page) -> Representation:
    return Representation(page.body, HTML, policy=page.policy)
