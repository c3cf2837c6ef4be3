"""What runs for the panel: the loader, htmx, and whether the browser lets it be asked for."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from widget import panel
from widget.doctor import policy
from widget.doctor.findings import Case, Finding
from widget.doctor.html import Element
from widget.doctor.page import Embed, origin_of, same_service

HEAD = "In the page's head"
PAGE = "In the page"
_LOCAL = ("http://localhost", "http://127.0.0.1", "http://[::1]")


def loader(case: Case) -> Iterator[Finding]:
    """Say where the component's script is missing, out of date or another service's."""
    page = case.page
    components = [embed for embed in page.embeds if embed.kind == "component"]
    named = [embed for embed in components if embed.base]
    for embed in named:
        if not same_service(embed.base, case.base):
            yield Finding(
                "other-base",
                "stop",
                f"The web component asks {embed.base} for its panel, not this service.",
                f'base="{escape(case.base)}"',
                "In <insights-widget>",
                embed.element.line,
                embed.element.source,
            )
    if components and not page.loaders:
        # A copy at the site's own place may have any name, and then needs to be told the service.
        told = len(named) == len(components)
        yield Finding(
            "no-loader",
            "warning" if told else "stop",
            "The web component is there, but not embed.js, which makes it work. "
            + ("If a copy of yours under another name does that, all is well." if told else ""),
            _script(case),
            "Behind the web component",
            components[0].element.line,
            components[0].element.source,
        )
    for script in page.loaders:
        url = page.resolve(script.get("src") or "")
        if same_service(url, case.base):
            yield from _pinned(case, script, needed=bool(components))
        elif components and not all(embed.base for embed in components):
            yield Finding(
                "other-loader",
                "stop",
                f"The loader comes from {origin_of(url) or 'elsewhere'}, so the web component asks "
                "there for its panel.",
                f'<insights-widget base="{escape(case.base)}">',
                PAGE,
                script.line,
                script.source,
            )


def _pinned(case: Case, script: Element, *, needed: bool) -> Iterator[Finding]:
    src, integrity = script.get("src") or "", script.get("integrity") or ""
    name = src.partition("?")[0].rpartition("/")[2]
    gone = name not in ("embed.js", panel.loader_name())
    lost: str = ""
    if gone:
        lost = f"The page pins the loader's version {name}, which this service no longer has."
    elif not policy.integrity_holds(integrity, panel.loader()):
        lost = "The loader's hash is that of another version, so browsers refuse to run it."
    elif integrity and script.get("crossorigin") is None and not _own(case, src):
        lost = "The loader has a hash but no crossorigin, so browsers refuse to run it."
    if lost:
        yield Finding(
            "loader-stale",
            "stop" if needed else "warning",
            lost + ("" if needed else " The frame then keeps its minimal height."),
            _script(case, pinned=bool(integrity) or gone),
            "Instead of the page's line",
            script.line,
            script.source,
        )
    elif integrity and name == "embed.js":
        yield Finding(
            "loader-hash-on-newest",
            "warning",
            "The loader is always the newest, but its hash is today's: it stops at the next update "
            "of this service. Pin the version with its hash, or leave out the hash.",
            _script(case),
            "Instead of the page's line",
            script.line,
            script.source,
        )


def _own(case: Case, src: str) -> bool:
    return origin_of(case.page.resolve(src)) == case.page.origin != ""


def _script(case: Case, *, pinned: bool = False) -> str:
    if not pinned:
        return f'<script src="{escape(case.base)}/embed.js" async></script>'
    return (
        f'<script src="{escape(case.base)}/static/{panel.loader_name()}" '
        f'integrity="{panel.integrity()}" crossorigin="anonymous" async></script>'
    )


def htmx(case: Case) -> Iterator[Finding]:
    """Say where htmx keeps to the page's own origin, as it does until it is told otherwise."""
    page = case.page
    includes = [embed for embed in page.embeds if embed.kind == "htmx"]
    asking = [
        embed for embed in includes if origin_of(embed.address) != page.origin or not page.url
    ]
    if not asking:
        return
    open2 = (
        page.configured("selfRequestsOnly") is False
        or page.calls(r"selfRequestsOnly\s*[=:]\s*(?:false|!1)")
        or page.calls("htmx:validateUrl")
    )
    open4 = page.configured("mode") == "cors" or page.calls(
        r"htmx\.config\.mode\s*=\s*[\"']cors|htmx:config:request"
    )
    versions = page.htmx or [None]
    for version in dict.fromkeys(versions):
        yield from _generation(case, asking[0], version, open2=open2, open4=open4)


