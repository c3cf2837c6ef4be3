"""What a reader's request is for: a live entry, a withdrawn one, or none."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import NamedTuple

from flask import Blueprint, Response, g, request

from widget import panel
from widget.config import Publication
from widget.entry import Entry, Withdrawn
from widget.entry.containment import contained
from widget.http import responses
from widget.http.codings import Representation
from widget.panel import Options
from widget.store import Live, Unknown
from widget.web.context import service
from widget.web.reader import counting

HTML = "text/html; charset=utf-8"

Subject = Live | Withdrawn


class CacheSubject(NamedTuple):
    """The entry that a response depends on, as ``purging.keys_of_request`` takes it."""

    entry_id: str | None = None
    url: str = ""
    found_id: str | None = None
    lists: bool = False
    """Whether it depends on all entries, such as a list of corrections."""


def set_cache_subject(subject: CacheSubject = CacheSubject()) -> None:  # noqa: B008  # immutable
    """Record what the response depends on, for caches that can be purged."""
    g.cache_subject = subject


def cache_subject() -> CacheSubject | None:
    """Return what the response depends on; None where it is not the reader's."""
    subject: CacheSubject | None = g.get("cache_subject")
    return subject


def framed_blueprint(name: str) -> Blueprint:
    """Return a blueprint whose responses, errors and redirects too, host pages may show.

    Until a view knows more, its responses depend on no entry.
    """
    routes = Blueprint(name, __name__)
    routes.before_request(set_cache_subject)
    routes.after_request(_allow_framing)
    return routes


def _allow_framing(response: Response) -> Response:
    response.headers.update(responses.FRAMED)
    return response


def requested(entry_id: str | None) -> Subject | None:
    """Return the entry with this id, or else of the query's ``url``.

    Marks the response as cacheable until the entry changes. Raises StoreUnavailable.
    """
    store, url = service().store, request.args.get("url", "")

    def current() -> Subject | None:
        wanted = store.find(url) if entry_id is None else entry_id
        return None if wanted is None else store.live(wanted)

    def current_cached() -> Subject | Unknown | None:
        wanted = store.find_cached(url) if entry_id is None else entry_id
        if wanted is None or isinstance(wanted, Unknown):
            return wanted
        return store.live_cached(wanted)

    def is_fresh(wait: bool) -> bool | None:  # noqa: FBT001  # as responses.IsFresh has it
        now = current() if wait else current_cached()
        return None if isinstance(now, Unknown) else version_of(now) == version

    subject = current()
    version = version_of(subject)
    found = subject.entry if isinstance(subject, Live) else subject
    set_cache_subject(CacheSubject(entry_id, url, found.id if found else None))
    responses.cacheable(request, is_fresh)
    return subject


def publication_of(subject: Subject) -> Publication:
    """Return the publication that the entry belongs to."""
    settings = service().settings
    if isinstance(subject, Withdrawn):
        return settings.publication_for(subject.article_url)
    return settings.publication_for(subject.entry.article.url)


def represent(
    subject: Subject, options: Options, render: Callable[..., panel.Page], **form: bool
) -> Representation:
    """Return ``subject`` as ``render`` makes it, from the cache where it is there.

    Raises InvalidEntry where the entry cannot be rendered.
    """
    context, publication = service(), publication_of(subject)
    if isinstance(subject, Withdrawn):
        shown: Entry | Withdrawn = subject
        beside: dict[str, object] = {}
    else:
        shown = subject.entry
        beside = {"reviews": subject.approvals, "annotations": subject.annotations}
    options = options.canonical(publication, shown.language)
    permalink = context.permalink(shown.id)

    def rendered() -> Representation:
        page = render(
            shown, publication, options, permalink=permalink, report_form=True, **beside, **form
        )
        if counting.is_on() and render is panel.frame and isinstance(subject, Live):
            page = counting.counted(page, context.base())
        # A frame reaches a reader in one flight of packets either way.
        return Representation(page.body, HTML, policy=page.policy, quick=render is panel.frame)

    key = (render.__name__, shown.id, options, context.base(), *form.values())
    return contained(
        f"rendering {shown.id!r}",
        lambda: context.representations.get(key, version_of(subject), rendered),
    )


def version_of(subject: Subject | None) -> Hashable:
    """Return what changes whenever a response about ``subject`` does."""
    match subject:
        case None:
            return None
        case Withdrawn():
            return subject.id, subject.revision, subject.at
        case Live():
            shown = (subject.digest, subject.approvals, subject.annotations)
            return subject.entry.id, subject.revision, subject.at, *shown
