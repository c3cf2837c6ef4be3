"""What other sites show of a permalink that somebody shares: Open Graph (ogp.me), and its card."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import NamedTuple

from widget.config import Publication
from widget.panel.view import PanelView

CARD_WIDTH, CARD_HEIGHT = 1200, 630
"""The size of a social card in pixels."""
_LIBRARIES = ("resvg_py", "fontTools")


class MetaTag(NamedTuple):
    """One ``<meta>``: ``attribute`` is ``property`` in Open Graph, ``name`` in X's own tags."""

    attribute: str
    value: str
    content: str


@cache
def cards_are_drawn() -> bool:
    """Return whether the optional packages are installed that draw social cards."""
    return all(find_spec(name) for name in _LIBRARIES)


def card_path(entry_id: str) -> str:
    """Return the path of the social card of an entry, below the service's URL."""
    return f"/card/{entry_id}.png"


def open_graph(view: PanelView, publication: Publication) -> tuple[MetaTag, ...]:
    """Return the tags of a live panel; notices and messages have none.

    Without the packages that draw cards there is no picture. Applications take title and
    description for their small card then.
    """
    tags = [
        MetaTag("property", "og:type", "article"),
        MetaTag("property", "og:title", view.title),
        MetaTag("property", "og:description", view.lean.sentence.striptags()),
        MetaTag("property", "og:url", view.permalink),
        MetaTag("property", "og:site_name", publication.name),
    ]
    if cards_are_drawn():
        base, _, _ = view.permalink.rpartition("/panel/")
        tags += [
            MetaTag("property", "og:image", base + card_path(view.entry_id)),
            MetaTag("property", "og:image:width", str(CARD_WIDTH)),
            MetaTag("property", "og:image:height", str(CARD_HEIGHT)),
            MetaTag("property", "og:image:alt", view.title),
            MetaTag("name", "twitter:card", "summary_large_image"),
        ]
    return tuple(tags)
