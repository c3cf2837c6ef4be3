"""Adds what was pasted to a document: its items become points, its links sources."""

from __future__ import annotations

from collections.abc import Mapping

from widget.editorial.pasting import Pasted, PastedSource, read_pasted
from widget.entry import footnotes, urls
from widget.web.admin import forms
from widget.web.admin.form_actions import FormAction
from widget.web.admin.form_edits import Step, apply, items_of, texts_of
from widget.web.admin.forms import POINT, SOURCE, Document
from widget.web.admin.interface import gettext as _
from widget.web.admin.interface import ngettext


def paste(document: Document, form: Mapping[str, str]) -> FormAction | None:
    """Perform ``paste=PLACE`` of a form; return None where there is none.

    The place is a list of points, a point (behind which they go), ``perspectives`` or ``sources``.
    The text is in the field ``pasted.PLACE``, or in ``pasted`` where a script sends it. With
    ``rest``, the end of the point's text, it goes in front of that, in place of ``cut``.
    """
    place = form.get("paste")
    if place is None:
        return None
    try:
        group, at = _target(document, place)
    except (KeyError, IndexError, ValueError, TypeError, AttributeError):
        return FormAction()
    text = form.get("pasted") or form.get(f"pasted.{place}", "")
    cited = sum(bool(it["title"] or it["url"]) for it in document["sources"])
    pasted = read_pasted(text, cited=cited)
    if at is not None and "rest" in form:
        action = _paste_into(document, pasted, f"perspectives.{group}.points.{at - 1}.text", form)
        if action:
            return action
    return add_pasted(document, pasted, group=group, at=at)


def _paste_into(
    document: Document, pasted: Pasted, name: str, form: Mapping[str, str]
) -> FormAction | None:
    """Put what is one piece into a point's text; return None where it is not."""
    cut, rest = (form.get(it, "").replace("\r\n", "\n") for it in ("cut", "rest"))
    before = texts_of(document)[name]
    if sum(len(it.points) for it in pasted.groups) != 1 or not before.endswith(cut + rest):
        return None
    work = _Work(document)
    numbers = work.add_sources(pasted.sources)
    piece = footnotes.renumber(pasted.groups[0].points[0], numbers)
    start = before.removesuffix(cut + rest) if cut + rest else before
    text = f"{start}{form.get('lead', '')}{piece}{form.get('trail', '')}{rest}"
    work.do({"set": name, "to": text})
    words = summary(0, work.new_sources, pasted.removed) if work.new_sources else _("Pasted.")
    return FormAction(name, words, work.back)


def add_pasted(
    document: Document, pasted: Pasted, *, group: int = 0, at: int | None = None
) -> FormAction:
    """Add the points and sources to the document.

    Points under no heading go to the group of index ``group``, in front of its point ``at``.
    """
    work = _Work(document)
    numbers = work.add_sources(pasted.sources)
    count, first = 0, ""
    for part in pasted.groups:
        index = group if part.role is None else work.group_of(part.role)
        texts = [footnotes.renumber(it, numbers) for it in part.points]
        begin = work.add_points(index, texts, at if index == group else None)
        if index == group and at is not None:
            at = begin + len(texts)
        first = first or f"perspectives.{index}.points.{begin}.text"
        count += len(texts)
    words = summary(count, work.new_sources, pasted.removed)
    if not first and work.new_sources:
        first = f"sources.{len(document['sources']) - work.new_sources}.title"
    return FormAction(first, words, work.back)


def out_of_new(document: Document) -> list[Step]:
    """Return the steps that take all points and sources out of an entry that began with a paste.

    They leave what a new entry has, of which the first groups are the first of this one.
    """
    groups = list(enumerate(document["perspectives"]))
    steps: list[Step] = [
        {"remove": f"perspectives.{group}.points", "at": index}
        for group, perspective in groups
        for index in reversed(range(len(perspective["points"])))
    ]
    begun = len(forms.blank("", url="", title="", language="")["perspectives"])
    steps += [{"remove": "perspectives", "at": it} for it, _ in reversed(groups[begun:])]
    steps += [
        {"insert": f"perspectives.{it}.points", "at": 0, "item": {**POINT}}
        for it, _ in groups[:begun]
    ]
    steps += [{"remove": "sources", "at": it} for it in reversed(range(len(document["sources"])))]
    return [*steps, {"insert": "sources", "at": 0, "item": {**SOURCE}}]


