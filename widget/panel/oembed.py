"""What oEmbed says of a panel (oembed.com, section 2.3.4)."""

from __future__ import annotations

from typing import Any

from widget.config import Publication
from widget.entry import Entry
from widget.panel.snippets import Snippet

_CACHE_AGE = 300
"""Seconds that a consumer may keep the answer: it holds a frame, never the panel's text."""


def oembed(
    entry: Entry, publication: Publication, snippet: Snippet, *, base: str
) -> dict[str, Any]:
    """Return the response for ``snippet``, whose way is ``oembed``."""
    return {
        "version": "1.0",
        "type": "rich",
        "title": snippet.title,
        "author_name": ", ".join(entry.article.authors),
        "author_url": entry.article.url,
        "provider_name": publication.name,
        "provider_url": base,
        "cache_age": _CACHE_AGE,
        "width": snippet.width,
        "height": snippet.height,
        "html": snippet.body,
    }
