"""Quotations: finds them in any typographic style, and looks for each in the texts it cites."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from widget.drafting.gate import folding

MAX_SKIP = 1_000
"""The most characters that an ellipsis may skip."""

_PAIRS = {
    "\u201e": "\u201c\u201d\"", "\u201c": "\u201d", "\u201d": "\u201d", "\u00ab": "\u00bb",
    "\u00bb": "\u00ab", "\u2039": "\u203a", "\u203a": "\u2039", "\u201a": "\u2018\u2019",
    "\u2018": "\u2019", "\u300c": "\u300d", "\u300e": "\u300f", '"': '"', "'": "'",
    "\u301d": "\u301e\u301f", "\uff02": "\uff02",
}  # fmt: skip
_APOSTROPHES = "'\u2019\u2018"
_OPENER = re.compile("[" + "".join(map(re.escape, _PAIRS)) + "]")
_ELLIPSIS = re.compile(r"[\[(]\s*(?:\u2026|\.\s?\.\s?\.)\s*[\])]|\u2026|(?<!\.)\.\s?\.\s?\.(?!\.)")
_CASE_BRACKET = re.compile(r"\[(\w)\](?=\w)")
_EDGE = ".,;:!?\u060c\u061b\u061f- "
# Thai, Lao, Burmese, Khmer, Japanese and Chinese have no spaces between words.
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]"
)
_CLAUSE_END = re.compile(r"[.;:!?\u061b\u061f]")


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words in quotation marks. ``start`` and ``end`` include the marks.

    ``readings`` has more than one text where a closing mark may also be an apostrophe.
    """

    start: int
    end: int
    readings: tuple[str, ...]

    @property
    def text(self) -> str:
        """The quoted words, up to the first mark that may close them."""
        return self.readings[0]


def find(text: str) -> list[Quotation]:
    """Return the outermost quotations in plain text. One that is not closed ends with the text."""
    found: list[Quotation] = []
    position = 0
    while opener := _OPENER.search(text, position):
        quotation = _quotation(text, opener)
        position = quotation.end if quotation else opener.end()
        if quotation and any(it.strip() for it in quotation.readings):
            found.append(quotation)
    return found


def _quotation(text: str, opener: re.Match[str]) -> Quotation | None:
    start, mark = opener.start(), opener[0]
    before = text[start - 1] if start else " "
    after = text[opener.end()] if opener.end() < len(text) else " "
    if mark in _APOSTROPHES and (before.isalnum() or not after.isalnum()):
        return None
    if mark in "\"'" and before.isdigit():
        return None  # inches and minutes
    ends = list(_closings(text, opener.end(), _PAIRS[mark]))
    if not ends:
        if mark in _APOSTROPHES or mark in "\u201d\u00bb\u203a":
            return None
        return Quotation(start, len(text), (text[opener.end() :],))
    if mark not in _APOSTROPHES:
        ends = ends[:1]
    readings = tuple(text[opener.end() : it] for it in ends)
    return Quotation(start, ends[0] + 1, readings)


def _closings(text: str, start: int, marks: str) -> Iterator[int]:
    for match in re.finditer(f"[{re.escape(marks)}]", text[start : start + 2_000]):
        index = start + match.start()
        after = text[index + 1] if index + 1 < len(text) else " "
        if marks[-1] in _APOSTROPHES and (after.isalnum() or text[index - 1].isspace()):
            continue
        yield index


def blank(text: str, quotations: Sequence[Quotation]) -> str:
    """Return ``text`` with the quotations replaced by a placeholder."""
    pieces: list[str] = []
    start = 0
    for it in quotations:
        pieces += text[start : it.start], "\u2022"
        start = it.end
    return "".join((*pieces, text[start:]))


def is_in(quotation: str, folded: str) -> bool:
    """Return whether a quotation is in a folded text, exactly but for typography.

    The first letter may change its case, the last mark of punctuation may differ. An ellipsis may
    skip at most ``MAX_SKIP`` characters, and no negation.
    """
    whole = _segment(quotation)
    if whole and next(_occurrences(whole, folded), None) is not None:
        return True
    segments = [it for it in map(_segment, _ELLIPSIS.split(quotation)) if it]
    return bool(segments) and bool(_chains(segments, folded))


def drops_negation(quotation: str, folded: str, line_starts: Container[int] = ()) -> bool:
    """Return whether the words beside the quotation negate it, wherever ``folded`` contains it.

    ``line_starts`` are places where nothing before counts. As in *permitted* for "not permitted",
    or *we allow it* for "wir erlauben es nicht".
    """
    whole = _segment(quotation)
    spans = [(it, it + len(whole)) for it in _occurrences(whole, folded)] if whole else []
    return bool(spans) and all(
        _negated_beside(folded, first, last, line_starts) for first, last in spans
    )


def _negated_beside(folded: str, first: int, last: int, line_starts: Container[int]) -> bool:
    before = _CLAUSE_END.split(folded[max(0, first - 40) : first])[-1]
    if before.rstrip().endswith(",") or first in line_starts:
        before = ""  # what it negates ends there
    line_end = next((it for it in range(last, last + 3) if it in line_starts), last + 20)
    after = _CLAUSE_END.split(folded[last:line_end])[0]
    near = folding.words(before)[-2:] + ([] if "," in after[:2] else folding.words(after)[:1])
    return any(map(folding.is_negation, near))


def _segment(text: str) -> str:
    return folding.fold(_CASE_BRACKET.sub(r"\1", text)).strip(_EDGE)


def _occurrences(segment: str, folded: str) -> Iterator[int]:
    """Yield where ``segment`` begins as whole words; only its first letter may differ in case."""
    rest = segment[1:]
    firsts = {segment[0].lower(), segment[0].upper()}
    index = folded.find(rest) if rest else -1
    if not rest:
        yield from (it.start() for it in re.finditer(rf"\b{re.escape(segment)}\b", folded))
        return
    while index >= 0:
        first, last = index - 1, index + len(rest)
        if first >= 0 and folded[first] in firsts and _is_bounded(folded, first, last):
            yield first
        index = folded.find(rest, index + 1)


def _is_bounded(folded: str, first: int, last: int) -> bool:
    before = folded[first - 1] if first else " "
    after = folded[last] if last < len(folded) else " "
    return not _is_within_word(before, folded[first]) and not _is_within_word(
        folded[last - 1], after
    )


def _is_within_word(one: str, other: str) -> bool:
    """Return whether no word ends between two characters; some scripts do not say."""
    return (
        one.isalnum() and other.isalnum() and not (_UNSPACED.match(one) and _UNSPACED.match(other))
    )


def _chains(segments: list[str], folded: str) -> list[int]:
    """Return the ends of the last segment, where all come in order with lawful gaps."""
    ends = [it + len(segments[0]) for it in _occurrences(segments[0], folded)]
    for segment in segments[1:]:
        reached: list[int] = []
        pending = iter([*ends, len(folded) + 1])
        upcoming = next(pending)
        nearest = -1
        for start in _occurrences(segment, folded):
            while upcoming <= start:
                nearest, upcoming = upcoming, next(pending)
            gap = folded[nearest:start] if nearest >= 0 and start - nearest <= MAX_SKIP else None
            if gap is not None and not any(map(folding.is_negation, folding.words(gap))):
                reached.append(start + len(segment))
        ends = reached
    return ends
