"""Applies the rules for publishing with the publication of the entry."""

from __future__ import annotations

from widget.config.settings import Settings
from widget.entry import Entry, check
from widget.errors import Breach


def check_under(settings: Settings, entry: Entry) -> list[Breach]:
    """Return every breach of the rules for publishing."""
    url = entry.article.url
    return check(entry, settings.publication_for(url), unlisted=settings.unlisted(url))
