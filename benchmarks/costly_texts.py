"""The costliest light HTML that is accepted: the slowest shapes found, each up to the limits."""

from __future__ import annotations

import json
from typing import Any

from widget.entry import Entry, light_html, parse_entry
from widget.entry.limits import MAX_COST, light_texts

# What is repeated, and what fills the rest of the text.
SHAPES = {
    "tags that never end": ("<a ", "x "),
    "bold tags that never end": ("<b ", "x "),
    "one tag of many attributes": ("<a a b c d e f g", ""),
    "links": ("<a href=https://a.example/>", ""),
    "open elements": ("<i><b>", ""),
    "references": ("&#x41;", ""),
    "quoted signs": ("<a b='>' ", "c d "),
    "one tag of numbered attributes": ("<a ", ""),
    "references to no character": ("&nosuch;", ""),
}
MAX_TEXTS = 72
_ATTRIBUTE_PREFIXES = {"one tag of many attributes": " n", "one tag of numbered attributes": " "}
_ROLES = ("ideas", "different-views", "context", "reply", "ideas", "context")


def filled(shape: str, number: int) -> str:
    """Return the costliest text of a shape that is accepted, another one for each number."""
    unit, rest = SHAPES[shape]
    count = min(light_html.MAX_ANGLES // max(1, unit.count("<")), 4_000 // len(unit))
    count = min(count, light_html.MAX_AMPERSANDS // max(1, unit.count("&")))
    attributes = ""
    if prefix := _ATTRIBUTE_PREFIXES.get(shape):
        count = 1
        attributes = "".join(f"{prefix}{index}" for index in range(900))
    text = f"{unit * count}{attributes}"
    return f"{number} {text}{rest * ((4_900 - len(text)) // max(1, len(rest)))}"[:4_990] + " [1]"


def with_texts(document: dict[str, Any], texts: list[str]) -> Entry:
    """Return the entry of ``document`` with these points instead of its own."""
    groups: list[dict[str, Any]] = []
    for start in range(0, len(texts), 12):
        points = [{"text": text, "attributed_to": None} for text in texts[start : start + 12]]
        groups.append({"role": _ROLES[len(groups)], "heading": None, "points": points})
    return parse_entry(json.dumps({**document, "perspectives": groups}).encode())


def costliest(document: dict[str, Any], shape: str, *, first: int = 0) -> Entry:
    """Return ``document`` with as many texts of a shape as an entry may have.

    The texts are numbered from ``first``.
    """
    texts: list[str] = []
    while len(texts) < MAX_TEXTS:
        texts.append(filled(shape, first + len(texts)))
        entry = with_texts(document, texts)
        if sum(light_html.cost(text) for _, text in light_texts(entry)) > MAX_COST:
            texts.pop()
            break
    return with_texts(document, texts)
