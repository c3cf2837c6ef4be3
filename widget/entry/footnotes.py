r"""Markers such as ``[1]`` in the text of a point.

``[n]`` is a marker if n is 1 to 99 without a leading zero; ``\[1]`` stays text.
Expects the output of ``light_html.clean``: well-formed, every ``<`` begins a tag.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar, cast

_Text = TypeVar("_Text", bound=str)

# A tag, the backslash of an escaped marker, or a marker. Each alternative begins with a literal,
# since re then skips all other characters at once.
_TOKEN = re.compile(
    r"<(?P<close>/?)(?P<name>[a-zA-Z]+)"
    r"|\\(?=\[[1-9][0-9]?\])"
    r"|\[(?<!\\\[)(?P<number>[1-9][0-9]?)\]"
)
_DELIMITER = re.compile('[">]')


@dataclass(frozen=True, slots=True)
class Marker:
    """A reference to the ``number``-th source, from 1. ``in_link``: inside an ``a`` element."""

    number: int
    in_link: bool = False


def split(clean: _Text) -> tuple[_Text | Marker, ...]:
    """Split cleaned light HTML into text and markers, in order.

    Texts are slices of ``clean``, so that a ``Markup`` yields ``Markup``.
    The backslash of an escaped marker is dropped.
    """
    return tuple(_pieces(clean))


def _pieces(clean: _Text, *, texts: bool = True) -> Iterator[_Text | Marker]:
    start = 0
    links = 0
    for token in _tokens(clean):
        if token["name"]:
            if token["name"] == "a":
                links += -1 if token["close"] else 1
            continue
        if texts and token.start() > start:
            yield cast("_Text", clean[start : token.start()])
        start = token.end()
        if token["number"]:
            yield Marker(int(token["number"]), in_link=links > 0)
    if texts and start < len(clean):
        yield cast("_Text", clean[start:])


def markers(clean: str) -> tuple[Marker, ...]:
    """Return the markers in cleaned light HTML, in order."""
    return tuple(piece for piece in _pieces(clean, texts=False) if isinstance(piece, Marker))


def renumber(text: str, numbers: dict[int, int | None]) -> str:
    """Return ``text`` with each marker's number replaced; None removes the marker.

    Used when sources are reordered or removed. Accepts raw, unsanitized text.
    """
    pieces: list[str] = []
    start = 0
    for token in _tokens(text):
        if token["number"]:
            number = numbers.get(int(token["number"]), int(token["number"]))
            pieces += text[start : token.start()], "" if number is None else f"[{number}]"
            start = token.end()
    return "".join((*pieces, text[start:]))


def _tokens(text: str) -> Iterator[re.Match[str]]:
    """Yield escapes, markers and tag starts, but nothing inside a tag.

    The input may be hostile. All tag ends are found in one pass: a search from each tag start would
    be quadratic and take minutes for 100 kB of unclosed tags.
    """
    quotes, ends = _delimiters(text) if "<" in text else ([], ([], []))
    position = 0
    while token := _TOKEN.search(text, position):
        position = token.end()
        if token["name"]:
            # The next > that is outside quotation marks.
            candidates = ends[bisect_left(quotes, position) % 2]
            index = bisect_left(candidates, position)
            if index == len(candidates):
                continue  # an unclosed tag is text
            position = candidates[index] + 1
        yield token


def _delimiters(text: str) -> tuple[list[int], tuple[list[int], list[int]]]:
    """Return the positions of quotation marks, and of each > after an even and an odd count."""
    quotes: list[int] = []
    ends: tuple[list[int], list[int]] = ([], [])
    for delimiter in _DELIMITER.finditer(text):
        if delimiter[0] == '"':
            quotes.append(delimiter.start())
        else:
            ends[len(quotes) % 2].append(delimiter.start())
    return quotes, ends
