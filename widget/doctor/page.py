"""Parses a host page into what decides whether its panel works."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from widget.doctor import content_security_policy as csp
from widget.doctor.content_security_policy import Policy
from widget.entry import urls
from widget.pages.html import Element, elements

MOST = 20
MOST_POLICIES = 8
MOST_OF_A_POLICY = 16_384
"""Characters; servers refuse longer headers."""

Kind = Literal["frame", "component", "htmx", "include", "unprocessed"]

_ADDRESS = re.compile(r"(?:/[^/]+)*?/(panel|fragment)(?:/([^/]+))?/?")
_LOADER = re.compile(r"/embed(?:\.[0-9a-f]{10})?\.js\Z")
_HTMX = re.compile(r"htmx[\w.@/-]*?\.js", re.IGNORECASE)
_EXTENSION = re.compile(r"htmx-ext|/ext/")
_HTMX_VERSION = re.compile(
    r"htmx(?:\.org)?[@/.-]v?(\d+)\b|[?&]v(?:er(?:sion)?)?=(\d+)", re.IGNORECASE
)
_SSI = re.compile(r"\s*#\s*include\s+(?:virtual|file)=[\"']([^\"']+)")


@dataclass(frozen=True, slots=True)
class Embed:
    """One panel in the page. ``request_url`` is the URL it requests, if the HTML contains it.

    ``entry`` is the entry's id, or else ``url`` the article's URL by which the entry is looked up;
    without both, the page's canonical URL is used. ``base`` is the component's base URL.
    """

    kind: Kind
    element: Element
    request_url: str = ""
    entry: str | None = None
    url: str | None = None
    base: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A host page at ``url`` (may be empty), as a reader's browser receives it."""

    url: str
    embeds: list[Embed] = field(default_factory=list)
    elsewhere: list[Embed] = field(default_factory=list)
    loaders: list[Element] = field(default_factory=list)
    scripts: list[Element] = field(default_factory=list)
    stylesheets: list[Element] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    policies: list[Policy] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    canonical: Element | None = None
    configuration: Element | None = None
    base_href: str = ""

    @property
    def origin(self) -> str:
        """The page's origin; empty where its URL is unknown."""
        return origin_of(self.url)

    def resolve(self, request_url: str) -> str:
        """Resolve a URL against the page's base URL; empty where it is invalid."""
        try:
            return urljoin(urljoin(self.url, self.base_href), request_url.strip())
        except ValueError:
            return ""

    @property
    def canonical_url(self) -> str:
        """The resolved canonical URL; empty where there is none."""
        href = self.canonical.get("href") if self.canonical else None
        return self.resolve(href) if href else ""

    def calls(self, pattern: str) -> bool:
        """Return whether a script in the page itself contains ``pattern``."""
        return any(re.search(pattern, script.text) for script in self.scripts)

    @property
    def htmx(self) -> list[int | None]:
        """The major versions of htmx that the page loads, None where a name has no version."""
        found = []
        for script in self.scripts:
            src = script.get("src") or ""
            if _HTMX.search(src) and not _EXTENSION.search(src):
                version = _HTMX_VERSION.search(src)
                found.append(int(version[1] or version[2]) if version else None)
        return found

    def configured(self, key: str) -> object:
        """Return a value of the page's htmx configuration, None where it is not set."""
        content = (self.configuration.get("content") if self.configuration else "") or ""
        try:
            document = json.loads(content)
        except (ValueError, RecursionError):
            # htmx 4 also accepts a short form, such as mode:cors.
            loose = re.search(rf"(?:^|[\s,]){key}\s*:\s*[\"']?([\w-]+)", content)
            return {"false": False, "true": True}.get(loose[1], loose[1]) if loose else None
        return document.get(key) if isinstance(document, dict) else None


def origin_of(url: str) -> str:
    """Return the origin of a web URL; empty for other text."""
    try:
        return urls.origin(url) if re.match(r"https?://[^/]", url, re.IGNORECASE) else ""
    except ValueError:
        return ""


def read(html: str, headers: list[tuple[str, str]], *, url: str, base: str) -> Page:
    """Parse a page; ``base`` is the service's base URL.

    Where ``url`` is empty, the page's canonical URL is used instead.
    """
    found = list(_relevant_elements(html))
    canonical = _first(found, "link", lambda it: (it.get("rel") or "").lower() == "canonical")
    based = _first(found, "base", lambda it: it.get("href") is not None)
    if not url and canonical:
        href = canonical.get("href") or ""
        url = href if origin_of(href) else ""
    page = Page(
        url,
        canonical=canonical,
        configuration=_first(found, "meta", lambda it: it.get("name") == "htmx-config"),
        base_href=(based.get("href") if based else "") or "",
        headers={name.lower(): value for name, value in headers},
    )
    for name, value in headers:
        if name.lower() == "content-security-policy":
            page.policies.extend(csp.parse(value[:MOST_OF_A_POLICY]))
    for element in found:
        if not element.inert:
            _add_element(page, element, base)
    # Real pages have fewer; a hostile page would keep the service busy.
    for taken in (page.embeds, page.elsewhere, page.loaders, page.stylesheets):
        del taken[MOST:]
    del page.policies[MOST_POLICIES:]
    return page


