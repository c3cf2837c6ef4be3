"""The loader script, mixed content, and server-side includes that were not processed."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from widget import panel
from widget.doctor import content_security_policy as csp
from widget.doctor.findings import CheckContext, Finding
from widget.doctor.page import origin_of, same_service
from widget.pages.html import Element

HEAD = "In the page's head"
PAGE = "In the page"
_LOCAL = ("http://localhost", "http://127.0.0.1", "http://[::1]")


def loader(context: CheckContext) -> Iterator[Finding]:
    """Yield a finding where the loader is missing, outdated or from another service."""
    page = context.page
    components = [embed for embed in page.embeds if embed.kind == "component"]
    named = [embed for embed in components if embed.base]
    for embed in named:
        if not same_service(embed.base, context.base):
            yield Finding(
                "other-base",
                "stop",
                f"The web component requests its panel from {embed.base}, not from this service.",
                f'base="{escape(context.base)}"',
                "In <insights-widget>",
                embed.element.line,
                embed.element.source,
            )
    if components and not page.loaders:
        # A copy on the site itself may have any name, and then needs the service's base URL.
        all_named = len(named) == len(components)
        yield Finding(
            "no-loader",
            "warning" if all_named else "stop",
            "The web component is there, but not embed.js, which makes it work. "
            + (
                "If a copy of yours under another name does that, all is well." if all_named else ""
            ),
            _script(context),
            "Behind the web component",
            components[0].element.line,
            components[0].element.source,
        )
    for script in page.loaders:
        url = page.resolve(script.get("src") or "")
        if same_service(url, context.base):
            yield from _pinned(context, script, needed=bool(components))
        elif components and not all(embed.base for embed in components):
            yield Finding(
                "other-loader",
                "stop",
                f"The loader comes from {origin_of(url) or 'elsewhere'}, so the web component asks "
                "there for its panel.",
                f'<insights-widget base="{escape(context.base)}">',
                PAGE,
                script.line,
                script.source,
            )


def _pinned(context: CheckContext, script: Element, *, needed: bool) -> Iterator[Finding]:
    src, integrity = script.get("src") or "", script.get("integrity") or ""
    name = src.partition("?")[0].rpartition("/")[2]
    gone = name not in ("embed.js", panel.loader_name())
    lost: str = ""
    if gone:
        lost = f"The page pins the loader's version {name}, which this service no longer has."
    elif not csp.integrity_holds(integrity, panel.loader()):
        lost = "The loader's hash is that of another version, so browsers refuse to run it."
    elif integrity and script.get("crossorigin") is None and not _own(context, src):
        lost = "The loader has a hash but no crossorigin, so browsers refuse to run it."
    if lost:
        yield Finding(
            "loader-stale",
            "stop" if needed else "warning",
            lost + ("" if needed else " The frame then keeps its minimal height."),
            _script(context, pinned=bool(integrity) or gone),
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
            _script(context),
            "Instead of the page's line",
            script.line,
            script.source,
        )


def _own(context: CheckContext, src: str) -> bool:
    return origin_of(context.page.resolve(src)) == context.page.origin != ""


def _script(context: CheckContext, *, pinned: bool = False) -> str:
    if not pinned:
        return f'<script src="{escape(context.base)}/embed.js" async></script>'
    return (
        f'<script src="{escape(context.base)}/static/{panel.loader_name()}" '
        f'integrity="{panel.integrity()}" crossorigin="anonymous" async></script>'
    )


def mixed(context: CheckContext) -> Iterator[Finding]:
    """Yield http requests of an https page, which browsers block (Mixed Content, section 4)."""
    page = context.page
    if not page.origin.startswith("https:"):
        return
    upgraded = any("upgrade-insecure-requests" in it.directives for it in page.policies)
    requests = [
        *((embed.element, embed.request_url or embed.base) for embed in page.embeds),
        *((script, page.resolve(script.get("src") or "")) for script in page.loaders),
    ]
    for element, url in requests:
        if not url.startswith("http:") or origin_of(url).rpartition(":")[0] in _LOCAL:
            continue
        if url.startswith(_LOCAL) or (upgraded and context.base.startswith("https:")):
            continue
        fix, also = url.replace("http:", "https:", 1), ""
        if context.base.startswith("http:"):
            also = " This service's own base_url is http: serve it over https and change base_url."
        yield Finding(
            "mixed-content",
            "stop",
            "The page uses https but requests the panel over http, which browsers block." + also,
            fix,
            "As the URL",
            element.line,
            element.source,
        )


def unprocessed(context: CheckContext) -> Iterator[Finding]:
    """Yield server-side includes that reached the browser unprocessed."""
    for embed in context.page.embeds:
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
