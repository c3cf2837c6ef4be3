"""The snippet builder: every choice, the snippet, and the panel on a page of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from widget import i18n, panel
from widget.config import Settings
from widget.entry import Withdrawn, light_html
from widget.http import responses
from widget.panel import Choices, Host, Theme, Way
from widget.panel.options import HEADING_LEVELS, OPENABLE
from widget.store import EntryReader, Live
from widget.web.kit import pages

WIDTHS = (320, 640, 960)
LOOKS = ("light", "dark", "rtl")

WAYS: dict[Way, tuple[str, str]] = {
    "frame": ("Frame", "A document of its own. Works on every page that takes an iframe."),
    "component": (
        "Web component",
        "In a shadow root, with events for your own code.",
    ),
    "site": ("Whole site", "Once in the article template: finds each article's panel by its URL."),
    "htmx2": ("htmx 2", "Into the page's own DOM, where htmx 2 is at work."),
    "htmx4": ("htmx 4", "Into the page's own DOM, where htmx 4 is at work."),
    "oembed": ("oEmbed", "For editors that take a link: paste the panel's address, or this HTML."),
    "include": (
        "Server-side include",
        "Your server puts the panel into the page. No script.",
    ),
}
THEMES: dict[Theme | None, str] = {
    "host": "As the page",
    "auto": "As the reader's system",
    "light": "Light",
    "dark": "Dark",
}
HOSTS: dict[Host, str] = {
    "ordinary": "An ordinary page",
    "strict": "A page with a strict Content-Security-Policy",
    "hostile": "A page whose stylesheet reaches for everything",
}
OPEN = {
    "ideas": "Ideas",
    "different-views": "Different views",
    "context": "Context",
    "reply": "Reply",
    "sources": "Sources",
}


@dataclass(frozen=True, slots=True)
class _Preview:
    width: int
    src: str


def blueprint(settings: Settings, store: EntryReader) -> Blueprint:
    """Return the routes ``/snippet``, ``/snippet/<id>`` and ``/snippet/<id>/host``."""
    routes = Blueprint("snippets", __name__)

    @routes.get("/snippet")
    def site() -> AnyResponse:
        url = request.args.get("url", "").strip()
        found = store.find(url) if url else None
        if found:
            return redirect(url_for(".builder", entry_id=found), HTTPStatus.SEE_OTHER)
        snippet = panel.site_snippet(base=pages.base_of(settings))
        status = HTTPStatus.NOT_FOUND if url else HTTPStatus.OK
        return pages.page("site.html", status=status, url=url, snippet=snippet)

    @routes.get("/snippet/<entry_id>")
    def builder(entry_id: str) -> Response:
        live = _live(store, entry_id)
        choices = Choices.from_query(_asked())
        if "theme" not in request.args:
            choices = replace(choices, options=replace(choices.options, theme="host"))
        base = pages.base_of(settings)
        query: dict[str, Any] = dict(choices.to_query())
        look = request.args.get("look")
        look = look if look in LOOKS else "light"
        return pages.page(
            "builder.html",
            entry=live.entry,
            snippet=_snippet(live, choices, base),
            choices=choices,
            permalink=f"{base}/panel/{quote(entry_id)}",
            previews=[
                _Preview(width, url_for(".host", entry_id=entry_id, **query, look=look))
                for width in WIDTHS
            ],
            look=look,
            looks=LOOKS,
            ways=WAYS,
            themes=THEMES,
            hosts=HOSTS,
            openable={name: OPEN[name] for name in OPENABLE},
            languages=[(code, i18n.language_name(code)) for code in i18n.languages()],
            levels=HEADING_LEVELS,
        )

    @routes.get("/snippet/", defaults={"entry_id": ""})
    @routes.get("/snippet/<entry_id>/")
    def slashed(entry_id: str) -> Response:
        return responses.without_slash(entry_id or "snippet", request)

    @routes.get("/snippet/<entry_id>/host")
    def host(entry_id: str) -> Response:
        # A page as a publisher might have it, with the snippet pasted into it.
        live = _live(store, entry_id)
        choices = Choices.from_query(_asked())
        base = pages.base_of(settings)
        snippet = _snippet(live, choices, base)
        body = snippet.body
        if choices.way == "include":
            body = _fragment(live, choices, base)
        look = request.args.get("look", "light")
        html = pages.render(
            "host.html",
            head=light_html.trusted(snippet.head),
            body=light_html.trusted(body),
            article=live.entry.article,
            htmx={"htmx2": "2.0.10", "htmx4": "4.0.1"}.get(choices.way),
            dark=look == "dark",
            direction="rtl" if look == "rtl" else "ltr",
        )
        return pages.send(html, policy=_host_policy(snippet.policy, choices))

    def _snippet(live: Live, choices: Choices, base: str) -> panel.Snippet:
        publication = settings.publication_for(live.entry.article.url)
        return panel.snippet(live.entry, publication, choices, base=base)

    def _fragment(live: Live, choices: Choices, base: str) -> str:
        publication = settings.publication_for(live.entry.article.url)
        permalink = f"{base}/panel/{live.entry.id}"
        options = choices.options
        if choices.host == "strict":
            options = replace(options, styles="none")
        return panel.fragment(live.entry, publication, options, permalink=permalink).body.decode()

    return routes


def _asked() -> dict[str, str]:
    """Return the request's query; boxes of one name are joined as snippets write them."""
    return {name: ",".join(values) for name, values in request.args.lists()}


def _live(store: EntryReader, entry_id: str) -> Live:
    found = store.live(entry_id)
    if isinstance(found, Withdrawn):
        abort(HTTPStatus.GONE, f"The panel {entry_id!r} was withdrawn; there is nothing to embed.")
    if found is None:
        abort(HTTPStatus.NOT_FOUND, f"No panel {entry_id!r} is live. Publish it first.")
    return found


def _host_policy(needed: str, choices: Choices) -> str:
    """Return the host page's own policy: under ``strict`` nothing beyond what the snippet says."""
    allowed: dict[str, set[str]] = {"style-src": {"'self'"}, "script-src": {"'self'"}}
    for directive in needed.split("; "):
        name, _, sources = directive.partition(" ")
        allowed.setdefault(name, set()).update(sources.split())
    if choices.host != "strict":
        allowed["style-src"].add("'unsafe-inline'")
    listed = "; ".join(f"{name} {' '.join(sorted(it))}" for name, it in sorted(allowed.items()))
    return f"default-src 'none'; base-uri 'none'; frame-ancestors 'self'; {listed}"