def _generation(
    case: Case, embed: Embed, version: int | None, *, open2: bool, open4: bool
) -> Iterator[Finding]:
    at = case.page.configuration or embed.element
    if version is None and not (open2 and open4):
        loaded = "Which htmx this page runs is not told by its script's name"
        if not case.page.htmx:
            loaded = "No script here is htmx by its name"
        lacking = "htmx 2 and htmx 4 both keep"
        if open2 or open4:
            lacking = f"{'htmx 4' if open2 else 'htmx 2'} keeps"
        yield Finding(
            "htmx-unknown",
            "warning" if open2 or open4 else "stop",
            f"{loaded}; {lacking} to the page's own origin unless told otherwise. One line serves "
            "both.",
            _meta('{"selfRequestsOnly":false,"mode":"cors"}'),
            HEAD,
            at.line,
            at.source,
        )
    elif version == 2 and not open2:
        yield Finding(
            "htmx2-closed",
            "stop",
            "htmx 2 asks only the page's own origin, since selfRequestsOnly is not switched off.",
            _meta('{"selfRequestsOnly":false}'),
            HEAD,
            at.line,
            at.source,
        )
    elif version is not None and version >= 4 and not open4:
        yield Finding(
            "htmx4-closed",
            "stop",
            "htmx 4 asks only the page's own origin, since its mode is not cors.",
            _meta('{"mode":"cors"}'),
            HEAD,
            at.line,
            at.source,
        )


def _meta(content: str) -> str:
    return f"<meta name=\"htmx-config\" content='{content}'>"


def mixed(case: Case) -> Iterator[Finding]:
    """Say where an https page asks by http, which browsers refuse (Mixed Content, section 4)."""
    page = case.page
    if not page.origin.startswith("https:"):
        return
    upgraded = any("upgrade-insecure-requests" in it.directives for it in page.policies)
    asked = [
        *((embed.element, embed.address or embed.base) for embed in page.embeds),
        *((script, page.resolve(script.get("src") or "")) for script in page.loaders),
    ]
    for element, address in asked:
        if not address.startswith("http:") or origin_of(address).rpartition(":")[0] in _LOCAL:
            continue
        if address.startswith(_LOCAL) or (upgraded and case.base.startswith("https:")):
            continue
        fix, also = address.replace("http:", "https:", 1), ""
        if case.base.startswith("http:"):
            also = (
                " This service itself says it is at http: it needs https, and base_url to say so."
            )
        yield Finding(
            "mixed-content",
            "stop",
            "The page is at https and asks for the panel by http, which browsers refuse." + also,
            fix,
            "As the address",
            element.line,
            element.source,
        )


def unprocessed(case: Case) -> Iterator[Finding]:
    """Say where an include reached the browser as it was written."""
    for embed in case.page.embeds:
        if embed.kind == "unprocessed":
            yield Finding(
                "include-not-carried-out",
                "stop",
                "The server-side include reached the browser as it stands: the server did not "
                "carry it out. In nginx, the page's location needs this line.",
                "esi on;" if embed.element.name == "esi:include" else "ssi on;",
                "In the server's configuration",
                embed.element.line,
                embed.element.source,
            )
