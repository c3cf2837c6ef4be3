"""The demo: a small fictional newspaper on a separate origin, and its entries."""

from __future__ import annotations

import json
import os
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote, urlsplit
from urllib.request import urlopen

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    redirect,
    render_template,
    request,
    send_from_directory,
)
from markupsafe import Markup
from werkzeug import Response as BaseResponse

from widget import assets, i18n, panel, server
from widget.config import Publication
from widget.editorial.review import CHECKLIST, Reviewer
from widget.editorial.service import Editorial
from widget.entry import Entry, light_html, parse_entry
from widget.panel import Host, Snippet, Way

SERVICE_VARIABLE = "INSIGHTS_TEST_DEMO_SERVICE"
BACKEND_VARIABLE = "INSIGHTS_TEST_DEMO_BACKEND"
ADMIN = "editor"
NEWSPAPER_HOST = "localhost"
"""The newspaper's host name; to a browser this is another site than 127.0.0.1."""

_WITHDRAWN = "harbor-curfew"
_WITHDRAWAL_REASON = (
    "The second idea attributed to the column, and to the police log, a claim about Lantern "
    "Steps that a speaker made at a hearing and that the column rejects."
)
_TYPICAL = "ferry-fares"
_WAITING = "rent-ceiling"
_AUTHOR, _REVIEWER = "mina", "jonas"
"""The people of the newspaper, of whom one writes and the other reviews."""


@dataclass(frozen=True, slots=True)
class HostPage:
    """One way of embedding, shown on a page of the newspaper. ``policy`` is the host's own CSP."""

    slug: str
    name: str
    note: str
    ways: tuple[Way, ...]
    script: bool = True
    hostile: bool = False
    policy: str | None = None

    @property
    def href(self) -> str:
        """The page's path."""
        return f"/ways/{self.slug}"


_STRICT = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; img-src 'self'; "
    "script-src 'self' {service}; style-src 'self' {service}; "
    "connect-src {service}; frame-src {service}"
)
HOST_PAGES = (
    HostPage("frame", "A frame", "embed.js sizes it where the browser does not.", ("frame",)),
    HostPage(
        "native-frame",
        "A frame without any script",
        "The browser sizes it by itself (frame-sizing, Chromium 154 and later).",
        ("frame",),
        script=False,
    ),
    HostPage("component", "The web component", "In a shadow root of its own.", ("component",)),
    HostPage("htmx2", "An include with htmx 2", "Into the page's own DOM.", ("htmx2",)),
    HostPage("htmx4", "An include with htmx 4", "Into the page's own DOM.", ("htmx4",)),
    HostPage(
        "include",
        "A server-side include",
        "The newspaper's own server fetched the fragment.",
        (),
    ),
    HostPage(
        "hostile",
        "A host with hostile CSS",
        "Frame, component and include on a page whose stylesheet wrecks what it can reach.",
        ("frame", "component", "htmx2"),
        hostile=True,
    ),
    HostPage(
        "strict",
        "A host with a strict Content-Security-Policy",
        "No unsafe-inline, no unsafe-eval, and Trusted Types required.",
        ("frame", "component"),
        policy=_STRICT + "; require-trusted-types-for 'script'; trusted-types insights",
    ),
    HostPage(
        "strict-htmx",
        "htmx under a strict Content-Security-Policy",
        "The fragment without styles, and the stylesheet as a link.",
        ("htmx2",),
        policy=_STRICT,
    ),
)


def entries() -> list[Entry]:
    """Return the newspaper's entries, sorted by id."""
    folder = assets.folder("examples") / "newspaper" / "entries"
    return [parse_entry(path.read_bytes()) for path in sorted(folder.glob("*.json"))]


def publication(*origins: str) -> Publication:
    """Return the newspaper's publication, with additional ``origins``."""
    path = assets.folder("examples") / "newspaper" / "insights.toml"
    (table,) = tomllib.loads(path.read_text("utf-8"))["publications"]
    return Publication.model_validate({**table, "origins": [*table["origins"], *origins]})


def fill(editorial: Editorial) -> None:
    """Publish every entry, reviewed, and withdraw the one that was a mistake."""
    for entry in entries():
        publish_reviewed(editorial, entry)
    editorial.withdraw(_WITHDRAWN, actor=_REVIEWER, reason=_WITHDRAWAL_REASON)


def publish_reviewed(editorial: Editorial, entry: Entry, *, note: str = "First published") -> None:
    """Publish an entry that one person of the newspaper wrote and another approved."""
    editorial.save(entry, actor=_AUTHOR)
    reviewer = Reviewer(name=_REVIEWER, role="publisher", proof="session", actor=_REVIEWER)
    editorial.review.approve(entry.id, reviewer=reviewer, checked=CHECKLIST)
    editorial.publish(entry.id, actor=_REVIEWER, note=note)


def leave_waiting(editorial: Editorial) -> None:
    """Save a change of one panel that waits for somebody to review it."""
    entry = _entry(_WAITING)
    title = f"{entry.article.title}, and a floor under repairs"
    article = entry.article.model_copy(update={"title": title})
    revised = entry.model_copy(update={"article": article})
    editorial.save(revised, actor=_AUTHOR, note="The headline was changed.")
    editorial.review.submit(entry.id, actor=_AUTHOR, note="Only the headline is new.")


def newspaper(service: str, backend: str | None = None) -> Flask:
    """Return the newspaper's site, whose pages embed panels from ``service``.

    ``backend`` is the URL of the service for the newspaper's server, if it differs. ``?bare``
    removes the panel from a page, for comparison.
    """
    folder = assets.folder("examples") / "newspaper"
    app = Flask(
        __name__, template_folder=str(folder / "templates"), static_folder=str(folder / "static")
    )
    app.extensions[_EXTENSION] = _Service(service, backend or service)
    app.register_blueprint(pages)
    return app


