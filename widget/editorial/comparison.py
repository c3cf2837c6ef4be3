"""Differences between two texts, word by word, and between two entries, field by field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from widget.entry import Entry
from widget.errors import Message, message

Kind = Literal["same", "removed", "added"]

_WORD = re.compile(r"\s+|\w+(?:['’-]\w+)*|[^\w\s]")  # noqa: RUF001  # the apostrophe of typeset text
_SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]*\s*|[.!?\n]+\s*")
_MAX_PAIRS = 40_000
"""The most pairs of words that are compared: this takes a tenth of a second."""
_LABELS: dict[str, Message] = {
    "language": message("language"),
    "article": message("article"),
    "url": message("address"),
    "aliases": message("other address"),
    "title": message("title"),
    "authors": message("author"),
    "section": message("section"),
    "kind": message("kind"),
    "published": message("date"),
    "viewpoint": message("viewpoint"),
    "lean": message("lean"),
    "rationale": message("rationale"),
    "confidence": message("confidence"),
    "perspectives": message("group"),
    "role": message("role"),
    "heading": message("heading"),
    "points": message("point"),
    "text": message("text"),
    "attributed_to": message("attributed to"),
    "none_because": message("why there are none"),
    "sources": message("source"),
    "publisher": message("published by"),  # "publisher" is the role of a user
    "type": message("type"),
    "quote": message("quote"),
    "archive_url": message("archived copy"),
    "provenance": message("provenance"),
    "origin": message("origin"),
    "provider": message("provider"),
    "model": message("model"),
    "generated_at": message("generated at"),
    "reviewed_by": message("reviewed by"),
    "reviewed_at": message("reviewed at"),
    "corrections": message("correction"),
    "at": message("time"),
    "note": message("note"),
}
_SILENT = frozenset({"schema", "id"})


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words in both texts (same), in the older (removed) or in the newer one (added)."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """A field that differs: its JSONPath (in the newer document, else the older) and label."""

    path: str
    label: str
    pieces: tuple[Piece, ...]


def words(old: str, new: str) -> tuple[Piece, ...]:
    """Return both texts as one sequence of pieces.

    The pieces that are not ``added`` form ``old``; those that are not ``removed`` form ``new``.
    """
    removed = added = ""
    pieces: list[Piece] = []
    position = 0
    for same, removed_text, added_text in _runs(old, new):
        position += len(removed_text)
        # Include a space between two changed words: one phrase is easier to read than two.
        if not same or (removed_text.isspace() and (removed or added) and position < len(old)):
            removed, added = removed + removed_text, added + added_text
            continue
        pieces += _changed(removed, added)
        removed = added = ""
        pieces.append(Piece("same", removed_text))
    return (*pieces, *_changed(removed, added))


_Run = tuple[bool, str, str]
"""Whether both texts are equal here, the older text, the newer text."""


def _runs(old: str, new: str) -> Iterator[_Run]:
    """Compare word by word; long texts sentence by sentence first.

    SequenceMatcher takes cubic time at worst: 40 s for two texts of a thousand words.
    """
    before, after = _WORD.findall(old), _WORD.findall(new)
    if _are_few(before, after):
        yield from _compared(before, after)
        return
    for same, removed_text, added_text in _trimmed(_SENTENCE.findall(old), _SENTENCE.findall(new)):
        if same:
            yield same, removed_text, added_text
        else:
            yield from _trimmed(_WORD.findall(removed_text), _WORD.findall(added_text))


def _are_few(before: list[str], after: list[str]) -> bool:
    return len(before) * len(after) <= _MAX_PAIRS


def _trimmed(before: list[str], after: list[str]) -> Iterator[_Run]:
    """Compare what lies between the common prefix and suffix, unless it is too long."""
    least = min(len(before), len(after))
    start = next((i for i in range(least) if before[i] != after[i]), least)
    rest = range(1, least - start + 1)
    end = next((i - 1 for i in rest if before[-i] != after[-i]), least - start)
    removed_text, added_text = before[start : len(before) - end], after[start : len(after) - end]
    if start:
        yield True, "".join(before[:start]), "".join(after[:start])
    if _are_few(removed_text, added_text):
        yield from _compared(removed_text, added_text)
    else:
        yield False, "".join(removed_text), "".join(added_text)
    if end:
        yield True, "".join(before[-end:]), "".join(after[-end:])


def _compared(before: list[str], after: list[str]) -> Iterator[_Run]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, i, j, k, end in matcher.get_opcodes():
        yield tag == "equal", "".join(before[i:j]), "".join(after[k:end])


def _changed(removed: str, added: str) -> Iterator[Piece]:
    if removed == added:
        if removed:
            yield Piece("same", removed)
        return
    if removed:
        yield Piece("removed", removed)
    if added:
        yield Piece("added", added)


def entries(old: Entry | None, new: Entry | None) -> list[FieldDiff]:
    """Return every field that differs, in the order of the document.

    None stands for no entry: everything in the other one was added or removed.
    """
    return documents(_document(old), _document(new))


def documents(old: dict[str, Any], new: dict[str, Any]) -> list[FieldDiff]:
    """Return every field that differs. The documents need not be valid entries."""
    return list(_field_diffs(old, new, "$", ()))


def _document(entry: Entry | None) -> dict[str, Any]:
    return {} if entry is None else entry.model_dump(mode="json", by_alias=True)


def _field_diffs(old: Any, new: Any, path: str, names: tuple[str, ...]) -> Iterator[FieldDiff]:  # noqa: ANN401  # any of JSON's types
    if old == new:
        return
    if isinstance(old, dict) or isinstance(new, dict):
        old, new = old or {}, new or {}
        for key in dict.fromkeys([*new, *old]):
            if names or key not in _SILENT:
                step = (*names, _LABELS.get(key, key))
                yield from _field_diffs(old.get(key), new.get(key), f"{path}.{key}", step)
    elif isinstance(old, list) or isinstance(new, list):
        yield from _lists(old or [], new or [], path, names)
    else:
        pieces = words(_text(old), _text(new))
        if pieces:
            yield FieldDiff(path, _label(names), pieces)


def _lists(
    old: list[Any], new: list[Any], path: str, names: tuple[str, ...]
) -> Iterator[FieldDiff]:
    """Match equal items first, so that an inserted item does not change all items after it."""
    before, after = ([json.dumps(item, sort_keys=True) for item in it] for it in (old, new))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    # Lists longer than in any entry, as forms may send them, are compared index by index.
    codes = (
        matcher.get_opcodes()
        if _are_few(before, after)
        else [("replace", 0, len(before), 0, len(after))]
    )
    for tag, i, j, k, end in codes:
        if tag == "equal":
            continue
        for offset in range(max(j - i, end - k)):
            was = old[i + offset] if i + offset < j else None
            now = new[k + offset] if k + offset < end else None
            index = k + offset if now is not None else i + offset
            numbered = (*names[:-1], _numbered(names[-1], index))
            yield from _field_diffs(was, now, f"{path}[{index}]", numbered)


def _text(value: object) -> str:
    return "" if value is None else str(value)


class _Label(Message):
    """Parts of a document from the outside in, which begin with a capital in every language."""

    __slots__ = ()

    def translated(self, *catalog: Any) -> str:  # noqa: ANN401  # as the base class takes them
        """Return the label in the language of a catalog."""
        text = super().translated(*catalog)
        return text[:1].upper() + text[1:]


def _label(names: tuple[str, ...]) -> Message:
    """Return the label of a part: ``("source 3", "address")`` is "Source 3, address"."""
    inner: str = names[-1] if names else ""
    for outer in reversed(names[:-1]):
        inner = message("%(outer)s, %(inner)s", outer=outer, inner=inner)
    label = _Label(inner[:1].upper() + inner[1:])
    label.template, label.plural, label.number, label.values = "%(part)s", "", None, {"part": inner}
    return label


def _numbered(name: str, index: int) -> Message:
    return message("%(part)s %(number)d", part=name, number=index + 1)


def label_of(path: str) -> Message:
    """Return the label of a JSONPath: ``$.sources[2].url`` is "Source 3, address"."""
    names: list[str] = []
    for key, index in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        if key:
            names.append(_LABELS.get(key, key))
        elif names:
            names[-1] = _numbered(names[-1], int(index))
    return _label(tuple(names)) if names else message("The document")