def _target(document: Document, place: str) -> tuple[int, int | None]:
    """Return the group that items without a heading go to, and the index they go in at."""
    if place in ("perspectives", "sources"):
        return 0, None
    __, __, rest = place.partition("perspectives.")
    steps = rest.split(".")
    group = int(steps[0])
    items = items_of(document, f"perspectives.{group}.points")
    if len(steps) == 2:
        return group, None
    index = int(steps[2])
    if not 0 <= index < len(items):
        raise IndexError(place)
    return group, index + 1


class _Work:
    """Changes of a document that are made step by step, and the way back."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.back: list[Step] = []
        self.new_sources = 0

    def do(self, step: Step) -> None:
        self.back = [*apply(self.document, [step]), *self.back]

    def add_sources(self, sources: tuple[PastedSource, ...]) -> dict[int, int | None]:
        """Add those that are not there; return the number of each pasted one in the document."""
        numbers: dict[int, int | None] = {}
        if sources:
            self._drop_blank_sources()
        count = len(self.document["sources"])
        for number, source in enumerate(sources, 1):
            named = source.number - 1 if 0 < source.number <= count else None
            there = self._place_of(source) if named is None else named
            if there is None:
                there = len(self.document["sources"])
                item = {**SOURCE, "title": source.title, "url": source.url}
                self.do({"insert": "sources", "at": there, "item": item})
                self.new_sources += 1
            numbers[number] = there + 1
        return numbers

    def _place_of(self, source: PastedSource) -> int | None:
        if not source.url:
            return None
        for index, item in enumerate(self.document["sources"]):
            if item["url"] and _key(item["url"]) == _key(source.url):
                if source.title and not item["title"].strip():
                    self.do({"set": f"sources.{index}.title", "to": source.title})
                return index
        return None

    def _drop_blank_sources(self) -> None:
        """Remove the sources at the end in which nothing is, as a new entry has one."""
        texts = texts_of(self.document).values()
        while sources := self.document["sources"]:
            last = len(sources)
            cited = any(f"[{last}]" in text for text in texts)
            written = any(it for key, it in sources[-1].items() if key != "type")
            if cited or written:
                return
            self.do({"remove": "sources", "at": last - 1})

    def group_of(self, role: str) -> int:
        """Return the index of the group with a role; add one where there is none."""
        groups = self.document["perspectives"]
        for index, group in enumerate(groups):
            if group["role"] == role:
                return index
        item: Document = {"role": role, "heading": None, "points": []}
        self.do({"insert": "perspectives", "at": len(groups), "item": item})
        return len(groups) - 1

    def add_points(self, group: int, texts: list[str], at: int | None) -> int:
        """Add points to a group, in place of empty ones; return the index of the first."""
        place = f"perspectives.{group}.points"
        points = items_of(self.document, place)
        begin = len(points) if at is None else at
        while begin and _is_blank(points[begin - 1]):
            self.do({"remove": place, "at": begin - 1})
            begin -= 1
        for offset, text in enumerate(texts):
            item = {**POINT, "text": text}
            self.do({"insert": place, "at": begin + offset, "item": item})
        return begin


def _is_blank(point: Document) -> bool:
    return not (point["text"] or "").strip() and not point["attributed_to"]


def _key(url: str) -> str:
    try:
        return f"{urls.normalize(url)}#{url.partition('#')[2]}"
    except ValueError:
        return url


def summary(points: int, sources: int, removed: int) -> str:
    """Return what was added, and how many invisible characters were not, as a sentence."""
    of_points = ngettext("%(num)d point", "%(num)d points", points)
    of_sources = ngettext("%(num)d source", "%(num)d sources", sources)
    if points and sources:
        added = _("Added %(points)s and %(sources)s.", points=of_points, sources=of_sources)
    elif points or sources:
        added = _("Added %(items)s.", items=of_points if points else of_sources)
    else:
        added = _("Nothing was found to add.")
    if not removed:
        return added
    gone = ngettext(
        "%(num)d invisible character was removed.",
        "%(num)d invisible characters were removed.",
        removed,
    )
    return f"{added} {gone}"
