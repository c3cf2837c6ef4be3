"""Changes of a document in steps that can be taken back.

A step is a dict, so that the form can carry it: ``{"insert": "sources", "at": 1, "item": {…}}``,
``{"remove": "sources", "at": 1}``, ``{"move": "sources", "at": 1, "to": 0}``,
``{"set": "sources.1.title", "to": …, "was": …}``. A value is set only where it is still ``was``.
When sources come, move or go, the markers in all points follow.
"""

from __future__ import annotations

import copy
from typing import Any

from widget.entry import footnotes
from widget.web.admin.forms import LINES, POINT, SOURCE, Document

Step = dict[str, Any]
_KEYS = {
    "perspectives": {"role", "heading"},
    "points": set(POINT),
    "sources": set(SOURCE),
    "corrections": {"at", "kind", "note"},
}


def apply(document: Document, steps: list[Step]) -> list[Step]:
    """Take the steps, and return those that take them back.

    Raises KeyError, IndexError, ValueError, TypeError or AttributeError where a step names nothing;
    the document may then be changed in part.
    """
    inverse: list[Step] = []
    for step in steps:
        inverse = [*_apply(document, step), *inverse]
    return inverse


def _apply(document: Document, step: Step) -> list[Step]:
    if "set" in step:
        return _set(document, step)
    if "insert" in step:
        return _insert(document, step["insert"], step["at"], step["item"])
    if "remove" in step:
        return _remove(document, step["remove"], step["at"])
    return _move(document, step["move"], step["at"], step["to"])


def items_of(document: Document, name: str) -> list[Any]:
    """Return the list at ``name``, such as ``perspectives.0.points``. Raises as ``apply`` does."""
    part: Any = document
    for step in name.split("."):
        part = part[int(step)] if isinstance(part, list) else part[step]
    if not isinstance(part, list) or name.rpartition(".")[2] in LINES:
        raise KeyError(name)
    return part


def texts_of(document: Document) -> dict[str, str]:
    """Return the text of each point by the name of its field."""
    return {
        f"perspectives.{group}.points.{index}.text": point["text"]
        for group, perspective in enumerate(document["perspectives"])
        for index, point in enumerate(perspective["points"])
    }


def _set(document: Document, step: Step) -> list[Step]:
    place, _, key = str(step["set"]).rpartition(".")
    part: Any = document
    for name in place.split("."):
        part = part[int(name)] if isinstance(part, list) else part[name]
    before = part[key]
    if not isinstance(before, str | None) or not isinstance(step["to"], str | None):
        raise TypeError(step["set"])
    if "was" in step and before != step["was"]:
        return []
    part[key] = step["to"]
    return [{"set": step["set"], "to": before, "was": step["to"]}]


def _insert(document: Document, place: str, at: int, item: Document) -> list[Step]:
    items = items_of(document, place)
    count = len(items)
    if not 0 <= at <= count:
        raise IndexError(at)
    _check_item(item, place.rpartition(".")[2])
    items.insert(at, copy.deepcopy(item))
    if place == "sources":
        _renumber(document, {number: number + 1 for number in range(at + 1, count + 1)})
    return [{"remove": place, "at": at}]


def _check_item(item: Any, kind: str) -> None:  # noqa: ANN401  # the form carries it
    """Raise ValueError for what the editor's page cannot show as an item of the list."""
    values = dict(item)
    points = values.pop("points", []) if kind == "perspectives" else []
    for point in list(points):
        _check_item(point, "points")
    if not _KEYS[kind] <= set(values) or not all(
        isinstance(it, str | None) for it in values.values()
    ):
        raise ValueError(kind)


def _remove(document: Document, place: str, at: int) -> list[Step]:
    items = items_of(document, place)
    if not 0 <= at < len(items):
        raise IndexError(at)
    item = items.pop(at)
    inverse: list[Step] = [{"insert": place, "at": at, "item": item}]
    if place == "sources":
        later = range(at + 2, len(items) + 2)
        before = texts_of(document)
        _renumber(document, {at + 1: None, **{number: number - 1 for number in later}})
        back: dict[int, int | None] = {number - 1: number for number in later}
        for name, text in texts_of(document).items():
            # What the text will be once the source is back, without its markers.
            bare = footnotes.renumber(text, back)
            if bare != before[name]:
                inverse.append({"set": name, "to": before[name], "was": bare})
    return inverse


def _move(document: Document, place: str, at: int, to: int) -> list[Step]:
    items = items_of(document, place)
    count = len(items)
    if not (0 <= at < count and 0 <= to < count):
        raise IndexError(at)
    order = list(range(count))
    order.insert(to, order.pop(at))
    items.insert(to, items.pop(at))
    if place == "sources":
        _renumber(document, {old + 1: new + 1 for new, old in enumerate(order)})
    return [{"move": place, "at": to, "to": at}]


def _renumber(document: Document, numbers: dict[int, int | None] | dict[int, int]) -> None:
    for group in document["perspectives"]:
        for point in group["points"]:
            point["text"] = footnotes.renumber(point["text"], dict(numbers))
