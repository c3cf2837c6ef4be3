"""Maps each JSONPath of a JSON document to its line number."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from widget.entry.json_input import MAX_DEPTH, child_path

# Also accepts an unterminated string; see json_input.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{},]|[^\s\[\]{}:,"]+|\n', re.DOTALL)


@dataclass(slots=True)
class _Container:
    """An object or array that is still open: its path, and the current key or index."""

    path: str
    key: str | int | None


def line_numbers(text: str) -> dict[str, int]:
    """Return the line, from 1, of each value of ``text``, by JSONPath (RFC 9535).

    A member is on the line of its key. ``text`` is JSON that ``json_input.read_json`` accepts; for
    other text the result is undefined, but nothing is raised.
    """
    numbers = {"$": 1}
    line = 1
    stack: list[_Container] = []
    for mark in (match[0] for match in _TOKEN.finditer(text)):
        here = stack[-1] if stack else _Container("$", "")
        if mark == "\n":
            line += 1
        elif mark in ("]", "}"):
            del stack[-1:]
        elif mark == ",":
            here.key = here.key + 1 if isinstance(here.key, int) else None
        elif here.key is None:
            here.key = _key(mark)
            numbers[child_path(here.path, here.key)] = line
        else:
            path = child_path(here.path, here.key) if stack else "$"
            numbers.setdefault(path, line)
            if mark in ("[", "{"):
                if len(stack) == MAX_DEPTH:
                    return numbers  # json_input rejects such text; each path below would be longer
                stack.append(_Container(path, 0 if mark == "[" else None))
    return numbers


def _key(mark: str) -> str:
    try:
        return str(json.loads(mark))
    except ValueError:
        return mark


def line_of(path: str, numbers: dict[str, int]) -> int:
    """Return the line of ``path``, or of its nearest ancestor in ``numbers``."""
    while path not in numbers and path != "$":
        path = re.sub(r"(?:\.[^.\[\]]*|\[[^\[\]]*\]|.)$", "", path) or "$"
    return numbers[path]
