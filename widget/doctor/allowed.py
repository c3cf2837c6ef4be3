"""What the page's own policies keep from the panel, each with the line that lets it through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from urllib.parse import urlsplit

from widget.doctor import policy
from widget.doctor.findings import Case, Finding
from widget.doctor.html import Element
from widget.doctor.page import Embed, Page, origin_of, same_service
from widget.doctor.policy import Directive, Policy

_BESIDE = re.compile(r"/(?:static/)?[^/]*\Z")


def policies(case: Case) -> Iterator[Finding]:
    """Say what each Content-Security-Policy of the page stops."""
    for one in case.page.policies:
        seen = set()
        for finding in _policy(case, one):
            if (finding.code, finding.fix) not in seen:
                seen.add((finding.code, finding.fix))
                yield finding


def _policy(case: Case, one: Policy) -> Iterator[Finding]:
    page = case.page
    for embed in page.embeds:
        if embed.kind == "frame":
            yield from _source(page, one, "frame-src", embed.address, "the panel's frame")
        elif embed.kind == "htmx":
            yield from _source(page, one, "connect-src", embed.address, "htmx's request")
            yield from _inline(case, one, embed)
            if policy.requires_trusted_types(one):
                yield from _htmx_trusted(one)
        elif embed.kind == "component":
            base = embed.base or _home(page, case.base)
            yield from _source(
                page, one, "connect-src", f"{base}/fragment/", "the web component's request"
            )
    needed = any(embed.kind == "component" for embed in page.embeds)
    for script in page.loaders:
        yield from _loader(page, one, script, needed=needed)
    if page.loaders and page.embeds and policy.refuses_trusted_types(one, "insights"):
        listed = one.directives["trusted-types"]
        kept = [name for name in listed if name.lower() != "'none'"]
        yield Finding(
            "csp-trusted-types",
            "stop" if needed else "warning",
            "The page's policy lists who may make HTML of text (Trusted Types), and the loader "
            "is not among them, so it ends in an error.",
            " ".join(["trusted-types", *kept, "insights"]),
            *_where(one),
        )
    yield from _styles(case, one)


def _home(page: Page, base: str) -> str:
    """Return the service that the page's loader comes from, as the loader itself finds it."""
    for script in page.loaders:
        address = page.resolve(script.get("src") or "")
        if origin_of(address):
            return _BESIDE.sub("", urlsplit(address)._replace(query="", fragment="").geturl())
    return base


def _source(
    page: Page, one: Policy, directive: Directive, url: str, what: str
) -> Iterator[Finding]:
    deciding = one.sources(directive)
    if deciding and not policy.allows(one, directive, url, page.origin):
        yield Finding(
            f"csp-{directive}",
            "stop",
            f"The page's policy stops {what}: {_said(deciding[0], directive)} does not allow "
            f"{origin_of(url)}.",
            one.widened(directive, origin_of(url)),
            *_where(one),
        )


def _said(deciding: str, directive: Directive) -> str:
    plain = directive.removesuffix("-elem").removesuffix("-attr")
    if deciding in (plain, directive):
        return deciding
    return f"{deciding}, which decides where there is no {plain},"


def _loader(page: Page, one: Policy, script: Element, *, needed: bool) -> Iterator[Finding]:
    url = page.resolve(script.get("src") or "")
    nonce, integrity = script.get("nonce") or "", script.get("integrity") or ""
    deciding = one.sources("script-src-elem")
    allowed = policy.allows_script(one, url, page.origin, nonce=nonce, integrity=integrity)
    if allowed or deciding is None:
        return
    after = "" if needed else " The frame then keeps its minimal height."
    if policy.strict_dynamic(one):
        yield Finding(
            "csp-script-src",
            "stop" if needed else "warning",
            "The page's policy has 'strict-dynamic', so a script runs only with the page's nonce; "
            f"the loader has none that counts.{after}",
            f'<script src="{escape(url)}" nonce="…" async></script>',
            "In the page, with the nonce that your server makes for each answer",
            script.line,
            script.source,
        )
        return
    yield Finding(
        "csp-script-src",
        "stop" if needed else "warning",
        f"The page's policy stops the loader: {_said(deciding[0], 'script-src-elem')} does not "
        f"allow {origin_of(url)}.{after}",
        one.widened("script-src-elem", origin_of(url)),
        *_where(one),
    )


def _styles(case: Case, one: Policy) -> Iterator[Finding]:
    page = case.page
    for sheet in page.stylesheets:
        url = page.resolve(sheet.get("href") or "")
        deciding = one.sources("style-src-elem")
        ours = same_service(url, case.base)
        nonce = f"'nonce-{sheet.get('nonce')}'"
        if not ours or deciding is None or nonce in deciding[1]:
            continue
        if not policy.allows(one, "style-src-elem", url, page.origin):
            yield Finding(
                "csp-style-src",
                "warning",
                f"The page's policy stops the panel's stylesheet: "
                f"{_said(deciding[0], 'style-src-elem')} does not allow {origin_of(url)}.",
                one.widened("style-src-elem", origin_of(url)),
                *_where(one),
            )
    included = any(embed.kind == "include" for embed in page.embeds)
    ours_inline = [text for text in page.styles if ".insights" in text]
    if included and any(not policy.allows_inline_style(one, text) for text in ours_inline):
        yield _unstyled(case, one)
    placed = [it for it in page.embeds if it.element.get("style") and it.kind != "include"]
    if placed and not policy.allows_style_attributes(one):
        yield Finding(
            "csp-style-attribute",
            "warning",
            "The page's policy allows no style attributes, so no place is kept for the panel and "
            "the page moves when it arrives. The snippet for strict policies does without them.",
            f'<link rel="stylesheet" href="{escape(case.base)}/static/embed.css">',
            'In the page\'s head, with class="insights-place" around the panel',
            placed[0].element.line,
            placed[0].element.source,
        )


def _inline(case: Case, one: Policy, embed: Embed) -> Iterator[Finding]:
    if "styles=none" not in embed.address and not policy.allows_inline_style(one):
        yield _unstyled(case, one)


def _unstyled(case: Case, one: Policy) -> Finding:
    base = escape(case.base)
    return Finding(
        "csp-inline-style",
        "warning",
        "The panel brings its styles along, and the page's policy allows no inline style: the "
        "panel shows without any. Ask for it with styles=none, and link to the stylesheet.",
        f'<link rel="stylesheet" href="{base}/static/embed.css">',
        "In the page's head, and ?styles=none at the end of the fragment's address",
        one.line,
    )


def _htmx_trusted(one: Policy) -> Iterator[Finding]:
    never = policy.refuses_trusted_types(one, "default")
    yield Finding(
        "csp-trusted-types-htmx",
        "stop" if never else "warning",
        "The page's policy requires Trusted Types, and htmx makes HTML of text. It works only "
        "where a script of yours makes a policy named default; the web component needs none.",
        "trusted-types default" if never else "",
        *_where(one),
    )


def _where(one: Policy) -> tuple[str, int | None]:
    if one.line is None:
        return "In the Content-Security-Policy header, as this directive", None
    return 'In <meta http-equiv="Content-Security-Policy">, as this directive', one.line
