"""How tall a collapsed panel is, so that a host page can keep its place and nothing moves.

The service knows no fonts, so this is an upper estimate from the texts' lengths; a panel
that comes out shorter leaves a little room below it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import ceil

from widget.panel.view import NoticeView, PanelView

NARROW = 272
WIDE = 640

_PADDING = 32
_SERIF, _SANS = 0.48, 0.54
"""The mean advance of a character, in em: what the wider of the usual faces need."""
_SPARE = 8


@dataclass(frozen=True, slots=True)
class Heights:
    """The height of the collapsed panel, in CSS pixels, in a place NARROW and WIDE pixels wide."""

    narrow: int
    wide: int

    @property
    def css(self) -> str:
        """A length for ``min-height``, in units of the query container's width.

        The true height falls with the width along a hyperbola, below the line between
        the two that this is.
        """
        slope = (self.narrow - self.wide) / (WIDE - NARROW)
        start = round(self.narrow + NARROW * slope)
        return f"clamp({self.wide}px,{start}px - {100 * slope:.0f}cqi,{self.narrow}px)"


def collapsed_heights(view: PanelView | NoticeView) -> Heights:
    """Return the heights of the panel (or notice) that ``view`` describes, all groups closed."""
    return Heights(_height(view, NARROW), _height(view, WIDE))


def _height(view: PanelView | NoticeView, width: int) -> int:
    """Add up the boxes of static/panel.css, in CSS pixels; ``width`` is the place's."""
    text = width - _PADDING
    tall = 1 if view.direction == "ltr" else 1.125
    about = 16 + 20 * _lines(view.article_title + "x" * 40, 13 * _SANS, text)
    if isinstance(view, NoticeView):
        statement = 33 + 26 * _lines(view.statement, 16 * _SERIF, text)
        reason = 8 + 26 * _lines(view.reason + "x" * 20, 16 * _SERIF, text) if view.reason else 0
        return ceil(tall * (38 + 31 + 42 + statement + reason + about))
    corrections = (
        24 * _lines(c.kind_name + c.at.text + c.note, 15 * _SERIF, text - 35) + 15
        for c in view.corrections
    )
    boxes = [
        38 + 31 + _SPARE,
        20 * _lines(view.introduction, 13 * _SANS, text),
        45 + 17,
        17 + 25 * _lines(_TAGS.sub("", view.lean.sentence), 17 * _SERIF, text),
        34 if view.lean.steps else 0,
        17 + 24 * _lines(view.rationale, 15 * _SERIF, min(text, 600)) if view.rationale else 0,
        20 if view.lean.confidence else 0,
        24 if view.methodology else 0,
        *(_summary(group.heading, group.count, text) for group in view.groups),
        _summary("", view.sources_count, text) if view.sources else 0,
        58 + sum(corrections) if view.corrections else 0,
        20 * _lines(_TAGS.sub("", " ".join(view.disclosure)), 13 * _SANS, text),
        about,
    ]
    return ceil(tall * sum(boxes))


_TAGS = re.compile(r"<[^>]*>")


def _summary(heading: str, count: str, width: int) -> int:
    room = width - 36 - round(len(count) * 13 * _SANS)
    return max(49, 17 + 23 * _lines(heading, 17 * _SERIF, room))


def _lines(text: str, advance: float, width: int) -> int:
    """Return how many lines ``text`` fills; a line loses half a word at its end."""
    return ceil(len(text) * advance / (width - 3 * advance))
