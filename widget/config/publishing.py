"""The rules for publishing an entry under the settings of its publication."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from widget.config.publication import Hold
from widget.config.settings import Settings
from widget.entry import Entry, check, light_html
from widget.errors import Breach, instant, message


def check_under(settings: Settings, entry: Entry) -> list[Breach]:
    """Return every breach of the rules for publishing, other than missing approvals."""
    url = entry.article.url
    return check(entry, settings.publication_for(url), unlisted=settings.unlisted(url))


def approvals_needed(settings: Settings, entry: Entry) -> int:
    """Return how many persons have to approve ``entry`` before it is published: 0, 1 or 2."""
    publication = settings.publication_for(entry.article.url)
    if held(publication.hold, entry):
        return 2
    by_model = entry.provenance.origin in ("ai", "ai-edited")
    return int(by_model and publication.review == "required")


def held(hold: Hold, entry: Entry) -> str:
    """Return the section or the word for which ``entry`` is held, "" for none."""
    section = entry.article.section.strip().casefold()
    for each in hold.sections:
        if section == each.strip().casefold():
            return each
    if not hold.words:
        return ""
    text = "\n".join(_texts(entry)).casefold()
    for word in hold.words:
        if re.search(rf"(?<!\w){re.escape(word.strip().casefold())}(?!\w)", text):
            return word
    return ""


def missing_approvals(settings: Settings, entry: Entry, approvals: int) -> list[Breach]:
    """Return the breach of an entry that too few persons have approved."""
    needed = approvals_needed(settings, entry)
    if approvals >= needed:
        return []
    hold = held(settings.publication_for(entry.article.url).hold, entry)
    if hold:
        missing = message(
            "is held for %(hold)r: two persons have to approve exactly this version; "
            "submit it for review",
            hold=hold,
        )
    else:
        missing = message(
            "is by a language model: another person has to approve exactly this version; "
            "submit it for review"
        )
    return [Breach("$.provenance", missing)]


def unasked_author(
    settings: Settings, entry: Entry, *, asked_at: datetime | None, settled: bool
) -> list[Breach]:
    """Return the breach of an entry whose author has to be asked before its first publication.

    ``settled``: the author has answered, or an admin decided to publish without.
    """
    publication = settings.publication_for(entry.article.url)
    if publication.author == "optional" or settled:
        return []
    if asked_at is None:
        unasked = message(
            "have to be asked before this is published for the first time: make a link for the "
            "author (Voices, or `insights voice %(entry)s --for NAME`)",
            entry=entry.id,
        )
        return [Breach("$.article.authors", unasked)]
    until = asked_at + timedelta(hours=publication.author_hours)
    if datetime.now(UTC) >= until:
        return []
    waiting = message(
        "have until %(time)s to answer; publish then, or as soon as they have answered",
        time=instant(until),
    )
    return [Breach("$.article.authors", waiting)]


def _texts(entry: Entry) -> Iterator[str]:
    """Yield all that readers see of an entry, as plain text."""
    yield from (entry.article.title, entry.article.section, *entry.article.authors)
    yield light_html.plain(entry.viewpoint.rationale)
    for group in entry.perspectives:
        yield from (group.heading or "", group.none_because or "")
        for point in group.points:
            yield from (light_html.plain(point.text), point.attributed_to or "")
    for source in entry.sources:
        yield from (source.title, source.publisher or "", source.quote or "")
    yield from (correction.note for correction in entry.corrections)
