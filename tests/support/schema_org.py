"""Reads what a page says in the terms of schema.org, and holds it to the vocabulary.

``schema_org.json`` has the part of the vocabulary (version 29) that is used here: the parents of
each type, on which types a property may stand and what its values may be.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from samples import text_of

VOCABULARY = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
SCHEMA = "https://schema.org/"
_FORMS = {
    "Date": re.compile(r"\d{4}-\d\d-\d\d"),
    "DateTime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)"),
    "URL": re.compile(r"https?://\S+"),
    "Text": re.compile(r"(?s).+"),
}

Item = dict[str, Any]


def json_ld(tree: Any) -> list[Item]:  # noqa: ANN401  # html5lib gives an untyped element tree
    """Return the JSON-LD blocks of a document, in order."""
    scripts = [it for it in tree.iter("script") if it.get("type") == "application/ld+json"]
    return [json.loads(it.text) for it in scripts]


def microdata(tree: Any) -> list[Item]:  # noqa: ANN401
    """Return the top-level microdata items of a tree (HTML, 5.2), as JSON-LD would have them.

    Of a property with several values the item has a list.
    """
    found: list[Item] = []
    _walk(tree, None, found)
    return found


def _walk(element: Any, item: Item | None, found: list[Item]) -> None:  # noqa: ANN401
    for child in element:
        inner = item
        if child.get("itemscope") is not None:
            inner = {"@type": child.get("itemtype", "").removeprefix(SCHEMA)}
            if child.get("itemprop") is None:
                found.append(inner)
        if child.get("itemprop") is not None and item is not None:
            value = inner if child.get("itemscope") is not None else _value(child)
            for name in child.get("itemprop").split():
                _add(item, name, value)
        _walk(child, inner, found)


def _add(item: Item, name: str, value: object) -> None:
    if name not in item:
        item[name] = value
    elif isinstance(item[name], list):
        item[name].append(value)
    else:
        item[name] = [item[name], value]


def _value(element: Any) -> str:  # noqa: ANN401
    for tag, attribute in (("meta", "content"), ("a", "href"), ("link", "href")):
        if element.tag == tag:
            value: str = element.get(attribute, "")
            return value
    return element.get("datetime") or text_of(element)


def problems(item: Item) -> Iterator[str]:
    """Yield what is wrong with ``item``, and with the items in it, by the vocabulary."""
    kind = item.get("@type")
    if kind not in VOCABULARY["types"]:
        yield f"{kind!r} is no type"
        return
    for name, values in item.items():
        if name.startswith("@"):
            continue
        if (rule := VOCABULARY["properties"].get(name)) is None:
            yield f"{kind}: {name!r} is no property"
            continue
        if not _lineage(kind).intersection(rule["on"]):
            yield f"{kind} has no {name}"
        for value in values if isinstance(values, list) else [values]:
            if isinstance(value, dict):
                yield from problems(value)
                fits = bool(_lineage(value.get("@type", "")).intersection(rule["values"]))
            else:
                fits = any(_is(value, expected) for expected in rule["values"])
            if not fits:
                yield f"{kind}: {value!r} is no {name}"


def _is(value: object, expected: str) -> bool:
    if not isinstance(value, str):
        return False
    if members := VOCABULARY["enumerations"].get(expected):
        return value.startswith(SCHEMA) and value.removeprefix(SCHEMA) in members
    # Where an item is expected, schema.org takes its URL too.
    form = _FORMS["URL"] if expected in VOCABULARY["types"] else _FORMS[expected]
    return form.fullmatch(value) is not None


def _lineage(kind: str) -> set[str]:
    parents = VOCABULARY["types"].get(kind)
    if parents is None:
        return set()
    return {kind}.union(*(_lineage(parent) for parent in parents))
