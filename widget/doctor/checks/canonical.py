"""The page's canonical URL: missing, relative or that of another article."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from widget.doctor.findings import CheckContext, Finding
from widget.doctor.page import origin_of
from widget.entry import Withdrawn, urls

HEAD = "In the page's head"


def canonical(context: CheckContext) -> Iterator[Finding]:
    """Yield a finding where the page's canonical address names no article, or another one."""
    page = context.page
    follows = [it for it in page.embeds if it.kind == "component" and not (it.entry or it.url)]
    own = context.store.find(page.url) if page.url else None
    named = page.canonical_url
    if page.canonical is None or not named:
        if follows:
            yield _missing_canonical(context, own)
        return
    href, at = page.canonical.get("href") or "", page.canonical
    found = context.store.find(named)
    right = _canonical_line(context, own) if own else ""
    if not origin_of(href):
        yield Finding(
            "canonical-relative",
            "warning",
            f"The canonical address is relative. It counts as {named}; write it out, for search "
            "engines and caches read it without the page's address.",
            right or _link(named),
            HEAD,
            at.line,
            at.source,
        )
    if found and own and found != own:
        yield Finding(
            "canonical-other-article",
            "stop" if follows else "warning",
            f"The canonical address names another article, that of {found}; this page is the "
            f"article of {own}.",
            right,
            HEAD,
            at.line,
            at.source,
        )
    elif not found and own and _host(named) != _host(page.url):
        yield Finding(
            "canonical-other-host",
            "stop" if follows else "warning",
            f"The canonical address leads to another host, {_host(named)}, where no article with "
            f"a panel stands.",
            right,
            HEAD,
            at.line,
            at.source,
        )
    elif not found and own:
        yield Finding(
            "canonical-unknown",
            "stop" if follows else "warning",
            f"The canonical address {named} is that of no article with a panel, though the page's "
            f"own address is that of {own}.",
            right,
            HEAD,
            at.line,
            at.source,
        )


def _missing_canonical(context: CheckContext, own: str | None) -> Finding:
    page = context.page
    fix = _canonical_line(context, own) if own else _link(page.url or "https://…")
    if own:
        return Finding(
            "canonical-missing",
            "warning",
            "The page names no canonical address, so the web component asks by the address that "
            "the reader came by. That finds the article now; a copy of the page elsewhere would "
            "show no panel.",
            fix,
            HEAD,
        )
    return Finding(
        "canonical-missing",
        "stop",
        "The page names no canonical address, by which the web component finds the article.",
        fix,
        HEAD,
    )


def _canonical_line(context: CheckContext, entry_id: str) -> str:
    found = context.store.live(entry_id)
    if found is None:
        return ""
    url = found.article_url if isinstance(found, Withdrawn) else found.entry.article.url
    return _link(url)


def _link(url: str) -> str:
    return f'<link rel="canonical" href="{escape(url)}">'


def _host(url: str) -> str:
    try:
        return urls.normalize(urls.origin(url))
    except ValueError:
        return url
