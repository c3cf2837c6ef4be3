"""Numbers for each character of a text and each two in a row, which PostgreSQL indexes."""

from __future__ import annotations

from functools import lru_cache
from operator import concat


def pairs(text: str) -> set[int]:
    """Return hashes of each character and of each two in a row, for words below three letters."""
    first, *others = text.split(" ")
    if len(others) > 1:
        # Each word between two spaces once, in any order: that has the same pairs.
        *between, last = others
        text = " ".join((first, *set(between), last))
    doubles = set(map(concat, text, text[1:]))
    return {*map(ord, set(text)), *map(_number, doubles)}


@lru_cache(16_384)
def _number(double: str) -> int:
    one, two = map(ord, double)
    return (one * 65_599 + two) & 0x7FFFFFFF
