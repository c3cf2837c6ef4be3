"""What JSON must be before anything reads it as an entry.

Python's ``json`` accepts more than RFC 8259 does (NaN, duplicate keys, lone surrogates)
and fails with RecursionError or a bare ValueError on hostile input. The gate finds all
of that first and says where it is.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from widget.errors import Breach, InvalidEntry

MAX_BYTES = 512 * 1024
MAX_DEPTH = 32
MAX_DIGITS = 20
MAX_STEP = 100

# Possessive, and content with a string that never ends: otherwise each quotation mark in
# such a string would begin another search to the end of the document.
_SURROGATE = re.compile("[\ud800-\udfff]")
_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class _Object(dict[str, Any]):
    """A JSON object that remembers which of its keys came twice."""

    duplicates: tuple[str, ...] = ()


class _NotJson(str):
    """A number that JSON has no notation for, or that no reader agrees upon."""


def read_json(data: bytes) -> Any:  # noqa: ANN401  # JSON is any of six types
    """Return the value that ``data`` (UTF-8, at most MAX_BYTES) holds.

    Raises InvalidEntry with every breach: size, encoding, depth, syntax (at ``$``),
    duplicate keys, numbers out of bounds, lone surrogates, NUL (each at its path).
    """
    value = _parse(_decode(data))
    breaches = list(_breaches(value, "$"))
    if breaches:
        raise InvalidEntry(breaches)
    return value


def step(path: str, key: str | int) -> str:
    """Return ``path`` extended by a key or an index, as RFC 9535 writes it; long keys shortened."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    if len(key) > MAX_STEP:
        # No key of ours is so long, and every path below it would carry it along.
        key = f"{key[:MAX_STEP]}…"
    if _PLAIN_KEY.fullmatch(key):
        return f"{path}.{key}"
    return f"{path}[{json.dumps(key)}]"


def _decode(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise _refused(f"is {len(data):,} bytes long; at most {MAX_BYTES:,} are accepted")
    try:
        # Editors on Windows begin a file with a byte order mark; RFC 8259 lets us skip it.
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(f"is not UTF-8 at byte {error.start}; save the file as UTF-8") from error


def _parse(text: str) -> Any:  # noqa: ANN401
    depth = deepest = 0
    for token in _STRUCTURE.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        raise _refused(f"is nested {deepest} deep; at most {MAX_DEPTH} levels are accepted")
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_int=_integer, parse_constant=_NotJson
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _refused(f"is not JSON at {where}: {error.msg.removesuffix(' at')}") from error


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    decoded = _Object(pairs)
    if len(decoded) < len(pairs):
        times = Counter(key for key, _ in pairs)
        decoded.duplicates = tuple(key for key in decoded if times[key] > 1)
    return decoded


def _integer(digits: str) -> int | _NotJson:
    return int(digits) if len(digits) <= MAX_DIGITS else _NotJson(digits)


def _breaches(value: Any, path: str) -> Iterator[Breach]:  # noqa: ANN401
    if isinstance(value, _NotJson) or (isinstance(value, float) and not math.isfinite(value)):
        yield Breach(path, "is a number that JSON cannot carry; write an ordinary number")
    elif isinstance(value, str):
        yield from _text_breaches(value, path)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _breaches(item, step(path, index))
    elif isinstance(value, _Object):
        for key in value.duplicates:
            yield Breach(_printable(step(path, key)), "is given twice; keep one of them")
        for key, item in value.items():
            inner = _printable(step(path, key))
            yield from _text_breaches(key, inner)
            yield from _breaches(item, inner)


def _text_breaches(text: str, path: str) -> Iterator[Breach]:
    if "\0" in text:
        yield Breach(path, "contains the character U+0000; remove it")
    if _SURROGATE.search(text):
        yield Breach(path, "contains half of a surrogate pair; write the whole character")


def _printable(path: str) -> str:
    return path.encode("utf-8", "backslashreplace").decode()


def _refused(message: str) -> InvalidEntry:
    return InvalidEntry([Breach("$", message)])
