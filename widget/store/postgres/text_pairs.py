"""Numbers for each character of a text and each two in a row, which PostgreSQL indexes."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise


def pairs(text: str) -> set[int]:
    """Return hashes of each character and of each two in a row, for words below three letters."""
    # Word by word, since most words of a text were in others: a third of the time.
    first, *others = text.split(" ")
    if not others:
        return set(_pairs_of(text))
    *between, last = others
    found = _pairs_of(f"{first} ") | _pairs_of(f" {last}")
    return set(found.union(*(_pairs_of(f" {word} ") for word in set(between))))


@lru_cache(8_192)
def _pairs_of(text: str) -> frozenset[int]:
    doubles = {(ord(one) * 65_599 + ord(two)) & 0x7FFFFFFF for one, two in pairwise(text)}
    return frozenset(doubles | {ord(one) for one in text})
