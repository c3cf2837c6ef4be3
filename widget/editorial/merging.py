"""Merges two changes of one entry, part by part, over the version that both began with.

A part is a field, a point or a source. Where only one side changed it, that change is taken; where
both did, differently, the part is in conflict. Markers keep their sources: the texts of both sides
are compared, and merged, with the numbers that the sources of both have together.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from widget.editorial.list_merging import Row, rows
from widget.entry import Entry, footnotes
from widget.entry.json_input import child_path

_MISSING = object()


@dataclass(frozen=True, slots=True)
class PartConflict:
    """A part that both sides changed, at its path in the merged document, as JSON values.

    The markers of both values have the numbers of the merged document.
    """

    path: str
    mine: Any
    theirs: Any


@dataclass(frozen=True, slots=True)
class Merge:
    """The merged document, with mine where there are conflicts.

    ``taken`` has the paths of what only the other side changed.
    """

    document: dict[str, Any]
    taken: tuple[str, ...]
    conflicts: tuple[PartConflict, ...]


def merge(base: Entry, mine: Entry, theirs: Entry) -> Merge:
    """Return my changes and theirs of ``base`` as one document."""
    state = _State()
    versions = _as_json(base), _as_json(mine), _as_json(theirs)
    sources = state.sources(*(it["sources"] for it in versions))
    if not _is_as_numbered(versions, sources):
        before = set(_texts(versions[0]))
        for document, numbers in zip(versions, sources.numbers, strict=True):
            _renumber(document, numbers, before, len(sources.merged))
    for document in versions:
        document["sources"] = []
    merged = state.merged("$", *versions)
    return Merge(merged | {"sources": sources.merged}, tuple(state.taken), tuple(state.conflicts))


def put_part(target: Any, path: str, value: Any) -> None:  # noqa: ANN401  # JSON
    """Set the part at ``path``, such as ``$.perspectives[0].points[1].text``.

    Does nothing where the document has no such place.
    """
    *parents, last = _keys(path)
    try:
        for key in parents:
            target = target[key]
        if isinstance(target, dict) and last not in target:
            return
        target[last] = json.loads(json.dumps(value))
    except (LookupError, TypeError):
        return


@dataclass(frozen=True, slots=True)
class _Sources:
    """The merged sources, and their numbers by those of the base, of mine and of theirs."""

    merged: list[Any]
    numbers: tuple[dict[int, int | None], ...]


@dataclass(slots=True)
class _State:
    taken: list[str] = field(default_factory=list)
    conflicts: list[PartConflict] = field(default_factory=list)

    def merged(self, path: str, base: Any, mine: Any, theirs: Any) -> Any:  # noqa: ANN401  # JSON
        """Return one value of the merged document."""
        if mine == theirs or theirs == base:
            return mine
        if isinstance(mine, dict) and isinstance(theirs, dict) and isinstance(base, dict):
            return {
                key: self.merged(
                    child_path(path, key), base.get(key), mine.get(key), theirs.get(key)
                )
                for key in {**mine, **theirs}
            }
        if mine == base:
            self.taken.append(path)
            return theirs
        if isinstance(mine, list) and isinstance(theirs, list) and isinstance(base, list):
            merged = self._merged_lists(path, base, mine, theirs)
            if merged is not _MISSING:
                return merged
        self.conflicts.append(PartConflict(path, mine, theirs))
        return mine

    def _merged_lists(self, path: str, base: list[Any], mine: list[Any], theirs: list[Any]) -> Any:  # noqa: ANN401
        """Return the list of both, _MISSING where they cannot be told apart."""
        aligned = rows(base, mine, theirs, cited=False)
        return _MISSING if aligned is None else self._joined(path, aligned, base, mine, theirs)

    def _joined(
        self, path: str, aligned: list[Row], base: list[Any], mine: list[Any], theirs: list[Any]
    ) -> list[Any]:
        items: list[Any] = []
        for index, row in enumerate(aligned):
            at = child_path(path, index)
            if row.mine is not None and row.theirs is not None:
                was = {} if row.base is None else base[row.base]
                items.append(self.merged(at, was, mine[row.mine], theirs[row.theirs]))
            elif row.mine is not None:
                items.append(mine[row.mine])
            elif row.theirs is not None:
                self.taken.append(at)
                items.append(theirs[row.theirs])
        if [it.mine for it in aligned if it.mine is not None] != list(range(len(mine))):
            self.taken.append(path)  # they removed or moved some
        return items

    def sources(self, base: list[Any], mine: list[Any], theirs: list[Any]) -> _Sources:
        """Return the sources of both. One that only one side removed stays if the other edited it.

        Else markers of the other side would lose it.
        """
        aligned = rows(base, mine, theirs, cited=True) or []
        if mine == base != theirs:
            self.taken.append("$.sources")
            merged = theirs
        else:
            merged = self._joined("$.sources", aligned, base, mine, theirs)
        indexes = (
            [it.base for it in aligned],
            [it.mine for it in aligned],
            [it.theirs for it in aligned],
        )
        counts = (len(base), len(mine), len(theirs))
        first, *others = map(_numbers, indexes, counts)
        # A side's marker that has no source there means what it meant before.
        gone = {number: it for number, it in first.items() if number <= len(base)}
        numbers = (
            it | {number: new for number, new in gone.items() if number > count}
            for it, count in zip(others, counts[1:], strict=True)
        )
        return _Sources(merged, (first, *numbers))


def _numbers(indexes: list[int | None], count: int) -> dict[int, int | None]:
    """Return the merged number of each of ``count`` sources, from 1; None where it is gone.

    A marker to none of them still is one: its number goes up with the sources.
    """
    numbers: dict[int, int | None] = dict.fromkeys(range(1, count + 1))
    numbers |= {old + 1: new for new, old in enumerate(indexes, 1) if old is not None}
    more = len(indexes) - count
    return numbers | {old: min(max(old + more, 1), 99) for old in range(count + 1, 100)}


def _is_as_numbered(versions: tuple[dict[str, Any], ...], sources: _Sources) -> bool:
    """Return whether the texts are right with the numbers that the merged sources have.

    They are where only one side changed texts, and its sources have these numbers.
    """
    base, *sides = versions
    writers = [it for it, side in enumerate(sides) if side["perspectives"] != base["perspectives"]]
    if len(writers) > 1:
        return False
    before = len(base["sources"])
    return any(
        all(new == old or len(sides[it]["sources"]) < old <= before for old, new in numbers.items())
        for it, numbers in enumerate(sources.numbers[1:])
        if it in (writers or (0, 1))
    )


def _renumber(
    document: dict[str, Any], numbers: dict[int, int | None], before: set[str], count: int
) -> None:
    """Give markers the numbers of the ``count`` merged sources.

    Where a source is gone, its markers go from texts that are as ``before``. In others they stay
    as markers without a source, since somebody who wrote them is to see that.
    """
    gone = [old for old, new in numbers.items() if new is None]
    missing = numbers | {old: min(count + 1 + it, 99) for it, old in enumerate(gone)}
    for group in document["perspectives"]:
        for point in group["points"]:
            chosen = numbers if point["text"] in before else missing
            point["text"] = footnotes.renumber(point["text"], chosen)


def _texts(document: dict[str, Any]) -> list[str]:
    return [point["text"] for group in document["perspectives"] for point in group["points"]]


def _as_json(entry: Entry) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(entry.to_json())
    return document


def _keys(path: str) -> list[Any]:
    parts = path.removeprefix("$").replace("[", ".").split(".")
    return [int(it[:-1]) if re.fullmatch(r"\d+\]", it) else it for it in parts if it] or [""]
