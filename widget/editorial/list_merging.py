"""Aligns three versions of a list: which items are the same, and in which order they stand."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

_ALIKE = 0.5
"""From which share of common words on two items are versions of one."""
_KEYS = ("url", "role")
"""What names an item, where it has one of these."""
_ALWAYS_THERE = frozenset({"type", "role", "kind", "at"})


@dataclass(frozen=True, slots=True)
class Row:
    """The indexes of one item in the base, in mine and in theirs; None where it is not."""

    base: int | None
    mine: int | None
    theirs: int | None


def rows(
    base: Sequence[Any], mine: Sequence[Any], theirs: Sequence[Any], *, cited: bool
) -> list[Row] | None:
    """Return the items of the merged list in its order.

    What only one side added, removed or moved is as that side has it. None where one side removed
    what the other edited, or both moved items differently. If items are ``cited``, as sources are,
    such an item stays instead, the order is mine, and what was replaced is another item.
    """
    to_mine, to_theirs = (_matched(base, it, cited=cited) for it in (mine, theirs))
    both = [it for it in range(len(base)) if it in to_mine and it in to_theirs]
    halves = [
        *(it for it in to_mine if it not in to_theirs and mine[to_mine[it]] != base[it]),
        *(it for it in to_theirs if it not in to_mine and theirs[to_theirs[it]] != base[it]),
    ]
    order = _order(both, to_mine, to_theirs, first_wins=cited)
    if order is None or (halves and not cited):
        return None
    found = [Row(it, to_mine[it], to_theirs[it]) for it in order]
    from_mine = {index: it for it, index in to_mine.items()}
    for index in range(len(mine)):
        was = from_mine.get(index)
        if was is None or was in halves:
            found.insert(_behind([it.mine for it in found], index), Row(was, index, None))
    from_theirs = {index: it for it, index in to_theirs.items()}
    for index in range(len(theirs)):
        was = from_theirs.get(index)
        if was is None or was in halves:
            _add_theirs(found, Row(was, None, index), mine, theirs)
    return found


def _order(
    both: list[int], to_mine: dict[int, int], to_theirs: dict[int, int], *, first_wins: bool
) -> list[int] | None:
    mine = sorted(both, key=to_mine.__getitem__)
    theirs = sorted(both, key=to_theirs.__getitem__)
    if both in (mine, theirs):
        return theirs if mine == both else mine
    return mine if first_wins or mine == theirs else None


def _behind(indexes: list[int | None], index: int) -> int:
    """Return where an item goes: behind the nearest of those that stand before it."""
    for before in range(index - 1, -1, -1):
        if before in indexes:
            return indexes.index(before) + 1
    return 0


def _add_theirs(found: list[Row], row: Row, mine: Sequence[Any], theirs: Sequence[Any]) -> None:
    """Add an item of theirs behind what I added at its place, or to mine if that is the same."""
    item = theirs[row.theirs or 0]
    for place, it in enumerate(found):
        if it.base is it.theirs is None and it.mine is not None and _is_same(mine[it.mine], item):
            found[place] = replace(it, theirs=row.theirs)
            return
    place = _behind([it.theirs for it in found], row.theirs or 0)
    while place < len(found) and found[place].theirs is None:
        place += 1
    found.insert(place, row)


def _is_same(one: Any, other: Any) -> bool:  # noqa: ANN401  # JSON
    if one == other:
        return not _is_blank(one)
    return isinstance(one, dict) and bool(one.get("url")) and one["url"] == other["url"]


def _matched(base: Sequence[Any], side: Sequence[Any], *, cited: bool) -> dict[int, int]:
    """Return where each item of ``base`` stands in ``side``, edited or not.

    Who fills a blank item in adds one, unless it may be cited already.
    """
    pairs = _unchanged(base, side)
    free = [it for it in range(len(side)) if it not in set(pairs.values())]
    left = [it for it in range(len(base)) if it not in pairs and not _is_blank(base[it])]
    alike = [(_likeness(base[i], side[j]), -abs(i - j), i, j) for i in left for j in free]
    for likeness, _, i, j in sorted(alike, reverse=True):
        if likeness >= _ALIKE and i not in pairs and j in free:
            pairs[i] = j
            free.remove(j)
    if cited:
        left = [it for it in range(len(base)) if _is_blank(base[it])]
    elif len(base) != len(side):
        left = []
    return pairs | {it: it for it in left if it not in pairs and it in free}


def _unchanged(base: Sequence[Any], side: Sequence[Any]) -> dict[int, int]:
    before = [json.dumps(it, sort_keys=True) for it in base]
    after = [json.dumps(it, sort_keys=True) for it in side]
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    places = {
        start + i: other + i
        for start, other, size in matcher.get_matching_blocks()
        for i in range(size)
    }
    # What was moved, if there is one of its kind.
    for i, text in enumerate(before):
        if i not in places and before.count(text) == after.count(text) == 1:
            places[i] = after.index(text)
    return places


def _likeness(one: Any, other: Any) -> float:  # noqa: ANN401  # JSON
    if isinstance(one, dict):
        for key in _KEYS:
            if one.get(key) and one[key] == other.get(key):
                return 1.0
    ours, others = _words(one), _words(other)
    total = ours.total() + others.total()
    return 2 * (ours & others).total() / total if total else 0.0


def _words(item: Any) -> Counter[str]:  # noqa: ANN401  # JSON
    match item:
        case str():
            return Counter(item.split())
        case dict():
            words: Counter[str] = Counter()
            for key, value in item.items():
                words += Counter() if key in _ALWAYS_THERE else _words(value)
            return words
        case list():
            words = Counter()
            for value in item:
                words += _words(value)
            return words
    return Counter()


def _is_blank(item: Any) -> bool:  # noqa: ANN401  # JSON
    return not (isinstance(item, dict) and "role" in item) and not _words(item)
