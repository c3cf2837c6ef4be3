"""How tall a collapsed panel is, so that a host page can keep its place and nothing moves.

The service knows no fonts, so this is an upper estimate from the texts' lengths; a panel
that comes out shorter leaves a little room below it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from widget.panel.view import NoticeView, PanelView

NARROW = 320
WIDE = 640

_PADDING = 40
_GLYPH = 0.56
"""The mean advance of a character, in em; the widest of the fonts tried needs 0.55."""


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
    text = width - _PADDING
    heading = 28 if view.direction == "ltr" else 36
    if isinstance(view, NoticeView):
        blocks = [
            60,
            heading,
            45,
            _block(view.statement, 15, 24, text),
            _block(view.reason, 15, 24, text) + 40 if view.reason else 0,
            30 + _block(view.article_title, 13, 21, text),
        ]
        return sum(blocks)
    blocks = [
        44,
        heading + 5,
        _block(view.introduction, 14, 21, text),
        62,
        _block(view.lean.sentence, 17, 25, text) + 16,
        0 if view.lean.value in {"not-political", "not-rated"} else 36,
        _block(view.rationale, 15, 24, min(text, 600)) + 12 if view.rationale else 0,
        28 if view.lean.confidence else 0,
        32 if view.methodology else 0,
        *(_summary(group.heading, group.count, text) for group in view.groups),
        _summary("x" * 10, view.sources_count, text) if view.sources else 0,
        70 if view.corrections else 0,
        *(
            _block(c.kind_name + c.at.text + c.note, 15, 24, text - 20) + 4
            for c in view.corrections
        ),
        _block("".join(view.disclosure), 13, 21, text) + 22,
        _block(view.article_title + "x" * 40, 13, 21, text),
    ]
    return sum(blocks)


def _summary(heading: str, count: str, width: int) -> int:
    room = width - 50 - len(count) * 8
    return max(49, _block(heading, 17, 23, room) + 18)


def _block(text: str, size: int, line: int, width: int) -> int:
    """Return the height of ``text`` (HTML counts as if it were shown) set in ``width``."""
    return line * ceil(len(text) * size * _GLYPH / width) if text else 0
