"""What readers' browsers fetch: frames, fragments, the loader, the stylesheet."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from http import HTTPStatus
from urllib.parse import quote

from flask import Blueprint, Response, g, request

from widget import panel
from widget.config import Publication, Settings
from widget.entry import Entry, Withdrawn
from widget.entry.containment import contained
from widget.entry.urls import origin
from widget.errors import InvalidEntry, StoreUnavailable
from widget.http import problem_details, responses
from widget.http.codings import Representation, RepresentationCache
from widget.panel import Options
from widget.purging import Surrogate, keys_of_request
from widget.store import EntryReader, Live, Unknown

HTML = "text/html; charset=utf-8"

Subject = Live | Withdrawn
Render = Callable[[Entry | Withdrawn, Publication, Options, str], panel.Page]


def blueprint(settings: Settings, store: EntryReader, cache: RepresentationCache) -> Blueprint:
    """Return the routes ``/panel`` and ``/fragment``, by id and by URL."""
    routes = Blueprint("embed", __name__)
    surrogate = Surrogate(settings)

    @routes.after_request
    def finished(response: Response) -> Response:
        # Every answer, since an error or a redirect stands in a frame, too.
        response.headers.update(responses.FRAMED)
        if response.headers.get("Cache-Control") != responses.SHORT:
            return response  # not for a cache to keep
        return surrogate.mark(response, g.get("keys", ()))

    @routes.get("/panel", defaults={"entry_id": None})
    @routes.get("/panel/<entry_id>")
    def frame(entry_id: str | None) -> Response:
        options = Options.from_query(request.args)
        try:
            subject = _kept_subject(store, entry_id)
        except StoreUnavailable:
            page = panel.message_frame("unavailable", settings.publications[0], options)
            response = _once(page, HTTPStatus.SERVICE_UNAVAILABLE)
            response.headers["Retry-After"] = "5"
            return response
        if subject is None:
            page = panel.message_frame("unknown", settings.publications[0], options)
            return responses.send(_representation(page), request, status=HTTPStatus.NOT_FOUND)
        refusal = _refused_frame(settings, _publication(subject), options)
        if refusal and isinstance(subject, Live):
            return refusal
        status = HTTPStatus.GONE if isinstance(subject, Withdrawn) else HTTPStatus.OK
        try:
            shown = _cached(subject, options, panel.frame)
        except InvalidEntry:
            page = panel.message_frame("unavailable", settings.publications[0], options)
            return _once(page, HTTPStatus.INTERNAL_SERVER_ERROR)
        return responses.send(shown, request, status=status)

    @routes.get("/panel/", defaults={"entry_id": ""})
    @routes.get("/panel/<entry_id>/")
    def slashed(entry_id: str) -> Response:
        # As link tools and publishing systems write addresses.
        return responses.without_slash(entry_id or "panel", request)

    @routes.get("/panel/<path:rest>")
    def elsewhere(rest: str) -> Response:
        del rest
        page = panel.message_frame("unknown", settings.publications[0], Options())
        return responses.send(_representation(page), request, status=HTTPStatus.NOT_FOUND)

    @routes.route(
        "/fragment",
        defaults={"entry_id": None},
        methods=["GET", "OPTIONS"],
        provide_automatic_options=False,
    )
    @routes.route(
        "/fragment/<entry_id>", methods=["GET", "OPTIONS"], provide_automatic_options=False
    )
    def fragment(entry_id: str | None) -> Response:
        asking = request.headers.get("Origin")
        if asking in (origin(request.url_root), settings.base_origin):
            asking = None  # our own pages, which may read anything here
        if asking and not settings.allows(asking):
            return _refused_fragment(settings, asking)
        if request.method == "OPTIONS":
            return responses.preflight(asking)
        subject = _kept_subject(store, entry_id)
        if subject is None:
            response = Response(status=HTTPStatus.NO_CONTENT)
            response.headers["Cache-Control"] = responses.SHORT
            response.vary.add("Origin")
        elif asking and not _publication(subject).allows(asking):
            return _refused_fragment(settings, asking, _publication(subject))
        else:
            # Only a script's request names its origin. A server's may be put into any page.
            options, utf8 = Options.from_query(request.args), asking is not None
            try:
                shown = _cached(subject, options, panel.fragment, utf8=utf8)
            except InvalidEntry:
                # An empty answer leaves the host's page as it is; htmx 4 would show an error in it.
                response = Response(status=HTTPStatus.NO_CONTENT)
                response.headers["Cache-Control"] = "no-store"
            else:
                response = responses.send(shown, request, vary=["Origin"])
        return responses.allow_origin(response, asking) if asking else response

    @routes.route(
        "/fragment/",
        defaults={"entry_id": ""},
        methods=["GET", "OPTIONS"],
        provide_automatic_options=False,
    )
    @routes.route(
        "/fragment/<entry_id>/", methods=["GET", "OPTIONS"], provide_automatic_options=False
    )
    def slashed_fragment(entry_id: str) -> Response:
        return fragment(entry_id or None)  # a redirect would need CORS on its way

    def _publication(subject: Subject) -> Publication:
        if isinstance(subject, Withdrawn):
            return settings.publication_for(subject.article_url)
        return settings.publication_for(subject.entry.article.url)

    def _cached(
        subject: Subject,
        options: Options,
        render: Callable[..., panel.Page],
        **form: bool,
    ) -> Representation:
        base = settings.base_url or request.url_root.rstrip("/")
        shown = subject if isinstance(subject, Withdrawn) else subject.entry
        options = options.canonical(_publication(subject), shown.language)

        def make() -> Representation:
            permalink = f"{base}/panel/{quote(shown.id)}"
            page = render(shown, _publication(subject), options, permalink=permalink, **form)
            # A frame reaches a reader in one flight of packets either way.
            return Representation(page.body, HTML, policy=page.policy, quick=render is panel.frame)

        key = (render.__name__, shown.id, options, base, *form.values())
        return contained(f"rendering {shown.id!r}", lambda: cache.get(key, _version(subject), make))

    return routes


def _kept_subject(store: EntryReader, entry_id: str | None) -> Subject | None:
    """Return what the request asks for; its answer holds until that changes."""
    url = request.args.get("url", "")

    def subject_now() -> Subject | None:
        wanted = store.find(url) if entry_id is None else entry_id
        return None if wanted is None else store.live(wanted)

    def subject_cached() -> Subject | Unknown | None:
        wanted = store.find_cached(url) if entry_id is None else entry_id
        if wanted is None or isinstance(wanted, Unknown):
            return wanted
        return store.live_cached(wanted)

    def holds(wait: bool) -> bool | None:  # noqa: FBT001  # as answers.Holds has it
        now = subject_now() if wait else subject_cached()
        return None if isinstance(now, Unknown) else _version(now) == version

    subject = subject_now()
    version = _version(subject)
    found = subject.entry if isinstance(subject, Live) else subject
    g.keys = keys_of_request(entry_id, url, found.id if found else None)
    responses.cacheable(request, holds)
    return subject


def _version(subject: Subject | None) -> Hashable:
    match subject:
        case None:
            return None
        case Withdrawn():
            return subject.id, subject.revision, subject.at
        case Live():
            return subject.entry.id, subject.digest


def _representation(page: panel.Page) -> Representation:
    return Representation(page.body, HTML, policy=page.policy)


def _once(page: panel.Page, status: int) -> Response:
    return responses.send(_representation(page), request, status=status, cache_control="no-store")


def _refused_frame(
    settings: Settings, publication: Publication, options: Options
) -> Response | None:
    """Return the page for a host that is not listed, where the browser says which it is.

    Without it readers would see the browser's own "refused to connect", which helps nobody.
    The policy of the real page holds in any case: this one only explains.
    """
    if request.headers.get("Sec-Fetch-Dest") != "iframe" or "Referer" not in request.headers:
        return None
    try:
        asking = origin(request.headers["Referer"])
    except ValueError:
        return None
    ours = (origin(request.url_root), settings.base_origin)
    if asking in ours or publication.allows(asking):
        return None
    why = responses.not_listed(asking, publication)
    page = panel.message_frame("refused", publication, options, console=f"Insights: {why}")
    return _once(page, HTTPStatus.FORBIDDEN)


def _refused_fragment(
    settings: Settings, asking: str, publication: Publication | None = None
) -> Response:
    detail = responses.not_listed(asking, publication or settings.publications[0])
    return problem_details.problem(HTTPStatus.FORBIDDEN, detail, headers={"Vary": "Origin"})
