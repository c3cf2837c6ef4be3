"""Reads untrusted JSON strictly, before it is validated as an entry.

Python's ``json`` accepts more than RFC 8259 does (NaN, duplicate keys, lone surrogates)
and fails with RecursionError or a bare ValueError on hostile input. This module reports all
of these as breaches with their paths.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from widget.errors import Breach, InvalidEntry, Message, amount, message

MAX_BYTES = 512 * 1024
MAX_DEPTH = 32
MAX_DIGITS = 20
MAX_KEY_LENGTH = 100

# Possessive, and it accepts an unterminated string: otherwise each quotation mark in
# such a string would begin another search to the end of the document.
_SURROGATE = re.compile("[\ud800-\udfff]")
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")
_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}
# Only an escape can write NUL or half of a pair: as raw characters JSON or UTF-8 forbids them.
_ESCAPED = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class _Object(dict[str, Any]):
    """A JSON object that records its duplicate keys."""

    duplicates: tuple[str, ...] = ()


class _NotJson(str):
    """A number outside JSON (NaN, Infinity), or with too many digits to be portable."""


def read_json(data: bytes, *, max_bytes: int = MAX_BYTES) -> Any:  # noqa: ANN401  # JSON is any of six types
    """Return the JSON value in ``data`` (UTF-8, at most ``max_bytes``).

    Raises InvalidEntry with every breach: size, encoding, depth, syntax (at ``$``),
    duplicate keys, numbers out of bounds, lone surrogates, NUL (each at its path).
    """
    text = _decode(data, max_bytes)
    reader = _Reader()
    value = reader.parse(text)
    # Looking at each value takes longer than all else, and most documents need no look.
    if (reader.suspect or _ESCAPED.search(text)) and (breaches := list(_breaches(value, "$"))):
        raise InvalidEntry(breaches)
    return value


def child_path(path: str, key: str | int) -> str:
    """Return ``path`` extended by a key or an index, by RFC 9535; long keys are shortened."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    if len(key) > MAX_KEY_LENGTH:
        # No valid key is that long, and every path below would repeat it.
        key = f"{key[:MAX_KEY_LENGTH]}…"
    if _PLAIN_KEY.fullmatch(key):
        return f"{path}.{key}"
    return f"{path}[{json.dumps(key)}]"


def _decode(data: bytes, max_bytes: int) -> str:
    if len(data) > max_bytes:
        raise _invalid(
            message(
                "is %(size)s bytes long; at most %(limit)s are accepted",
                size=amount(len(data)),
                limit=amount(max_bytes),
            )
        )
    try:
        # Windows editors write a byte order mark; RFC 8259 allows parsers to ignore it.
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _invalid(
            message("is not UTF-8 at byte %(byte)d; save the file as UTF-8", byte=error.start)
        ) from error


class _Reader:
    """Parses one document; ``suspect`` afterwards if it has a duplicate key or an odd number."""

    def __init__(self) -> None:
        self.suspect = False

    def parse(self, text: str) -> Any:  # noqa: ANN401
        deepest = _depth(text)
        if deepest > MAX_DEPTH:
            raise _invalid(
                message(
                    "is nested %(depth)d deep; at most %(limit)d levels are accepted",
                    depth=deepest,
                    limit=MAX_DEPTH,
                )
            )
        try:
            return json.loads(
                text,
                object_pairs_hook=self._object,
                parse_int=self._integer,
                parse_float=self._float,
                parse_constant=self._not_json,
            )
        except json.JSONDecodeError as error:
            raise _invalid(
                message(
                    "is not JSON at line %(line)d, column %(column)d: %(reason)s",
                    line=error.lineno,
                    column=error.colno,
                    reason=error.msg.removesuffix(" at"),
                )
            ) from error

    def _object(self, pairs: list[tuple[str, Any]]) -> _Object:
        result = _Object(pairs)
        if len(result) < len(pairs):
            self.suspect = True
            counts = Counter(key for key, _ in pairs)
            result.duplicates = tuple(key for key in result if counts[key] > 1)
        return result

    def _integer(self, digits: str) -> int | _NotJson:
        return int(digits) if len(digits) <= MAX_DIGITS else self._not_json(digits)

    def _float(self, digits: str) -> float:
        value = float(digits)
        self.suspect = self.suspect or not math.isfinite(value)
        return value

    def _not_json(self, text: str) -> _NotJson:
        self.suspect = True
        return _NotJson(text)


def _depth(text: str) -> int:
    depth = deepest = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        depth += _STEPS[bracket]
        deepest = max(deepest, depth)
    return deepest


def _breaches(value: Any, path: str) -> Iterator[Breach]:  # noqa: ANN401
    if isinstance(value, _NotJson) or (isinstance(value, float) and not math.isfinite(value)):
        yield Breach(
            path,
            message(
                "is a number that JSON cannot represent; write a finite number of at most 20 digits"
            ),
        )
    elif isinstance(value, str):
        yield from _text_breaches(value, path)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _breaches(item, child_path(path, index))
    elif isinstance(value, _Object):
        for key in value.duplicates:
            yield Breach(
                _printable(child_path(path, key)), message("is a duplicate key; remove one of them")
            )
        for key, item in value.items():
            child = _printable(child_path(path, key))
            yield from _text_breaches(key, child)
            yield from _breaches(item, child)


def _text_breaches(text: str, path: str) -> Iterator[Breach]:
    if "\0" in text:
        yield Breach(path, message("contains the character U+0000; remove it"))
    if _SURROGATE.search(text):
        yield Breach(
            path, message("contains half of a surrogate pair; write the complete character")
        )


def _printable(path: str) -> str:
    return path.encode("utf-8", "backslashreplace").decode()


def _invalid(problem: Message) -> InvalidEntry:
    return InvalidEntry([Breach("$", problem)])
