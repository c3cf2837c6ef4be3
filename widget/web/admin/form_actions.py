"""What the editor's buttons and handles do to a document: add, remove, move, cite.

Each names the item that it is about, after its place in the form: ``sources.2``. When sources
move or go, the markers in all points follow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from widget.editorial import comparison
from widget.entry import footnotes
from widget.web.admin.forms import LINES, POINT, SOURCE, Document

_MOVE = re.compile(r"(?P<item>.+)\.(?:(?P<way>up|down)|to\.(?P<to>\d\d?))", re.ASCII)
_FIRST = {"points": "text", "sources": "title", "corrections": "note", "perspectives": "role"}


@dataclass(frozen=True, slots=True)
class FormAction:
    """What was done: the name of the control to focus, and the text for screen readers.

    Both are empty where nothing was done.
    """

    at: str = ""
    words: str = ""


def arrange(document: Document, form: Mapping[str, str]) -> FormAction | None:
    """Perform the action of the button that was pressed; return None where none was.

    ``add=sources``, ``remove=sources.2``, ``move=sources.2.up`` (``down``, ``to.0``),
    ``cite=perspectives.0.points.1.3``. What names no item changes nothing.
    """
    for verb, act in (("add", _add), ("remove", _remove), ("move", _move), ("cite", _cite)):
        if verb in form:
            try:
                return act(document, form[verb])
            except (KeyError, IndexError, ValueError, TypeError, AttributeError):
                return FormAction()
    return None


def _add(document: Document, name: str) -> FormAction:
    items = _items(document, name)
    kind = name.rpartition(".")[2]
    now = datetime.now(UTC).replace(microsecond=0, tzinfo=None).isoformat()
    blanks: dict[str, Document] = {
        "perspectives": {"role": "context", "heading": None, "points": [dict(POINT)]},
        "points": dict(POINT),
        "sources": dict(SOURCE),
        "corrections": {"at": f"{now}Z", "kind": "correction", "note": ""},
    }
    items.append(blanks[kind])
    item = f"{name}.{len(items) - 1}"
    return FormAction(f"{item}.{_FIRST[kind]}", f"{_called(item)} was added.")


def _remove(document: Document, name: str) -> FormAction:
    place, items, index = _item(document, name)
    count = len(items)
    del items[index]
    follow = ""
    if place == "sources":
        _renumber(document, [number for number in range(count) if number != index], count)
        follow = " Its markers went with it."
    first = _FIRST[place.rpartition(".")[2]]
    at = f"{place}.{min(index, len(items) - 1)}.{first}" if items else f"{place}.add"
    return FormAction(at, f"{_called(name)} was removed.{follow}")


def _move(document: Document, name: str) -> FormAction:
    match = _MOVE.fullmatch(name)
    if match is None:
        return FormAction()
    place, items, old = _item(document, match["item"])
    new = int(match["to"]) if match["to"] else old + {"up": -1, "down": 1}[match["way"]]
    if new == old or not 0 <= new < len(items):
        return FormAction()
    order = list(range(len(items)))
    order.insert(new, order.pop(old))
    items.insert(new, items.pop(old))
    follow = ""
    if place == "sources":
        _renumber(document, order, len(items))
        follow = " The markers follow."
    # Focus the same button again; at an end of the list, where it is disabled, the other one.
    way = "down" if new == 0 else "up" if new == len(items) - 1 else match["way"] or "up"
    words = f"{_called(match['item'])} is number {new + 1} of {len(items)} now.{follow}"
    return FormAction(f"{place}.{new}.{way}", words)


def _cite(document: Document, name: str) -> FormAction:
    point, _, number = name.rpartition(".")
    _, items, index = _item(document, point)
    text = items[index]["text"].rstrip()
    # Before the full stop, as is the style of the panel.
    end = re.search(r"[.!?…]?$", text)
    cut = end.start() if end else len(text)
    gap = "" if text[:cut].endswith("]") else " "
    items[index]["text"] = f"{text[:cut]}{gap}[{int(number)}]{text[cut:]}"
    return FormAction(f"{point}.text", f"{_called(point)} cites source {int(number)}.")


def _renumber(document: Document, order: list[int], count: int) -> None:
    """Renumber the markers; ``order`` lists the old indices of the ``count`` sources."""
    numbers: dict[int, int | None] = dict.fromkeys(range(1, count + 1))
    numbers |= {old + 1: new + 1 for new, old in enumerate(order)}
    for group in document["perspectives"]:
        for point in group["points"]:
            point["text"] = footnotes.renumber(point["text"], numbers)


def _item(document: Document, name: str) -> tuple[str, list[Any], int]:
    """Return the place of the list that an item is in, the list, and the item's index."""
    place, _, number = name.rpartition(".")
    items = _items(document, place)
    index = int(number)
    if not 0 <= index < len(items):
        raise IndexError(name)
    return place, items, index


def _items(document: Document, name: str) -> list[Any]:
    part: Any = document
    for step in name.split("."):
        part = part[int(step)] if isinstance(part, list) else part[step]
    if not isinstance(part, list) or name.rpartition(".")[2] in LINES:
        raise KeyError(name)
    return part


def _called(item: str) -> str:
    return comparison.label_of("$." + re.sub(r"\.(\d+)", r"[\1]", item))
