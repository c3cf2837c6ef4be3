"""What readers see changed between two texts of an article, paragraph by paragraph."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from widget.drafting.gate import folding
from widget.editorial import comparison
from widget.sources.articles.record import Piece

_FURNITURE_WORDS = 8
_SENTENCE_END = re.compile(r"[.!?…؟。！？:][\"'”’»)\]]*$")  # noqa: RUF001  # of many scripts
_TEASER = 0.5
_FEW = 0.3
"""A page that begins as the text did, shows less than half of it, and puts only so few words in the
place of the others, hides the rest: it asks for a subscription, for instance."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The paragraphs that differ.

    ``remaining`` is the share of the old text's words that are still there. ``teaser``: the page
    hides a part of the text.
    """

    changes: tuple[tuple[Piece, ...], ...]
    remaining: float
    teaser: bool = False


def text_sha256(text: str) -> str:
    """Return the SHA-256 of the folded text: typography and white space do not change it."""
    return hashlib.sha256(folding.fold(text).encode()).hexdigest()


def difference(old: str, new: str, *, whole: str = "") -> Difference:
    """Compare the text that was analysed with that of now; both have one paragraph a line.

    ``whole`` is all that readers see of the page. A paragraph that is anywhere in it has not gone,
    wherever the extraction took the article's end to be.
    """
    before, after = _paragraphs(old), _paragraphs(new)
    old_text, new_text = _joined(before), _joined(after)
    page = f" {folding.fold(whole)} {new_text} "
    gone = {it for it in before if folding.fold(it) not in page and not _is_furniture(it)}
    added = {it for it in after if folding.fold(it) not in old_text and not _is_furniture(it)}
    remaining = 1 - _length(gone) / max(1, _length(before))
    if remaining < _TEASER and _length(added) < _FEW * _length(gone) and before[0] not in gone:
        return Difference((), remaining, teaser=True)
    if not gone and not added:
        return Difference((), remaining)
    # What is in both texts stands between the changes, so that like is compared with like.
    by_fold = {folding.fold(it): it for it in before}
    folded = {folding.fold(it) for it in after}
    left = [it for it in before if it in gone or folding.fold(it) in folded]
    right = [
        by_fold.get(folding.fold(it), it)
        for it in after
        if it in added or folding.fold(it) in by_fold
    ]
    found = comparison.documents({"text": left}, {"text": right})
    changes = tuple(tuple(Piece(kind=p.kind, text=p.text) for p in it.pieces) for it in found)
    return Difference(changes, remaining)


def _paragraphs(text: str) -> list[str]:
    return [light for it in text.split("\n") if (light := folding.light(it))]


def _joined(paragraphs: Sequence[str]) -> str:
    return f" {folding.fold(' '.join(paragraphs))} "


def _length(paragraphs: Sequence[str] | set[str]) -> int:
    return sum(len(it.split()) for it in paragraphs)


def _is_furniture(paragraph: str) -> bool:
    """Return whether a line is no sentence but a count or a date, such as *5 comments*."""
    few = len(paragraph.split()) <= _FURNITURE_WORDS
    counts = any(it.isdecimal() for it in paragraph)
    return few and counts and not _SENTENCE_END.search(paragraph)
