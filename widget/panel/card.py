"""The social card: a picture of 1200 by 630 pixels that other sites show with a permalink.

Needs the extra ``card``; import this module only where ``open_graph.cards_are_drawn``.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import get_args

import resvg_py

from widget import i18n
from widget.config import Publication
from widget.entry import Entry, Withdrawn
from widget.entry.vocabulary import LEAN_SCALE, Lean, Origin
from widget.panel import disclosure
from widget.panel.card_fonts import Fonts, fonts
from widget.panel.disclosure import Reviews
from widget.panel.open_graph import CARD_HEIGHT, CARD_WIDTH
from widget.panel.words import Words

_MARGIN = 64
_INNER = CARD_WIDTH - 2 * _MARGIN
_PAPER, _INK, _MUTED, _RULE = "#ffffff", "#1a1a1a", "#595959", "#d9d6d0"
"""The panel's light colours; static/panel.css has them, too."""
_TITLE_SIZES = ((64, 3), (54, 3), (46, 4))
"""Sizes of the title in pixels, each with the lines that there is room for."""
_TITLE_TOP, _SCALE_TOP, _FOOT = 234, 452, 592
# The base direction of a line that is not the renderer's own: a right-to-left embedding.
_RTL, _POP = "\u202b", "\u202c"


def card(
    subject: Entry | Withdrawn,
    publication: Publication,
    *,
    reviews: Reviews = (),
    more_fonts: tuple[Path, ...] = (),
) -> bytes:
    """Return the card as a PNG; for a withdrawn entry one without anything of it.

    A title or a name for whose characters there is no font is left out, and where there is none
    for the interface's language, the card's own words are English. Raises InvalidSettings where
    one of ``more_fonts`` cannot be read.
    """
    drawn_with, language = fonts(more_fonts), i18n.interface_language(subject.language)
    if not all(map(drawn_with.can_draw, _CardWords(language).own())):
        language = i18n.SOURCE_LANGUAGE
    drawing = _Drawing(language, publication, drawn_with)
    if isinstance(subject, Withdrawn):
        drawing.notice()
    else:
        drawing.panel(subject, reviews)
    return drawing.png()


def _(message: str) -> str:
    """Mark a message for extraction; ``_CardWords`` translates it."""
    return message


class _CardWords(Words):
    def insights(self) -> str:
        return self._text(_("Insights"))

    def withdrawn(self) -> str:
        return self._text(_("This panel has been withdrawn."))

    def own(self) -> Iterator[str]:
        """Yield the texts that tell whether there is a font for the language."""
        yield from (self.insights(), self.withdrawn())
        yield from (self.lean_sentence(it).striptags() for it in get_args(Lean))
        for origin in get_args(Origin):
            yield from (self.label(origin, reviewed=it).striptags() for it in (False, True))


