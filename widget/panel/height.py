"""Estimates the height of a panel, so that a host page can reserve space and avoid layout shift.

Fonts are unknown on the server, so this is an upper bound from the lengths of the texts; a
shorter panel leaves some empty space below it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from widget.panel.source_views import SourceView
from widget.panel.view import GroupView, NoticeView, PanelView, PointView

NARROW, MIDDLE, WIDE = 272, 400, 640
"""Widths of containers in CSS pixels: the narrowest, a large phone's, a column of text."""

_PADDING = 32
_SERIF, _SANS = 0.48, 0.54
"""Mean advance of a character, in em, for the wider of the common fonts."""
_SPARE = 28
"""A line of text more than the boxes add up to, for wider fonts."""
_MARGINS = 48


@dataclass(frozen=True, slots=True)
class Heights:
    """A panel's height in containers NARROW, MIDDLE and ``width`` wide; in CSS pixels.

    ``middle`` is None where ``width`` is MIDDLE or less.
    """

    narrow: int
    middle: int | None
    wide: int
    width: int = WIDE

    @property
    def css(self) -> str:
        """Return a length for ``min-height``, in units of the query container's width.

        The actual height is a hyperbola of the width, which is below the lines between the
        heights.
        """
        return self._clamped("cqi", 0)

    @property
    def css_beside_text(self) -> str:
        """Return such a length for a panel without a query container.

        In units of the viewport's width, with a margin on both sides of the text.
        """
        return self._clamped("vw", _MARGINS)

    def _clamped(self, unit: str, margins: int) -> str:
        points = [(NARROW, self.narrow), (self.width, self.wide)]
        if self.middle is not None:
            points.insert(1, (MIDDLE, self.middle))
        lines = []
        for (left, higher), (right, lower) in pairwise(points):
            slope = (higher - lower) / (right - left)
            start = round(higher + (left + margins) * slope)
            lines.append(f"{start}px - {100 * slope:.0f}{unit}")
        between = f"max({','.join(lines)})" if len(lines) > 1 else lines[0]
        return f"clamp({self.wide}px,{between},{self.narrow}px)"


def heights(view: PanelView | NoticeView, *, width: int = WIDE) -> Heights:
    """Return the initial height of the panel (or notice) of ``view``.

    ``width`` is the maximum width of its container; less than NARROW counts as NARROW.
    """
    width = max(width, NARROW + 1)
    middle = _height(view, MIDDLE) if width > MIDDLE else None
    return Heights(_height(view, NARROW), middle, _height(view, width), width)


def _height(view: PanelView | NoticeView, width: int) -> int:
    """Add up the boxes of static/panel.css, in CSS pixels; ``width`` is the container's."""
    text = width - _PADDING
    line_scale = 1 if view.direction == "ltr" else 1.125
    links = view.article_title + "x" * 40
    if isinstance(view, PanelView) and view.report_url:
        links += "x" * 24
    about = 16 + 20 * _lines(links, 13 * _SANS, text)
    if isinstance(view, PanelView) and view.contact:
        about += 20 * _lines(view.contact.text + "x" * 12, 13 * _SANS, text)
    if isinstance(view, NoticeView):
        statement = 33 + 26 * _lines(view.statement, 16 * _SERIF, text)
        reason = 8 + 26 * _lines(view.reason + "x" * 20, 16 * _SERIF, text) if view.reason else 0
        return ceil(line_scale * (38 + 31 + 42 + statement + reason + about))
    corrections = (
        24 * _lines(c.kind_name + c.at.text + c.note, 15 * _SERIF, text - 35) + 15
        for c in view.corrections
    )
    boxes = [
        38 + 31 + _SPARE,
        20 * _lines(view.introduction, 13 * _SANS, text),
        20 * _lines(view.article_note or "", 13 * _SANS, text) if view.article_note else 0,
        45 + 17,
        17 + 25 * _lines(_TAGS.sub("", view.lean.sentence), 17 * _SERIF, text),
        34 if view.lean.scale else 0,
        17 + 24 * _lines(view.rationale, 15 * _SERIF, min(text, 600)) if view.rationale else 0,
        20 if view.lean.confidence else 0,
        24 if view.methodology else 0,
        *(_summary(group.heading, group.count, text) for group in view.groups),
        *(_points(group, text) for group in view.groups if group.open),
        _summary("", view.sources_count, text) if view.sources else 0,
        *(_source(source, text) for source in view.sources if view.sources_open),
        58 + sum(corrections) if view.corrections else 0,
        20 * _lines(_TAGS.sub("", " ".join(view.disclosure)), 13 * _SANS, text),
        about,
    ]
    return ceil(line_scale * sum(boxes))


_TAGS = re.compile(r"<[^>]*>")


def _summary(heading: str, count: str, width: int) -> int:
    room = width - 36 - round(len(count) * 13 * _SANS)
    return max(49, 17 + 23 * _lines(heading, 17 * _SERIF, room))


def _points(group: GroupView, width: int) -> int:
    room = min(width, 670) - 28
    if group.none_because:
        return 16 + 26 * _lines(group.none_because, 16 * _SERIF, room)
    return 8 + sum(
        14 + 26 * _lines(_point_text(point), 16 * _SERIF, room) for point in group.points
    )


def _point_text(point: PointView) -> str:
    """Return a text about as long as the point; a marker is three letters wide."""
    texts = (
        piece
        if isinstance(piece, str)
        else f"{piece.before}{'xxx' * len(piece.references)}{piece.after}"
        for piece in point.pieces
    )
    return _TAGS.sub("", "".join(texts)) + (point.attributed_to or "") + "x" * 10


def _source(source: SourceView, width: int) -> int:
    room = min(width, 670) - 28
    about = f"{source.kind_name}{source.publisher or ''}" + "x" * (24 + 6 * len(source.references))
    checked = 22 * (bool(source.found) + source.gone)
    lines = 22 * _lines(source.title, 15 * _SERIF, room) + 22 * _lines(about, 13 * _SANS, room)
    return 16 + lines + checked


def _lines(text: str, advance: float, width: int) -> int:
    """Return the number of lines of ``text``; a line loses half a word at its end."""
    return ceil(len(text) * advance / (width - 3 * advance))
