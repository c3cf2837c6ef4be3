"""Numbers of a list that only their order tells from a text: ``a)``, ``(1)``, ``ii.``, ``1-``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from widget.editorial.pasting.blocks import Block

ORDINAL = re.compile(
    r"\s*(?P<open>\(?)(?P<name>[A-Za-z]|[ivx]{1,5}|\d{1,2})(?P<end>[.)]|\s?[-\u2013](?=\s))"
    r"[ \t\u00a0]+(?=\S)"
)
_ROMAN = (
    *("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"),
    *("xi", "xii", "xiii", "xiv", "xv", "xvi", "xvii", "xviii", "xix", "xx"),
)
_Style = tuple[str, str, str]


def drop_ordinals(blocks: Iterable[Block]) -> None:
    """Remove the numbers of items that are counted: from the first, one by one, at least two.

    A text may begin like an item (``A. Smith``), so that one by itself is none.
    """
    runs: dict[_Style, list[tuple[Block, re.Match[str]]]] = {}
    for block in blocks:
        found = ORDINAL.match(block.text) if block.form in ("", "*") else None
        if found is None:
            continue
        for style, value in _readings(found):
            run = runs.get(style, [])
            if value == len(run) + 1:
                runs[style] = [*run, (block, found)]
            elif value == 1:
                _drop(run)
                runs[style] = [(block, found)]
    for run in runs.values():
        _drop(run)


def _readings(found: re.Match[str]) -> list[tuple[_Style, int]]:
    """Return what a number may be; ``i`` is a letter as well as a Roman number."""
    name, marks = found["name"], (found["open"], found["end"].strip())
    if name.isdecimal():
        return [(("1", *marks), int(name))]
    readings: list[tuple[_Style, int]] = []
    if name in _ROMAN:
        readings.append((("i", *marks), _ROMAN.index(name) + 1))
    # Capitals with a full stop are as well the initials of a name.
    if len(name) == 1 and (name.islower() or found["end"] != "."):
        kind = "a" if name.islower() else "A"
        readings.append(((kind, *marks), ord(name) - ord(kind) + 1))
    return readings


def _drop(run: list[tuple[Block, re.Match[str]]]) -> None:
    if len(run) < 2:
        return
    for value, (block, found) in enumerate(run, 1):
        if block.text.startswith(found[0]):
            block.text = block.text[found.end() :]
            block.form = block.form or "1."
            block.number = value if found["name"].isdecimal() else block.number
