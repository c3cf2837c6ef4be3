"""What the editor's buttons and handles do to a document: add, remove, move, cite.

Each names the item that it is about, after its place in the form: ``sources.2``. When sources
move or go, the markers in all points follow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from widget.entry import footnotes, light_html
from widget.web.admin.form_edits import Step, apply, items_of, texts_of
from widget.web.admin.forms import POINT, SOURCE, Document
from widget.web.admin.interface import gettext as _
from widget.web.admin.interface import ngettext
from widget.web.admin.terms import place as place_name

_MOVE = re.compile(r"(?P<item>.+)\.(?:(?P<way>up|down)|to\.(?P<to>\d\d?))", re.ASCII)
_FIRST = {"points": "text", "sources": "url", "corrections": "note", "perspectives": "role"}


@dataclass(frozen=True, slots=True)
class FormAction:
    """What was done: the name of the control to focus, and the text for screen readers.

    Both are empty where nothing was done. ``back`` are the steps that take it back.
    """

    at: str = ""
    words: str = ""
    back: list[Step] = field(default_factory=list)


def arrange(document: Document, form: Mapping[str, str]) -> FormAction | None:
    """Perform the action of the button that was pressed; return None where none was.

    ``add=sources``, ``add=perspectives.0.points.1`` (behind that point, with its text from ``rest``
    on, without ``cut`` before it), ``add=missing-sources``, ``remove=sources.2``,
    ``move=sources.2.up`` (``down``, ``to.0``), ``cite=perspectives.0.points.1.3``. What names no
    item changes nothing.
    """
    for verb, act in _ACTIONS.items():
        if verb in form:
            try:
                return act(document, form[verb], form)
            except (KeyError, IndexError, ValueError, TypeError, AttributeError):
                return FormAction()
    return None


def missing_sources(document: Document) -> int:
    """Return how many sources are missing: up to the highest marker that a point has."""
    numbers = [0]
    for text in texts_of(document).values():
        if not light_html.cost_problem(text):
            numbers += [it.number for it in footnotes.markers(light_html.clean(text))]
    return max(0, max(numbers) - len(document["sources"]))


def _add(document: Document, name: str, form: Mapping[str, str]) -> FormAction:
    if name == "missing-sources":
        return _add_missing(document)
    if name.rpartition(".")[2].isdecimal():
        return _add_behind(document, name, form.get("cut", ""), form.get("rest", ""))
    kind = name.rpartition(".")[2]
    now = datetime.now(UTC).replace(microsecond=0, tzinfo=None).isoformat()
    blanks: dict[str, Document] = {
        "perspectives": {"role": "context", "heading": None, "points": [dict(POINT)]},
        "points": dict(POINT),
        "sources": dict(SOURCE),
        "corrections": {"at": f"{now}Z", "kind": "correction", "note": ""},
    }
    count = len(items_of(document, name))
    back = apply(document, [{"insert": name, "at": count, "item": blanks[kind]}])
    item = f"{name}.{count}"
    return FormAction(f"{item}.{_FIRST[kind]}", _("%(item)s was added.", item=_called(item)), back)


def _add_missing(document: Document) -> FormAction:
    count, first = missing_sources(document), len(document["sources"])
    steps = [{"insert": "sources", "at": first + it, "item": dict(SOURCE)} for it in range(count)]
    if not steps:
        return FormAction()
    words = ngettext("%(num)d source was added.", "%(num)d sources were added.", count)
    return FormAction(f"sources.{first}.url", words, apply(document, steps))


def _add_behind(document: Document, name: str, cut: str, rest: str) -> FormAction:
    """Add a point behind another, with the end of its text; what is selected before it goes."""
    place, index = _item(document, name)
    text = items_of(document, place)[index]["text"]
    rest = rest.replace("\r\n", "\n")
    end = cut.replace("\r\n", "\n") + rest
    steps: list[Step] = [
        {"insert": place, "at": index + 1, "item": {**POINT, "text": rest.lstrip()}}
    ]
    if end and text.endswith(end):
        steps.append({"set": f"{name}.text", "to": text.removesuffix(end).rstrip()})
    item = f"{place}.{index + 1}"
    return FormAction(
        f"{item}.text", _("%(item)s was added.", item=_called(item)), apply(document, steps)
    )


def _remove(document: Document, name: str, form: Mapping[str, str]) -> FormAction:
    place, index = _item(document, name)
    back = apply(document, [{"remove": place, "at": index}])
    count = len(items_of(document, place))
    words = _("%(item)s was removed.", item=_called(name))
    if place == "sources":
        words = " ".join([words, _("Its markers went with it.")])
    first = _FIRST[place.rpartition(".")[2]]
    # By Backspace the caret goes to the end of what stands before.
    next_index = max(index - 1, 0) if "backwards" in form else min(index, count - 1)
    at = f"{place}.{next_index}.{first}" if count else f"{place}.add"
    return FormAction(at, words, back)


def _move(document: Document, name: str, form: Mapping[str, str]) -> FormAction:
    del form
    match = _MOVE.fullmatch(name)
    if match is None:
        return FormAction()
    place, old = _item(document, match["item"])
    count = len(items_of(document, place))
    new = int(match["to"]) if match["to"] else old + {"up": -1, "down": 1}[match["way"]]
    if new == old or not 0 <= new < count:
        return FormAction()
    back = apply(document, [{"move": place, "at": old, "to": new}])
    # Focus the same button again; at an end of the list, where it is disabled, the other one.
    way = "down" if new == 0 else "up" if new == count - 1 else match["way"] or "up"
    item = _called(match["item"])
    words = _(
        "%(item)s is number %(number)d of %(count)d now.", item=item, number=new + 1, count=count
    )
    if place == "sources":
        words = " ".join([words, _("The markers follow.")])
    return FormAction(f"{place}.{new}.{way}", words, back)


def _cite(document: Document, name: str, form: Mapping[str, str]) -> FormAction:
    del form
    point, __, number = name.rpartition(".")
    place, index = _item(document, point)
    text = items_of(document, place)[index]["text"].rstrip()
    # Before the full stop, as is the style of the panel.
    end = re.search(r"[.!?…]?$", text)
    cut = end.start() if end else len(text)
    gap = "" if text[:cut].endswith("]") else " "
    cited = f"{text[:cut]}{gap}[{int(number)}]{text[cut:]}"
    back = apply(document, [{"set": f"{point}.text", "to": cited}])
    words = _("%(item)s cites source %(number)d.", item=_called(point), number=int(number))
    return FormAction(f"{point}.text", words, back)


_ACTIONS = {"add": _add, "remove": _remove, "move": _move, "cite": _cite}


def _item(document: Document, name: str) -> tuple[str, int]:
    """Return the place of the list that an item is in, and the item's index."""
    place, __, number = name.rpartition(".")
    index = int(number)
    if not 0 <= index < len(items_of(document, place)):
        raise IndexError(name)
    return place, index


def _called(item: str) -> str:
    return place_name("$." + re.sub(r"\.(\d+)", r"[\1]", item))
