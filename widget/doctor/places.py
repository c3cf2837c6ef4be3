"""Who embeds what: the page's origin, its canonical address, the entries."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from html import escape

from widget.doctor.findings import Case, Finding, Severity
from widget.doctor.page import Embed, origin_of
from widget.entry import Entry, Withdrawn, check, urls

HEAD = "In the page's head"
SETTINGS = "In insights.toml, for this publication; `insights serve` follows the file"
PAGE = "In the page"


def embeds(case: Case) -> Iterator[Finding]:
    """Say where the page embeds nothing, or embeds what is not this service's."""
    if case.page.embeds:
        return
    for embed in case.page.elsewhere:
        yield Finding(
            "other-service",
            "stop",
            f"The panel is asked of {origin_of(embed.address)}, which is not this service. "
            f"Write the address with {case.base}.",
            line=embed.element.line,
            source=embed.element.source,
        )
    if case.page.elsewhere:
        return
    loader = "The loader is there, but nothing" if case.page.loaders else "Nothing"
    yield Finding(
        "no-embed",
        "stop",
        f"{loader} in this page embeds a panel. If a script of yours puts the panel in, the "
        "doctor cannot see it: paste the page as the browser's inspector shows it.",
        "<insights-widget></insights-widget>\n"
        f'<script src="{escape(case.base)}/embed.js" async></script>',
        "Where the panel goes",
    )


def origins(case: Case) -> Iterator[Finding]:
    """Say where the page's origin may not embed."""
    page = case.page
    asking = [embed for embed in page.embeds if embed.kind in ("frame", "component", "htmx")]
    if not asking:
        return
    if not page.origin:
        yield Finding(
            "no-address",
            "note",
            "The page does not say its address, so whether its origin is listed was not looked "
            "at. Give the page's address with it.",
        )
        return
    said = set()
    for embed in asking:
        publication = case.publication(embed)
        if origin_of(case.base) == page.origin or origin_of(embed.address) == page.origin:
            continue
        if publication.allows(page.origin) or publication.name in said:
            continue
        said.add(publication.name)
        yield Finding(
            "origin-not-listed",
            "stop",
            f"{page.origin} is not among the origins of {publication.name}, so browsers keep "
            "its panels from this page.",
            publication.origins_with(page.origin),
            SETTINGS,
        )


def canonical(case: Case) -> Iterator[Finding]:
    """Say where the page's canonical address names no article, or another one."""
    page = case.page
    follows = [it for it in page.embeds if it.kind == "component" and not (it.entry or it.url)]
    own = case.store.find(page.url) if page.url else None
    named = page.canonical_url
    if page.canonical is None or not named:
        if follows:
            yield _missing_canonical(case, own)
        return
    href, at = page.canonical.get("href") or "", page.canonical
    found = case.store.find(named)
    right = _canonical_line(case, own) if own else ""
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


def _missing_canonical(case: Case, own: str | None) -> Finding:
    page = case.page
    fix = _canonical_line(case, own) if own else _link(page.url or "https://…")
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


def entries(case: Case) -> Iterator[Finding]:
    """Say of each embed why its entry is not what readers see."""
    page = case.page
    unclear = page.canonical is None or bool(case.store.find(page.url))
    for embed in page.embeds:
        entry_id, subject = case.entry_id(embed), case.subject(embed)
        if not entry_id and embed.url is None and unclear:
            continue  # the canonical address is at fault, which ``canonical`` says
        if isinstance(subject, Withdrawn):
            yield _about(
                embed,
                "entry-withdrawn",
                f"The panel {entry_id} was withdrawn on {subject.at:%d %B %Y}: readers see the "
                "notice. Remove the snippet, or publish the panel anew.",
            )
        elif subject is None:
            yield from _not_live(case, embed, entry_id)
        else:
            yield from _eligible(case, embed, subject, live=True)
            yield from _other_article(case, embed, subject)


def _not_live(case: Case, embed: Embed, entry_id: str | None) -> Iterator[Finding]:
    draft = case.store.draft(entry_id) if case.drafts and entry_id else None
    if draft:
        yield from _eligible(case, embed, draft.entry, live=False)
        yield _about(
            embed,
            "entry-draft",
            f"The panel {entry_id} is only a draft; readers see it once it is published.",
            f"insights publish {entry_id}",
            "On the server",
        )
        return
    asked = embed.url if embed.url is not None else case.address
    said = f"No panel is live for {asked}. Check the address against the article's canonical one,"
    if entry_id:
        said = f"No panel {entry_id} is live. Check how it is spelt,"
    yield _about(embed, "entry-unknown", f"{said} and whether the panel has been published.")


def _eligible(case: Case, embed: Embed, entry: Entry, *, live: bool) -> Iterator[Finding]:
    publication = case.settings.publication_for(entry.article.url)
    then = (
        "The panel that was published before this rule is still there, and no change of it can be "
        "published. Withdraw it, or take in the article's"
        if live
        else "So it cannot be published, unless you take in the article's"
    )
    for breach in check(entry, publication):
        listed: tuple[str, ...]
        if breach.path == "$.article.kind":
            what, listed, own = "kind", publication.kinds, str(entry.article.kind)
        elif breach.path == "$.article.section":
            what, listed, own = "section", publication.sections, entry.article.section
        else:
            continue
        yield _about(
            embed,
            f"{what}-not-eligible",
            f"The {what} of the article of {entry.id} {breach.message}. {then} {what}.",
            f"{what}s = {json.dumps([*listed, own], ensure_ascii=False)}",
            SETTINGS,
            severity="warning" if live else "stop",
        )


def _other_article(case: Case, embed: Embed, entry: Entry) -> Iterator[Finding]:
    here = case.address
    if embed.entry is None or not here:
        return
    if case.store.find(here) != entry.id and origin_of(here):
        yield _about(
            embed,
            "other-article",
            f"The panel {entry.id} is about {entry.article.url}; this page calls itself {here}. "
            "If both are the same article, add this page's address to the entry's aliases.",
            severity="warning",
        )


def twice(case: Case) -> Iterator[Finding]:
    """Say which panels stand in the page more than once."""
    ids = [(case.entry_id(embed), embed) for embed in case.page.embeds]
    counted = Counter(entry_id for entry_id, _ in ids if entry_id)
    for entry_id, number in counted.items():
        if number > 1:
            last = [embed for found, embed in ids if found == entry_id][-1]
            times = "twice" if number == 2 else f"{number} times"
            yield _about(
                last,
                "twice",
                f"The panel {entry_id} is in the page {times}. Readers meet the same text again, "
                "and in the page's own DOM the links of one lead into the other. Keep one.",
                severity="warning",
            )


def _about(
    embed: Embed,
    code: str,
    message: str,
    fix: str = "",
    place: str = "",
    *,
    severity: Severity = "stop",
) -> Finding:
    return Finding(code, severity, message, fix, place, embed.element.line, embed.element.source)


def _canonical_line(case: Case, entry_id: str) -> str:
    found = case.store.live(entry_id)
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