def _relevant_elements(html: str) -> list[Element]:
    names = {"iframe", "script", "link", "meta", "base", "style", "insights-widget", "esi:include"}
    return [
        element
        for element in elements(html)
        if element.name in names
        or (element.name == "!--" and "include" in element.text)
        or not {"data-insights", "data-hx-get", "hx-get", "data-entry"}.isdisjoint(
            element.attributes
        )
    ]


def _first(found: list[Element], name: str, wanted: Callable[[Element], bool]) -> Element | None:
    return next((it for it in found if it.name == name and not it.inert and wanted(it)), None)


def _add_element(page: Page, element: Element, base: str) -> None:
    """Add one element to the page."""
    match element.name:
        case "!--":
            virtual = _SSI.match(element.text)
            if virtual:
                _unprocessed(page, element, virtual[1])
        case "esi:include":
            _unprocessed(page, element, element.get("src") or "")
        case "iframe":
            _asks(page, element, "frame", element.get("src"), base)
        case "insights-widget":
            _widget(page, element, "")
        case "script":
            page.scripts.append(element)
            if _LOADER.search(_path(element.get("src") or "")):
                page.loaders.append(element)
        case "style":
            page.styles.append(element.text)
        case "link":
            if "stylesheet" in (element.get("rel") or "").lower().split():
                page.stylesheets.append(element)
        case "meta":
            parsed = (element.get("http-equiv") or "").lower()
            if parsed == "content-security-policy" and element.in_head:
                content = (element.get("content") or "")[:MOST_OF_A_POLICY]
                page.policies.extend(csp.parse(content, line=element.line))
        case _:
            classes = (element.get("class") or "").split()
            if "insights" in classes and element.get("data-entry"):
                entry = element.get("data-entry")
                page.embeds.append(Embed("include", element, entry=entry))
            elif "data-insights" in element.attributes:
                _widget(page, element, "data-insights-")
            else:
                got = element.get("data-hx-get") or element.get("hx-get")
                _asks(page, element, "htmx", got, base)


def _widget(page: Page, element: Element, prefix: str) -> None:
    entry = element.get("data-insights" if prefix else "entry") or None
    url = element.get(f"{prefix}url") or None
    base = (element.get(f"{prefix}base") or "").rstrip("/")
    page.embeds.append(Embed("component", element, "", entry, url, base))


def _asks(page: Page, element: Element, kind: Kind, src: str | None, base: str) -> None:
    """Add an element that requests a panel from this service or from the page's own server."""
    request_url = page.resolve(src or "")
    parsed = _parse_embed_url(request_url, {"frame": "panel", "htmx": "fragment"}[kind])
    if parsed is None:
        return
    embed = Embed(kind, element, request_url, *parsed)
    ours = same_service(request_url, base) or (page.url and origin_of(request_url) == page.origin)
    (page.embeds if ours else page.elsewhere).append(embed)


def _unprocessed(page: Page, element: Element, request_url: str) -> None:
    parsed = _parse_embed_url(request_url, "fragment")
    if parsed:
        page.embeds.append(Embed("unprocessed", element, request_url, *parsed))


def _parse_embed_url(request_url: str, wanted: str) -> tuple[str | None, str | None] | None:
    """Return the entry id and the article URL in a panel's URL, None for other URLs."""
    try:
        parts = urlsplit(request_url)
    except ValueError:
        return None
    found = _ADDRESS.fullmatch(parts.path)
    if found is None or found[1] != wanted:
        return None
    url = parse_qs(parts.query).get("url", [""])[0]
    entry = unquote(found[2]) if found[2] else None
    return (entry, None if entry else url) if entry or url else None


def _path(request_url: str) -> str:
    """Return the path of a URL; empty where it is invalid."""
    try:
        return urlsplit(request_url).path
    except ValueError:
        return ""


def same_service(request_url: str, base: str) -> bool:
    """Return whether ``request_url`` is the service at ``base``, by http or by https."""
    try:
        target, own = urlsplit(request_url), urlsplit(base)
        same_port = target.port == own.port if target.port or own.port else True
        same_host = urls.host_of(request_url) == urls.host_of(base)
    except ValueError:
        return False
    # A service below a path does not own the rest of its host.
    return same_host and same_port and f"{target.path}/".startswith(f"{own.path}/")
