"""The line of each value in a JSON document."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from widget.entry.json_input import MAX_DEPTH, step

# Matches an unterminated string, too; `read_json` refuses it.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{},]|[^\s\[\]{}:,"]+|\n', re.DOTALL)


@dataclass(slots=True)
class _Open:
    """An object or array that has not ended: where it is, and the key or index it is at."""

    path: str
    at: str | int | None


def lines(text: str) -> dict[str, int]:
    """Return the line, from 1, of each value in ``text``, by its JSONPath (RFC 9535).

    The line of an object's member is that of its key. ``text`` is JSON that ``read_json`` accepts;
    for other text the result is undefined, but nothing is raised.
    """
    found = {"$": 1}
    line = 1
    stack: list[_Open] = []
    for mark in (match[0] for match in _TOKEN.finditer(text)):
        here = stack[-1] if stack else _Open("$", "")
        if mark == "\n":
            line += 1
        elif mark in ("]", "}"):
            del stack[-1:]
        elif mark == ",":
            here.at = here.at + 1 if isinstance(here.at, int) else None
        elif here.at is None:
            here.at = _key(mark)
            found[step(here.path, here.at)] = line
        else:
            path = step(here.path, here.at) if stack else "$"
            found.setdefault(path, line)
            if mark in ("[", "{"):
                if len(stack) == MAX_DEPTH:
                    return found  # read_json refuses such text; all paths below would be longer
                stack.append(_Open(path, 0 if mark == "[" else None))
    return found


def _key(mark: str) -> str:
    try:
        return str(json.loads(mark))
    except ValueError:
        return mark


def line_of(path: str, line_numbers: dict[str, int]) -> int:
    """Return the line of ``path``, or of its nearest existing parent."""
    while path not in line_numbers and path != "$":
        path = re.sub(r"(?:\.[^.\[\]]*|\[[^\[\]]*\]|.)$", "", path) or "$"
    return line_numbers[path]
