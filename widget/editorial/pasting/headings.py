"""Headings that say what follows: ideas, different views, sources."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from widget import i18n
from widget.entry.vocabulary import Role

Section = Role | Literal["sources"]

_MESSAGES: dict[str, Section] = {
    "Ideas expressed in the piece": "ideas",
    "Different views on the topic": "different-views",
    "Context": "context",
    "A reply": "reply",
    "Sources": "sources",
}
"""What the panel itself calls them, in each of its languages."""
_OTHERS: dict[str, Section] = {
    **dict.fromkeys(("ideas", "ideas expressed", "ideas in the piece", "key ideas"), "ideas"),
    **dict.fromkeys(
        ("different views", "other views", "opposing views", "counterpoints"), "different-views"
    ),
    **dict.fromkeys(
        ("references", "citations", "footnotes", "endnotes", "notes", "works cited", "links"),
        "sources",
    ),
    **dict.fromkeys(("quellen", "quellenangaben", "fußnoten", "fuentes", "referencias"), "sources"),
    **dict.fromkeys(("notas", "références", "المصادر", "المراجع"), "sources"),
    **dict.fromkeys(
        ("ideen", "gedanken", "idées", "الأفكار", "viewpoint", "perspectives"), "ideas"
    ),
    **dict.fromkeys(("andere ansichten", "gegenstimmen", "otras opiniones"), "different-views"),
    **dict.fromkeys(("autres opinions", "autres points de vue", "آراء أخرى"), "different-views"),
}


def section_of(text: str) -> Section | None:
    """Return what a block's text is the heading of, None where it is none that is in use."""
    return _headings().get(_folded(text))


def _folded(text: str) -> str:
    return (
        re.sub(r"[\s:\uff1a.#*_\u2013\u2014-]+", " ", re.sub(r"<[^>]*>", "", text))
        .strip()
        .casefold()
    )


@cache
def _headings() -> dict[str, Section]:
    headings = dict(_OTHERS)
    for language in i18n.languages():
        translate = i18n.translations(language).gettext
        headings |= {_folded(translate(text)): section for text, section in _MESSAGES.items()}
    return headings
