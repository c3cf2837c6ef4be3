"""Corrections and withdrawals: ``/corrections``, of one publication, and as feeds."""

from __future__ import annotations

from collections.abc import Hashable
from http import HTTPStatus

from flask import Blueprint, Response, abort, current_app, request

from widget.http import responses
from widget.http.codings import Representation
from widget.record.changes import ChangePage, Changes
from widget.record.corrections import PATH, Form, corrections_page, feed_of
from widget.record.feeds import ATOM, JSON_FEED, Feed, atom, json_feed
from widget.web.context import service
from widget.web.reader.subject import HTML, CacheSubject, set_cache_subject, version_of

routes = Blueprint("corrections", __name__)
_EXTENSION = "insights.changes"


@routes.before_request
def _depends_on_all() -> None:
    set_cache_subject(CacheSubject(lists=True))


@routes.get(f"/{PATH}")
@routes.get(f"/{PATH}/<slug>")
def page(slug: str | None = None) -> Response:
    """Send the page."""
    return _sent(slug, "")


@routes.get(f"/{PATH}.atom")
@routes.get(f"/{PATH}/<slug>.atom")
def atom_feed(slug: str | None = None) -> Response:
    """Send the Atom feed."""
    return responses.allow_origin(_sent(slug, ".atom"), "*")


@routes.get(f"/{PATH}.json")
@routes.get(f"/{PATH}/<slug>.json")
def json(slug: str | None = None) -> Response:
    """Send the JSON Feed."""
    return responses.allow_origin(_sent(slug, ".json"), "*")


def _sent(slug: str | None, form: Form) -> Response:
    settings, base = service().settings, service().base()
    if slug is not None and slug not in settings.slugs:
        abort(HTTPStatus.NOT_FOUND, f"There is no publication {slug!r}.")
    before, changes = _before(), _changes()  # revalidation is outside of the application's context

    def current() -> ChangePage:
        publication = None if slug is None else settings.slugs[slug]
        return changes.page(publication, before=before)

    def is_fresh(wait: bool) -> bool | None:  # noqa: FBT001  # as responses.IsFresh has it
        return _version(current()) == version if wait else None

    shown = current()
    version = _version(shown)
    responses.cacheable(request, is_fresh)
    feed = feed_of(shown, settings, slug, base=base)
    representation = service().representations.get(
        (PATH, slug, form, before, base), version, lambda: _representation(feed, slug, form)
    )
    response = responses.send(representation, request, last_modified=shown.updated)
    links = [(feed.own_url(form), "self"), *([(feed.hub, "hub")] if feed.hub else [])]
    response.headers["Link"] = ", ".join(f'<{url}>; rel="{rel}"' for url, rel in links)
    return response


def _representation(feed: Feed, slug: str | None, form: Form) -> Representation:
    match form:
        case ".atom":
            return Representation(atom(feed), ATOM)
        case ".json":
            return Representation(json_feed(feed), JSON_FEED)
        case "":
            shown = corrections_page(feed, service().settings, slug)
            return Representation(shown.body, HTML, policy=shown.policy)


def _before() -> int | None:
    """Return the number that the page ends before; what is no number counts as none."""
    given = request.args.get("before", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else None


def _changes() -> Changes:
    extensions = current_app.extensions
    if _EXTENSION not in extensions:
        extensions[_EXTENSION] = Changes(service().store, service().settings)
    changes: Changes = extensions[_EXTENSION]
    return changes


def _version(page: ChangePage) -> Hashable:
    shown = tuple((it.line.number, it.id, version_of(it.subject)) for it in page.changes)
    return shown, page.newer, page.older
