"""The rules for publishing an entry under the settings of its publication."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from widget.config.holding import held
from widget.config.settings import Settings
from widget.entry import Entry, check
from widget.errors import Breach, instant, message


def check_under(settings: Settings, entry: Entry) -> list[Breach]:
    """Return every breach of the rules for publishing, other than missing approvals."""
    url = entry.article.url
    return check(entry, settings.publication_for(url), unlisted=settings.unlisted(url))


def approvals_needed(settings: Settings, entry: Entry, *, by_model: bool = False) -> int:
    """Return how many persons have to approve ``entry`` before it is published: 0, 1 or 2.

    ``by_model``: an earlier version was by a language model. That this one is people's own work is
    then for another person to confirm.
    """
    publication = settings.publication_for(entry.article.url)
    if held(publication.hold, entry):
        return 2
    by_model = by_model or entry.provenance.origin != "human"
    return int(by_model and publication.review == "required")


def missing_approvals(
    settings: Settings, entry: Entry, approvals: int, *, by_model: bool = False
) -> list[Breach]:
    """Return the breach of an entry that too few persons have approved.

    ``by_model`` as in ``approvals_needed``.
    """
    needed = approvals_needed(settings, entry, by_model=by_model)
    if approvals >= needed:
        return []
    hold = held(settings.publication_for(entry.article.url).hold, entry)
    if hold:
        missing = message(
            "is held for %(hold)r: two persons have to approve exactly this version; "
            "submit it for review",
            hold=hold,
        )
    elif entry.provenance.origin == "human":
        missing = message(
            "was by a language model in an earlier version: another person has to approve exactly "
            "this version as the work of people; submit it for review"
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