class _Drawing:
    """One card, as SVG."""

    def __init__(self, language: str, publication: Publication, drawn_with: Fonts) -> None:
        self._words = _CardWords(language)
        self._rtl = i18n.direction(language) == "rtl"
        self._publication = publication
        self._accent = publication.accent.light
        self._fonts = drawn_with
        size = {"width": str(CARD_WIDTH), "height": str(CARD_HEIGHT)}
        self._svg = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", **size})
        self._box(0, 0, CARD_WIDTH, CARD_HEIGHT, _PAPER)
        self._box(0, 0, CARD_WIDTH, 14, self._accent)

    def panel(self, entry: Entry, reviews: Reviews) -> None:
        """Draw label, title, viewpoint and publication."""
        self._head(disclosure.label(entry, self._words, reviews).striptags())
        rtl = i18n.direction(entry.language) == "rtl"
        for line, size, top in self._title(entry.article.title):
            self._text(line, top, size, _INK, rtl=rtl)
        lean = entry.viewpoint.lean
        if lean in LEAN_SCALE:
            self._scale([self._words.lean(it) for it in LEAN_SCALE], LEAN_SCALE.index(lean))
        else:
            sentence = self._words.lean_sentence(lean).striptags()
            self._text(self._fitting(sentence, 30), _SCALE_TOP + 24, 30, _INK)
        self._foot()

    def notice(self) -> None:
        """Draw that the panel was withdrawn, and by whom."""
        self._head("")
        text = self._words.withdrawn()
        for number, line in enumerate(self._wrapped(text, 54)[:3]):
            self._text(line, _TITLE_TOP + 60 + number * 70, 54, _INK)
        self._foot()

    def png(self) -> bytes:
        """Return the picture."""
        drawn: bytes = resvg_py.svg_to_bytes(
            svg_string=ET.tostring(self._svg, "unicode"),
            skip_system_fonts=True,  # the same picture on every machine
            font_files=self._fonts.files,
        )
        return drawn

    def _head(self, label: str) -> None:
        self._text(self._words.insights(), 96, 40, _INK)
        self._text(self._fitting(label, 28), 142, 28, self._accent)

    def _foot(self) -> None:
        self._box(_MARGIN, _FOOT - 50, _INNER, 2, _RULE)
        self._text(self._fitting(self._publication.name, 28), _FOOT, 28, _MUTED)

    def _scale(self, names: list[str], current: int) -> None:
        """Draw the positions from left to right in every language, as the panel does."""
        gap = 8
        width = (_INNER - gap * (len(names) - 1)) / len(names)
        for number, name in enumerate(names):
            left = _MARGIN + number * (width + gap)
            here = number == current
            self._box(left, _SCALE_TOP + (0 if here else 8), width, 24 if here else 8, None)
            if here:
                self._box(left, _SCALE_TOP, width, 24, self._accent)
            if here or number in (0, len(names) - 1):
                color = _INK if here else _MUTED
                at = left + width / 2
                self._line(self._fitting(name, 24, width), at, _SCALE_TOP + 58, 24, color, "middle")

    def _title(self, text: str) -> Iterator[tuple[str, int, float]]:
        """Yield the lines of a title, their size and baseline; none if it cannot be drawn."""
        if not self._fonts.can_draw(text):
            return
        for size, most in _TITLE_SIZES:
            lines = self._wrapped(text, size)
            if len(lines) <= most:
                break
        else:
            lines = [*lines[: most - 1], self._fitting(" ".join(lines[most - 1 :]), size)]
        for number, line in enumerate(lines):
            yield line, size, _TITLE_TOP + number * size * 1.22

    def _wrapped(self, text: str, size: int) -> list[str]:
        """Break ``text`` into lines that fit, between words or around characters of Han and kin."""
        lines = [""]
        for piece in _pieces(text):
            longer = lines[-1] + piece
            if self._fonts.width(longer.rstrip()) * size <= _INNER or not lines[-1]:
                lines[-1] = longer
            else:
                lines.append(piece.lstrip())
        return [self._fitting(it.strip(), size) for it in lines]

    def _fitting(self, text: str, size: int, room: float = _INNER) -> str:
        """Return ``text``, its end left out if it is wider than ``room``."""
        if self._fonts.width(text) * size <= room:
            return text
        while text and self._fonts.width(f"{text}…") * size > room:
            text = text[:-1]
        return f"{text.rstrip()}…"

    def _text(
        self, text: str, baseline: float, size: int, color: str, *, rtl: bool | None = None
    ) -> None:
        """Write a line from the margin at which its language begins."""
        rtl = self._rtl if rtl is None else rtl
        at = CARD_WIDTH - _MARGIN if rtl else _MARGIN
        self._line(text, at, baseline, size, color, "end" if rtl else "start", rtl=rtl)

    def _line(
        self,
        text: str,
        at: float,
        baseline: float,
        size: int,
        color: str,
        anchor: str,
        *,
        rtl: bool | None = None,
    ) -> None:
        if not text or not self._fonts.can_draw(text):
            return
        rtl = self._rtl if rtl is None else rtl
        fields = {"x": f"{at:g}", "y": f"{baseline:g}", "font-size": str(size), "fill": color}
        families = {"font-family": "Noto Sans", "font-weight": "700", "text-anchor": anchor}
        element = ET.SubElement(self._svg, "text", {**fields, **families})
        element.text = f"{_RTL}{text}{_POP}" if rtl else text

    def _box(self, x: float, y: float, width: float, height: float, fill: str | None) -> None:
        sides = {"x": f"{x:g}", "y": f"{y:g}", "width": f"{width:g}", "height": f"{height:g}"}
        paint = {"fill": fill} if fill else {"fill": "none", "stroke": _MUTED, "stroke-width": "2"}
        ET.SubElement(self._svg, "rect", {**sides, **paint})


def _pieces(text: str) -> Iterator[str]:
    """Yield ``text`` in the pieces between which a line may end, roughly by UAX 14."""
    for ideographic, characters in groupby(" ".join(text.split()), _is_ideographic):
        run = "".join(characters)
        if ideographic:
            yield from run
            continue
        words = run.split(" ")
        yield from (f"{word} " for word in words[:-1])
        yield words[-1]


def _is_ideographic(character: str) -> bool:
    """Return whether a line may end on either side of ``character``: Han, kana, their signs."""
    code = ord(character)
    return 0x2E80 <= code < 0xA000 or 0xF900 <= code < 0xFB00 or 0xFF00 <= code < 0xFF61
