"""The oEmbed response of a panel (oembed.com, section 2.3.4)."""

from __future__ import annotations

from typing import Any

from widget import i18n
from widget.config import Publication
from widget.entry import Entry
from widget.panel.snippets import Snippet

_CACHE_AGE = 300
"""Seconds that a consumer may cache the response, which has a frame and no text of the panel."""


def oembed(entry: Entry, publication: Publication, embed: Snippet, *, base: str) -> dict[str, Any]:
    """Return the response for the snippet ``embed``, whose way is ``oembed``."""
    return {
        "version": "1.0",
        "type": "rich",
        "title": embed.title,
        "author_name": i18n.listed(entry.article.authors, entry.language),
        "author_url": entry.article.url,
        "provider_name": publication.name,
        "provider_url": base,
        "cache_age": _CACHE_AGE,
        "width": embed.width,
        "height": embed.height,
        "html": embed.body,
    }
