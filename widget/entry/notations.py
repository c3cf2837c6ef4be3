"""Detects citations in other notations, which the panel would show as plain text.

Language models and other systems write ``[1, 2]``, ``[^1]`` or ``【1†source】``; only ``[1]`` to
``[99]`` are markers (``widget.entry.footnotes``).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# Square brackets, full-width ones (U+FF3B, U+FF3D) and lenticular ones (U+3010, U+3011).
_OPEN, _CLOSE = r"\[\uff3b\u3010", r"\]\uff3d\u3011"
_PIECE = re.compile(
    r"(?P<sup>(?<=[.,;:!?\"'\u201d\u2019\u00bb)])<sup>[0-9]{1,2}</sup>)"
    r"|(?P<raised>(?<=[.,;:!?\"'\u201d\u2019\u00bb)])[\u00b9\u00b2\u00b3\u2070\u2074-\u2079]{1,2}(?!\w))"
    r"|(?P<skip><code>[^<]*</code>|<[a-z/][^<>]*>|\\\[[1-9][0-9]?\])"
    r"|(?P<leftover>\ue200[^\ue201]{0,200}\ue201|cite(?:[\ue200-\ue2ff]?turn\d+[a-z]+\d+)+)"
    r"|(?P<mark>\[(?P<inner>\[[1-9][0-9]?\])\]"
    rf"|[{_OPEN}](?P<inside>[^{_OPEN}{_CLOSE}<>]{{1,40}})[{_CLOSE}])"
    r"(?P<link>\(https?://[^()\s<>]+\))?",
    re.IGNORECASE | re.ASCII,
)
# Where a mark may begin: a text without a match has none, and is not searched with _PIECE.
# Alternatives that begin with a literal, since re then skips all other characters at once.
_SIGN = re.compile(
    "|".join(
        (
            r"\[(?![1-9][0-9]?\](?!\())",
            *"\uff3b\u3010\ue200\u00b9\u00b2\u00b3\u2070",
            *map(chr, range(0x2074, 0x207A)),
            "<(?i:sup)>",
            "c(?i:ite)",
            "C(?i:ite)",
        )
    )
)
_MARKER = re.compile(r"\[[1-9][0-9]?\]")
_ONE = re.compile(
    r"(?:\^|#|(?:citation|cite|reference|ref|source|footnote|note|id)s?[\s:#.^]*)?(\d{1,3})(?:†.*)?",
    re.IGNORECASE | re.ASCII,
)
_CHAT_CITATION = re.compile(r"\d+:\d+†.*", re.ASCII)
_SEVERAL = re.compile(
    r"\^?\d{1,2}(?:(?:\s*(?:[,;&\u060c\u3001]|and|-)\s*|\s+)\^?\d{1,2})+", re.ASCII
)
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))


@dataclass(frozen=True, slots=True)
class Notations:
    """The marks found, in order, and the text with markers in their place.

    A mark whose source is ambiguous, such as ``[100]``, stays in the text.
    """

    marks: tuple[str, ...]
    corrected: str


def other_notations(text: str) -> Notations:
    """Find marks in a point's raw text, outside tags and ``code``."""
    if not _SIGN.search(text):
        return Notations((), text)
    marks: list[str] = []

    def replace_mark(found: re.Match[str]) -> str:
        markers = _markers(found)
        if markers is None:
            return found[0]
        marks.append(found[0])
        return found[0] if markers == "?" else markers

    corrected = _PIECE.sub(replace_mark, text)
    return Notations(tuple(marks), corrected)


def _markers(found: re.Match[str]) -> str | None:
    """Return the markers for a mark; None: not a mark, "?": ambiguous."""
    if found["skip"]:
        return None
    if found["leftover"]:
        return ""
    if raised := (found["sup"] or found["raised"] or "").lower():
        return _as_markers([int(_plain(raised.removeprefix("<sup>").removesuffix("</sup>")))])
    if found["inner"]:
        return found["inner"]
    if _MARKER.fullmatch(found["mark"]):
        return found["mark"] if found["link"] else None
    inside = _plain(found["inside"])
    if _CHAT_CITATION.fullmatch(inside):
        return "?"
    if one := _ONE.fullmatch(inside):
        return _as_markers([int(one[1])])
    return _as_markers(_expand_list(inside)) if _SEVERAL.fullmatch(inside) else None


def _plain(text: str) -> str:
    """Return ``text`` with dashes and digits (any script, superscript, full-width) in ASCII."""
    text = unicodedata.normalize("NFKC", text).translate(_DASHES).strip()
    return "".join(str(unicodedata.decimal(it, it)) for it in text)


def _expand_list(inside: str) -> list[int]:
    """Return the numbers of ``1, 3-5``; empty if it is a score, an interval or the like."""
    numbers: list[int] = []
    for part in re.split(r"\s*(?:[,;&\u060c\u3001]|and)\s*|(?<![-\s])\s+(?![-\s])", inside):
        first, dash, last = part.replace("^", "").partition("-")
        span = range(int(first), int(last) + 1) if dash else [int(first)]
        if not span or 0 in span:
            return []
        numbers += span
    return numbers


def _as_markers(numbers: list[int]) -> str | None:
    if not numbers:
        return None
    return "".join(f"[{it}]" for it in numbers) if all(0 < it < 100 for it in numbers) else "?"
