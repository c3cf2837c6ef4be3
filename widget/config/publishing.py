"""Applies the rules for publishing with the publication of the entry."""

from __future__ import annotations

from collections.abc import Callable

from widget.config.settings import Settings
from widget.entry import Entry, check
from widget.errors import Breach


def check_under(settings: Settings, entry: Entry) -> list[Breach]:
    """Return every breach of the rules for publishing."""
    url = entry.article.url
    return check(entry, settings.publication_for(url), unlisted=settings.unlisted(url))


def rules(settings: Settings) -> Callable[[Entry], list[Breach]]:
    """Return the rules for publishing under ``settings``, as stores take them."""
    return lambda entry: check_under(settings, entry)
