"""The page's Content-Security-Policies: what they block, and the directive that allows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from urllib.parse import urlsplit

from widget.doctor import content_security_policy as csp
from widget.doctor.content_security_policy import Directive, Policy
from widget.doctor.findings import CheckContext, Finding
from widget.doctor.page import Embed, Page, origin_of, same_service
from widget.pages.html import Element

_BESIDE = re.compile(r"/(?:static/)?[^/]*\Z")


def policies(context: CheckContext) -> Iterator[Finding]:
    """Yield what each Content-Security-Policy of the page blocks."""
    for policy in context.page.policies:
        seen = set()
        for finding in _policy(context, policy):
            if (finding.code, finding.fix) not in seen:
                seen.add((finding.code, finding.fix))
                yield finding


def _policy(context: CheckContext, policy: Policy) -> Iterator[Finding]:
    page = context.page
    for embed in page.embeds:
        if embed.kind == "frame":
            yield from _source(page, policy, "frame-src", embed.request_url, "the panel's frame")
        elif embed.kind == "htmx":
            yield from _source(page, policy, "connect-src", embed.request_url, "htmx's request")
            yield from _inline(context, policy, embed)
            if csp.requires_trusted_types(policy):
                yield from _htmx_trusted(policy)
        elif embed.kind == "component":
            base = embed.base or _home(page, context.base)
            yield from _source(
                page, policy, "connect-src", f"{base}/fragment/", "the web component's request"
            )
    needed = any(embed.kind == "component" for embed in page.embeds)
    for script in page.loaders:
        yield from _loader(page, policy, script, needed=needed)
    if page.loaders and page.embeds and csp.refuses_trusted_types(policy, "insights"):
        listed = policy.directives["trusted-types"]
        remaining = [name for name in listed if name.lower() != "'none'"]
        yield Finding(
            "csp-trusted-types",
            "stop" if needed else "warning",
            "The page's policy lists the scripts that may create HTML (Trusted Types). The loader "
            "is not among them, so it fails.",
            " ".join(["trusted-types", *remaining, "insights"]),
            *_where(policy),
        )
    yield from _styles(context, policy)


def _home(page: Page, base: str) -> str:
    """Return the base URL of the page's loader, as the loader itself determines it."""
    for script in page.loaders:
        address = page.resolve(script.get("src") or "")
        if origin_of(address):
            return _BESIDE.sub("", urlsplit(address)._replace(query="", fragment="").geturl())
    return base


def _source(
    page: Page, policy: Policy, directive: Directive, url: str, what: str
) -> Iterator[Finding]:
    deciding = policy.sources(directive)
    if deciding and not csp.allows(policy, directive, url, page.origin):
        yield Finding(
            f"csp-{directive}",
            "stop",
            f"The page's policy stops {what}: {_phrase(deciding[0], directive)} does not allow "
            f"{origin_of(url)}.",
            policy.widened(directive, origin_of(url)),
            *_where(policy),
        )


def _phrase(deciding: str, directive: Directive) -> str:
    plain = directive.removesuffix("-elem").removesuffix("-attr")
    if deciding in (plain, directive):
        return deciding
    return f"{deciding}, which decides where there is no {plain},"


def _loader(page: Page, policy: Policy, script: Element, *, needed: bool) -> Iterator[Finding]:
    url = page.resolve(script.get("src") or "")
    nonce, integrity = script.get("nonce") or "", script.get("integrity") or ""
    deciding = policy.sources("script-src-elem")
    allowed = csp.allows_script(policy, url, page.origin, nonce=nonce, integrity=integrity)
    if allowed or deciding is None:
        return
    after = "" if needed else " The frame then keeps its minimal height."
    if csp.strict_dynamic(policy):
        yield Finding(
            "csp-script-src",
            "stop" if needed else "warning",
            "The page's policy has 'strict-dynamic', so a script runs only with the page's nonce; "
            f"the loader has no valid nonce.{after}",
            f'<script src="{escape(url)}" nonce="…" async></script>',
            "In the page, with the nonce that your server creates for each response",
            script.line,
            script.source,
        )
        return
    yield Finding(
        "csp-script-src",
        "stop" if needed else "warning",
        f"The page's policy stops the loader: {_phrase(deciding[0], 'script-src-elem')} does not "
        f"allow {origin_of(url)}.{after}",
        policy.widened("script-src-elem", origin_of(url)),
        *_where(policy),
    )


def _styles(context: CheckContext, policy: Policy) -> Iterator[Finding]:
    page = context.page
    for sheet in page.stylesheets:
        url = page.resolve(sheet.get("href") or "")
        deciding = policy.sources("style-src-elem")
        ours = same_service(url, context.base)
        nonce = f"'nonce-{sheet.get('nonce')}'"
        if not ours or deciding is None or nonce in deciding[1]:
            continue
        if not csp.allows(policy, "style-src-elem", url, page.origin):
            yield Finding(
                "csp-style-src",
                "warning",
                f"The page's policy stops the panel's stylesheet: "
                f"{_phrase(deciding[0], 'style-src-elem')} does not allow {origin_of(url)}.",
                policy.widened("style-src-elem", origin_of(url)),
                *_where(policy),
            )
    included = any(embed.kind == "include" for embed in page.embeds)
    ours_inline = [text for text in page.styles if ".insights" in text]
    if included and any(not csp.allows_inline_style(policy, text) for text in ours_inline):
        yield _unstyled(context, policy)
    placed = [it for it in page.embeds if it.element.get("style") and it.kind != "include"]
    if placed and not csp.allows_style_attributes(policy):
        yield Finding(
            "csp-style-attribute",
            "warning",
            "The page's policy allows no style attributes, so no space is reserved for the panel "
            "and the page shifts when it loads. The snippet for strict policies needs none.",
            f'<link rel="stylesheet" href="{escape(context.base)}/static/embed.css">',
            'In the page\'s head, with class="insights-place" around the panel',
            placed[0].element.line,
            placed[0].element.source,
        )


def _inline(context: CheckContext, policy: Policy, embed: Embed) -> Iterator[Finding]:
    if "styles=none" not in embed.request_url and not csp.allows_inline_style(policy):
        yield _unstyled(context, policy)


def _unstyled(context: CheckContext, policy: Policy) -> Finding:
    base = escape(context.base)
    return Finding(
        "csp-inline-style",
        "warning",
        "The fragment contains its styles, and the page's policy allows no inline styles: the "
        "panel is not styled. Request it with styles=none, and link to the stylesheet.",
        f'<link rel="stylesheet" href="{base}/static/embed.css">',
        "In the page's head, and ?styles=none at the end of the fragment's URL",
        policy.line,
    )


def _htmx_trusted(policy: Policy) -> Iterator[Finding]:
    never = csp.refuses_trusted_types(policy, "default")
    yield Finding(
        "csp-trusted-types-htmx",
        "stop" if never else "warning",
        "The page's policy requires Trusted Types, and htmx creates HTML from text. It works only "
        "if a script of yours creates a policy named default; the web component needs none.",
        "trusted-types default" if never else "",
        *_where(policy),
    )


def _where(policy: Policy) -> tuple[str, int | None]:
    if policy.line is None:
        return "In the Content-Security-Policy header, as this directive", None
    return 'In <meta http-equiv="Content-Security-Policy">, as this directive', policy.line
