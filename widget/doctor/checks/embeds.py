"""The embeds of the page: whether its origin may embed, and which entries it embeds."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from html import escape

from widget.doctor.findings import CheckContext, Finding, Severity
from widget.doctor.page import Embed, origin_of
from widget.entry import Entry, Withdrawn, check

HEAD = "In the page's head"
SETTINGS = "In insights.toml, for this publication; `insights serve` follows the file"
PAGE = "In the page"


def embeds(context: CheckContext) -> Iterator[Finding]:
    """Yield a finding where the page embeds nothing, or panels of another service."""
    if context.page.embeds:
        return
    for embed in context.page.elsewhere:
        yield Finding(
            "other-service",
            "stop",
            f"The panel is requested from {origin_of(embed.request_url)}, not from this service. "
            f"Change the URL to {context.base}.",
            line=embed.element.line,
            source=embed.element.source,
        )
    if context.page.elsewhere:
        return
    loader = "The loader is there, but nothing" if context.page.loaders else "Nothing"
    yield Finding(
        "no-embed",
        "stop",
        f"{loader} in this page embeds a panel. If a script inserts the panel, the doctor cannot "
        "see it: paste the page as the browser's inspector shows it.",
        "<insights-widget></insights-widget>\n"
        f'<script src="{escape(context.base)}/embed.js" async></script>',
        "Where the panel goes",
    )


def origins(context: CheckContext) -> Iterator[Finding]:
    """Yield a finding where the page's origin may not embed."""
    page = context.page
    asking = [embed for embed in page.embeds if embed.kind in ("frame", "component", "htmx")]
    if not asking:
        return
    if not page.origin:
        yield Finding(
            "no-address",
            "note",
            "The page's URL is not known, so its origin was not checked. Enter the page's URL, "
            "too.",
        )
        return
    seen = set()
    for embed in asking:
        publication = context.publication(embed)
        if origin_of(context.base) == page.origin or origin_of(embed.request_url) == page.origin:
            continue
        if publication.allows(page.origin) or publication.name in seen:
            continue
        seen.add(publication.name)
        yield Finding(
            "origin-not-listed",
            "stop",
            f"{page.origin} is not among the origins of {publication.name}, so browsers block "
            "its panels in this page.",
            publication.origins_with(page.origin),
            SETTINGS,
        )


def entries(context: CheckContext) -> Iterator[Finding]:
    """Yield, for each embed, why its entry is not what readers see."""
    page = context.page
    unclear = page.canonical is None or bool(context.store.find(page.url))
    for embed in page.embeds:
        entry_id, subject = context.entry_id(embed), context.subject(embed)
        if not entry_id and embed.url is None and unclear:
            continue  # the canonical address is at fault, which ``canonical`` says
        if isinstance(subject, Withdrawn):
            yield _about(
                embed,
                "entry-withdrawn",
                f"The panel {entry_id} was withdrawn on {subject.at:%d %B %Y}: readers see the "
                "notice. Remove the snippet, or publish the panel again.",
            )
        elif subject is None:
            yield from _not_live(context, embed, entry_id)
        else:
            yield from _eligible(context, embed, subject, live=True)
            yield from _other_article(context, embed, subject)


def _not_live(context: CheckContext, embed: Embed, entry_id: str | None) -> Iterator[Finding]:
    draft = context.store.draft(entry_id) if context.drafts and entry_id else None
    if draft:
        yield from _eligible(context, embed, draft.entry, live=False)
        yield _about(
            embed,
            "entry-draft",
            f"The panel {entry_id} is a draft; readers see it once it is published.",
            f"insights publish {entry_id}",
            "On the server",
        )
        return
    requested = embed.url if embed.url is not None else context.page_url
    message = (
        f"No panel is live for {requested}. Check the address against the article's canonical one,"
    )
    if entry_id:
        message = f"No panel {entry_id} is live. Check how it is spelt,"
    yield _about(embed, "entry-unknown", f"{message} and whether the panel has been published.")


def _eligible(
    context: CheckContext, embed: Embed, entry: Entry, *, live: bool
) -> Iterator[Finding]:
    publication = context.settings.publication_for(entry.article.url)
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


def _other_article(context: CheckContext, embed: Embed, entry: Entry) -> Iterator[Finding]:
    here = context.page_url
    if embed.entry is None or not here:
        return
    if context.store.find(here) != entry.id and origin_of(here):
        yield _about(
            embed,
            "other-article",
            f"The panel {entry.id} is about {entry.article.url}; this page calls itself {here}. "
            "If both are the same article, add this page's address to the entry's aliases.",
            severity="warning",
        )


def twice(context: CheckContext) -> Iterator[Finding]:
    """Yield the panels that are in the page more than once."""
    ids = [(context.entry_id(embed), embed) for embed in context.page.embeds]
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
