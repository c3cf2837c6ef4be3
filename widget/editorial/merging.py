"""Merges two changes of one entry, part by part, over the version that both began with.

A part is a field, a point or a source. Where only one side changed it, that change is taken; where
both did, differently, the part is in conflict.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from widget.entry import Entry
from widget.entry.json_input import child_path

_MISSING = object()


@dataclass(frozen=True, slots=True)
class PartConflict:
    """A part that both sides changed, at its path in the merged document, as JSON values."""

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
    document = state.merged("$", _as_json(base), _as_json(mine), _as_json(theirs))
    return Merge(document, tuple(state.taken), tuple(state.conflicts))


def copy_part(source: Any, target: Any, path: str) -> None:  # noqa: ANN401  # JSON
    """Copy the part at ``path``, such as ``$.perspectives[0].points[1].text``.

    Does nothing where either document has no such place.
    """
    *parents, last = _keys(path)
    try:
        for key in parents:
            source, target = source[key], target[key]
        if isinstance(target, dict) and last not in target:
            return
        target[last] = json.loads(json.dumps(source[last]))
    except (LookupError, TypeError):
        return


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
        """Return the list of both, _MISSING where they cannot be told apart.

        One side may have moved, added or removed items while the other edited some in their place.
        """
        if len(base) == len(mine) == len(theirs):
            triples = enumerate(zip(base, mine, theirs, strict=True))
            return [self.merged(child_path(path, i), *triple) for i, triple in triples]
        if len(mine) == len(base):
            return self._with_edits(path, base, theirs, mine, edits_are_mine=True)
        if len(theirs) == len(base):
            return self._with_edits(path, base, mine, theirs, edits_are_mine=False)
        return _MISSING

    def _with_edits(
        self,
        path: str,
        base: list[Any],
        arranged: list[Any],
        edited: list[Any],
        *,
        edits_are_mine: bool,
    ) -> Any:  # noqa: ANN401
        """Return ``arranged`` with the items of ``base`` that ``edited`` changed in their place."""
        places = _places(base, arranged)
        changed = [i for i, item in enumerate(base) if edited[i] != item]
        if any(i not in places for i in changed):
            return _MISSING
        merged = list(arranged)
        for i in changed:
            merged[places[i]] = edited[i]
            if not edits_are_mine:
                self.taken.append(child_path(path, places[i]))
        if edits_are_mine:
            self.taken.append(path)
        return merged


def _places(base: list[Any], arranged: list[Any]) -> dict[int, int]:
    """Return where each item of ``base`` stands unchanged in ``arranged``."""
    before = [json.dumps(it, sort_keys=True) for it in base]
    after = [json.dumps(it, sort_keys=True) for it in arranged]
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


def _as_json(entry: Entry) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(entry.to_json())
    return document


def _keys(path: str) -> list[Any]:
    parts = path.removeprefix("$").replace("[", ".").split(".")
    return [int(it[:-1]) if re.fullmatch(r"\d+\]", it) else it for it in parts if it] or [""]
