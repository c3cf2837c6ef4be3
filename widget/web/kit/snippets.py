"""The snippet builder: every choice, the snippet, and the panel on a page of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from widget import i18n, panel
from widget.config import Publication
from widget.entry import Withdrawn, light_html
from widget.http import responses
from widget.panel import Choices, Host, Theme, Way
from widget.panel.options import HEADING_LEVELS, OPENABLE
from widget.store import Live
from widget.web.context import service
from widget.web.kit import pages

WIDTHS = (320, 640, 960)
LOOKS = ("light", "dark", "rtl")
_HTMX_VERSIONS: dict[Way, str] = {"htmx2": "2.0.10", "htmx4": "4.0.1"}

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


routes = Blueprint("snippets", __name__)


@routes.get("/snippet")
def site() -> AnyResponse:
    """Show the snippet for a whole site, or lead to that of the article at ``url``."""
    url = request.args.get("url", "").strip()
    entry_id = service().store.find(url) if url else None
    if entry_id:
        return redirect(url_for(".builder", entry_id=entry_id), HTTPStatus.SEE_OTHER)
    snippet = panel.site_snippet(base=service().base())
    status = HTTPStatus.NOT_FOUND if url else HTTPStatus.OK
    return pages.page("site.html", status=status, url=url, snippet=snippet)


@routes.get("/snippet/<entry_id>")
def builder(entry_id: str) -> Response:
    """Show every choice, the snippet, and the panel on pages of several widths."""
    live, choices = _live(entry_id), _choices()
    if "theme" not in request.args:
        choices = replace(choices, options=replace(choices.options, theme="host"))
    return pages.page(
        "builder.html",
        entry=live.entry,
        snippet=_snippet(live, choices),
        choices=choices,
        permalink=service().permalink(entry_id),
        previews=_previews(entry_id, choices),
        look=_look(),
        **_form(),
    )


@routes.get("/snippet/", defaults={"entry_id": ""})
@routes.get("/snippet/<entry_id>/")
def slashed(entry_id: str) -> Response:
    """Redirect to the URL without the slash."""
    return responses.without_slash(entry_id or "snippet", request)


@routes.get("/snippet/<entry_id>/host")
def host(entry_id: str) -> Response:
    """Show a page as a publisher might have it, with the snippet pasted into it."""
    live, choices = _live(entry_id), _choices()
    snippet = _snippet(live, choices)
    body = _fragment(live, choices) if choices.way == "include" else snippet.body
    html = pages.render(
        "host.html",
        head=light_html.trusted(snippet.head),
        body=light_html.trusted(body),
        article=live.entry.article,
        htmx=_HTMX_VERSIONS.get(choices.way),
        dark=_look() == "dark",
        direction="rtl" if _look() == "rtl" else "ltr",
    )
    return pages.send(html, policy=_host_policy(snippet.policy, choices))


def _form() -> dict[str, Any]:
    """Return what the form offers to choose from."""
    return {
        "looks": LOOKS,
        "ways": WAYS,
        "themes": THEMES,
        "hosts": HOSTS,
        "openable": {name: OPEN[name] for name in OPENABLE},
        "languages": [(code, i18n.language_name(code)) for code in i18n.languages()],
        "levels": HEADING_LEVELS,
    }


def _look() -> str:
    look = request.args.get("look", "light")
    return look if look in LOOKS else "light"


def _previews(entry_id: str, choices: Choices) -> list[_Preview]:
    query: dict[str, Any] = dict(choices.to_query())
    return [
        _Preview(width, url_for(".host", entry_id=entry_id, **query, look=_look()))
        for width in WIDTHS
    ]


def _publication(live: Live) -> Publication:
    return service().settings.publication_for(live.entry.article.url)


def _snippet(live: Live, choices: Choices) -> panel.Snippet:
    base = service().base()
    return panel.snippet(live.entry, _publication(live), choices, base=base, reviews=live.approvals)


def _fragment(live: Live, choices: Choices) -> str:
    options = choices.options
    if choices.host == "strict":
        options = replace(options, styles="none")
    permalink = service().permalink(live.entry.id)
    return panel.fragment(
        live.entry,
        _publication(live),
        options,
        permalink=permalink,
        reviews=live.approvals,
        report_form=True,
    ).body.decode()


def _choices() -> Choices:
    """Return what the query chooses; checkboxes of one name are joined as snippets write them."""
    query = {name: ",".join(values) for name, values in request.args.lists()}
    return Choices.from_query(query)


def _live(entry_id: str) -> Live:
    found = service().store.live(entry_id)
    if isinstance(found, Withdrawn):
        abort(HTTPStatus.GONE, f"The panel {entry_id!r} was withdrawn; there is nothing to embed.")
    if found is None:
        abort(HTTPStatus.NOT_FOUND, f"No panel {entry_id!r} is live. Publish it first.")
    return found


def _host_policy(needed: str, choices: Choices) -> str:
    """Return the host page's own policy: with ``strict`` it allows only what the snippet needs."""
    allowed: dict[str, set[str]] = {"style-src": {"'self'"}, "script-src": {"'self'"}}
    for directive in needed.split("; "):
        name, _, sources = directive.partition(" ")
        allowed.setdefault(name, set()).update(sources.split())
    if choices.host != "strict":
        allowed["style-src"].add("'unsafe-inline'")
    listed = "; ".join(f"{name} {' '.join(sorted(it))}" for name, it in sorted(allowed.items()))
    return f"default-src 'none'; base-uri 'none'; frame-ancestors 'self'; {listed}"