@dataclass(frozen=True, slots=True)
class _Service:
    """The URLs of the service: for browsers, and for the newspaper's server."""

    url: str
    backend: str


_EXTENSION = "newspaper"
pages = Blueprint("newspaper", __name__)


def _service() -> _Service:
    service: _Service = current_app.extensions[_EXTENSION]
    return service


def _unless_bare(html: str) -> Markup:
    """Return ``html`` for a template, nothing if the query has ``bare``."""
    return light_html.trusted("" if "bare" in request.args else html)


@pages.before_app_request
def redirect_to_other_site() -> BaseResponse | None:
    """Redirect from the service's host name to another one.

    To a browser, two ports of one host are the same site, but some faults appear only across
    sites.
    """
    here = urlsplit(request.url)
    if here.hostname != "127.0.0.1" or here.hostname != urlsplit(_service().url).hostname:
        return None
    return redirect(here._replace(netloc=f"{NEWSPAPER_HOST}:{here.port}").geturl())


@pages.get("/")
def front() -> str:
    """Show the front page."""
    two = {"name": "Two panels on one page", "href": "/two", "note": ""}
    return render_template(
        "front.html", articles=list(_articles().values()), ways=[*HOST_PAGES, two]
    )


@pages.get("/<section>/<slug>")
def article(section: str, slug: str) -> str:
    """Show an article, whose panel is found by the article's URL."""
    articles = _articles()
    current = articles.get(slug)
    if current is None or current["href"] != f"/{section}/{slug}":
        abort(404)
    others = [other for other in articles.values() if other is not current]
    return render_template(
        "article.html",
        **_article_context(current, _service().url),
        panel=_unless_bare(panel.site_snippet(base=_service().url).body),
        more=others[:3],
    )


@pages.get("/ways/<slug>")
def way(slug: str) -> Response:
    """Show one of HOST_PAGES."""
    page = next((page for page in HOST_PAGES if page.slug == slug), None)
    if page is None:
        abort(404)
    service = _service()
    head, body = _embed_code(page, _entry(_TYPICAL), service.url, service.backend)
    html = render_template(
        "way.html",
        **_article_context(_articles()[_TYPICAL], service.url),
        way=page,
        hostile=page.hostile,
        head=_unless_bare(head),
        panel=_unless_bare(body),
        snippet=f"{head}\n\n{body}".strip(),
    )
    response = Response(html)
    if page.policy:
        response.headers["Content-Security-Policy"] = page.policy.format(service=service.url)
    return response


@pages.get("/two")
def two() -> str:
    """Show two articles with their panels on one page."""
    items = [
        {
            "article": _articles()[slug],
            "panel": light_html.trusted(
                panel.snippet(_entry(slug), publication(), "component", base=_service().url).body
            ),
        }
        for slug in ("ferry-fares", "fish-market")
    ]
    return render_template("two.html", items=items, language="en", direction="ltr")


@pages.get("/vendor/<name>")
def vendor(name: str) -> Response:
    """Serve a vendored library, such as htmx."""
    return send_from_directory(assets.folder("static") / "vendor", name)


def from_environment() -> Flask:
    """Return the newspaper for the service of ``insights demo``."""
    return newspaper(os.environ[SERVICE_VARIABLE], os.environ.get(BACKEND_VARIABLE))


@cache
def _entry(entry_id: str) -> Entry:
    return next(entry for entry in entries() if entry.id == entry_id)


@cache
def _articles() -> dict[str, dict[str, Any]]:
    path = assets.folder("examples") / "newspaper" / "articles.json"
    articles = json.loads(path.read_text("utf-8"))
    return {
        article["slug"]: {
            **article,
            "href": article["url"].removeprefix("https://harborcourier.example"),
        }
        for article in articles
    }


def _article_context(article: dict[str, Any], service: str) -> dict[str, Any]:
    body = assets.folder("examples") / "newspaper" / article["body"]
    return {
        "article": article,
        "body": light_html.trusted(body.read_text("utf-8")),
        "canonical": article["url"],
        "discovery": f"{service}/oembed?url={quote(article['url'], safe='')}",
        "language": article["language"],
        "direction": i18n.direction(article["language"]),
    }


def _embed_code(page: HostPage, entry: Entry, service: str, backend: str) -> tuple[str, str]:
    """Return the HTML that a publisher pastes for ``page``: for the head, and in place."""
    if not page.ways:
        with urlopen(f"{backend}/fragment/{entry.id}") as response:  # noqa: S310  # our own service
            return "", response.read().decode()
    host: Host = "strict" if page.policy else "hostile" if page.hostile else "ordinary"
    snippets: list[Snippet] = [
        panel.snippet(entry, publication(), panel.Choices(way=way, host=host), base=service)
        for way in page.ways
    ]
    heads = dict.fromkeys(snippet.head for snippet in snippets if snippet.head)
    bodies = [snippet.body for snippet in snippets]
    if not page.script:
        bodies = [
            "\n".join(line for line in body.splitlines() if "<script" not in line)
            for body in bodies
        ]
    htmx = [
        f'<script src="/vendor/htmx-{version}.min.js" defer></script>'
        for way, version in (("htmx2", "2.0.10"), ("htmx4", "4.0.1"))
        if way in page.ways
    ]
    return "\n".join([*heads, *htmx]), "\n".join(bodies)


def main() -> None:
    """Serve the newspaper at 127.0.0.1 on the port that the command line gives."""
    server.serve(
        "widget.demo:from_environment",
        host="127.0.0.1",
        port=int(sys.argv[1]),
        workers=1,
        factory=True,
    )


if __name__ == "__main__":
    main()
