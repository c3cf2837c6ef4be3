r"""Markers such as ``[1]`` in the text of a point.

``[n]`` is a marker where n is 1 to 99 without a leading zero; ``\[1]`` stays text.
Works on text that ``markup.clean`` has returned: well-formed, every ``<`` a tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar, cast

_Text = TypeVar("_Text", bound=str)

_TOKEN = re.compile(
    r"""(?P<tag><(?P<close>/?)(?P<name>[a-z]+)(?:[^>"]|"[^"]*")*>)"""
    r"""|(?P<escape>\\)(?=\[[1-9][0-9]?\])"""
    r"""|(?P<marker>(?<!\\)\[(?P<number>[1-9][0-9]?)\])"""
)


@dataclass(frozen=True, slots=True)
class Marker:
    """A reference to the ``number``-th source, from 1. ``in_link``: it stands inside an ``a``."""

    number: int
    in_link: bool = False


def split(clean: _Text) -> tuple[_Text | Marker, ...]:
    """Split cleaned light HTML into pieces of it and the markers between them, in order.

    The pieces are slices of ``clean``, so that a ``Markup`` yields pieces of ``Markup``.
    The backslash of an escaped marker is dropped.
    """
    return tuple(_pieces(clean))


def _pieces(clean: _Text) -> Iterator[_Text | Marker]:
    start = 0
    links = 0
    for token in _TOKEN.finditer(clean):
        if token["tag"]:
            if token["name"] == "a":
                links += -1 if token["close"] else 1
            continue
        if token.start() > start:
            yield cast("_Text", clean[start : token.start()])
        start = token.end()
        if token["marker"]:
            yield Marker(int(token["number"]), in_link=links > 0)
    if start < len(clean):
        yield cast("_Text", clean[start:])


def markers(clean: str) -> Iterator[Marker]:
    """Yield the markers in cleaned light HTML, in order."""
    return (piece for piece in split(clean) if isinstance(piece, Marker))


def renumber(text: str, numbers: dict[int, int | None]) -> str:
    """Return ``text`` with each marker's number replaced; None removes the marker.

    For when sources are reordered or removed. Works on text as it was typed.
    """

    def replace(token: re.Match[str]) -> str:
        if not token["marker"]:
            return token[0]
        number = numbers.get(int(token["number"]), int(token["number"]))
        return "" if number is None else f"[{number}]"

    return _TOKEN.sub(replace, text)
