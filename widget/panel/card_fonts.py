"""Which characters the fonts of social cards have, and how wide they are."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTCollection, TTFont

from widget import assets
from widget.errors import InvalidSettings

_INVISIBLE = frozenset({"Cf", "Mn", "Me"})
"""General categories without a width of their own; those of ``Cf`` need no glyph, either."""


class Fonts:
    """The fonts that cards are drawn with: those that come with the service, and the operator's.

    Raises InvalidSettings where one of ``more``, files or folders, cannot be read.
    """

    def __init__(self, more: Sequence[Path] = ()) -> None:
        vendored = sorted((assets.folder("static") / "vendor").glob("*.ttf"))
        self.files = [*map(str, vendored), *map(str, _font_files(more))]
        self._widths: dict[int, float] = {}
        for file in self.files:
            for character, width in _widths(file):
                self._widths.setdefault(character, width)

    def can_draw(self, text: str) -> bool:
        """Return whether no character of ``text`` would be drawn as an empty box."""
        return all(ord(it) in self._widths or unicodedata.category(it) == "Cf" for it in text)

    def width(self, text: str) -> float:
        """Return about how wide ``text`` is, in units of the font size.

        Without kerning and joined letters, which make it narrower.
        """
        return sum(
            self._widths.get(ord(it), 0)
            for it in text
            if unicodedata.category(it) not in _INVISIBLE
        )


@lru_cache(maxsize=4)
def fonts(more: tuple[Path, ...] = ()) -> Fonts:
    """Return the fonts of this process. Raises InvalidSettings."""
    return Fonts(more)


def _font_files(places: Sequence[Path]) -> Iterator[Path]:
    for place in places:
        if place.is_dir():
            yield from sorted(it for it in place.iterdir() if it.suffix in (".ttf", ".otf", ".ttc"))
        else:
            yield place


def _widths(file: str) -> Iterator[tuple[int, float]]:
    try:
        found = TTCollection(file, lazy=True).fonts if file.endswith(".ttc") else [TTFont(file)]
        for font in found:
            metrics, scale = font["hmtx"].metrics, font["head"].unitsPerEm
            for character, glyph in font.getBestCmap().items():
                yield character, metrics[glyph][0] / scale
    except Exception as error:  # whatever a broken font leads to
        raise InvalidSettings(f"card_fonts: {file} is no font that can be read: {error}") from error
