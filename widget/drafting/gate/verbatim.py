"""Sentences that follow the evidence nearly word for word, but for a negation; and copied runs."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from widget.drafting.gate import folding
from widget.drafting.gate.corpus import EvidenceText
from widget.drafting.gate.passages import Nearest

COPIED_WORDS = 25
_LEAST = 5
_MOST = 80
_WHOLE = 0.65
_LEAST_WHOLE = 3
# Such a word before a repeated passage reverses it, like a negation.
_EXCEPTIONS = frozenset(folding.each("except unless außer salvo excepto sauf excepté إلا"))
_CLOSE = 0.75
_CANDIDATES = 4
_ELIDED = re.compile(r"\bn'(?=\w)", re.IGNORECASE)
# What may take the place of a negation, or comes with it: two sentences are compared without these.
_COUNTERPARTS = frozenset(
    folding.each(
        "do does did a an any some all everybody everyone still with "
        "ein eine einen einem einer eines jeder jede jedes mit "
        "con un una alguno alguna algún algunos algunas todo todos "
        "une avec tout toute tous toutes de أن مع"
    )
)
_SHORTENED, _DENSE, _SHORT_GAP = 0.9, 0.55, 2


def reversed_in(
    sentence: str, texts: Sequence[EvidenceText], nearest: Nearest
) -> tuple[str, int] | None:
    """Return the passage that a sentence repeats but for its negation, and its text's number.

    None if another passage, as close, agrees with the sentence.
    """
    own = _tokens(sentence)
    disagreeing: tuple[str, int] | None = None
    for text in texts:
        for passage in nearest.sentences(sentence, text, limit=_CANDIDATES):
            spans = _aligned(own, _tokens(passage))
            if spans is None:
                continue
            if _negations(spans[0]) == _negations(spans[1]):
                return None
            disagreeing = disagreeing or (passage, text.number)
    return disagreeing


def _tokens(text: str) -> list[str]:
    # Such as "n'a": the verb stays when the particle goes.
    return folding.words(_ELIDED.sub("ne ", folding.light(text)))[:_MOST]


def _aligned(own: list[str], other: list[str]) -> tuple[list[str], list[str]] | None:
    """Return the spans of both that say the same, negations aside; None if they are not close."""
    places = [
        [i for i, it in enumerate(side) if not folding.is_negation(it)] for side in (own, other)
    ]
    plain = [[side[i] for i in each] for side, each in zip((own, other), places, strict=True)]
    matcher = difflib.SequenceMatcher(None, plain[0], plain[1], autojunk=False)
    bare = [[it for it in side if it not in _COUNTERPARTS] for side in plain]
    if bare[0] == bare[1] and len(bare[0]) >= _LEAST_WHOLE:
        return own, other
    found = [it for it in matcher.get_matching_blocks() if it.size]
    # With and without single words, which may match far away by chance.
    for blocks in (found, [it for it in found if it.size >= 2]):
        if spans := _close(own, other, plain, places, blocks):
            return spans
    return None


def _close(
    own: list[str],
    other: list[str],
    plain: list[list[str]],
    places: list[list[int]],
    blocks: list[difflib.Match],
) -> tuple[list[str], list[str]] | None:
    same = sum(it.size for it in blocks)
    whole = same >= _WHOLE * max(map(len, plain))
    if same < (_LEAST_WHOLE if whole else _LEAST):
        return None
    last = blocks[-1]
    spans = [
        (places[side][blocks[0][side]], places[side][last[side] + last.size - 1]) for side in (0, 1)
    ]
    lengths = [last[side] + last.size - blocks[0][side] for side in (0, 1)]
    shorter = min(len(plain[0]), len(plain[1]))
    if same >= _CLOSE * max(lengths) and same >= _CLOSE * shorter:
        return _widened(own, spans[0]), _widened(other, spans[1])
    if same < _SHORTENED * len(plain[0]) or same < _DENSE * lengths[1]:
        return None
    # The sentence shortens the passage: what it leaves out may have negations of its own.
    matched = {places[1][it.b + n] for it in blocks for n in range(it.size)}
    return _widened(own, spans[0]), _without_gaps(_slice(other, spans[1]), matched, spans[1][0])


def _negations(tokens: list[str]) -> int:
    return folding.negations(tokens) + (tokens[0] in _EXCEPTIONS)


def _slice(tokens: list[str], span: tuple[int, int]) -> list[str]:
    return tokens[span[0] : span[1] + 1]


def _without_gaps(tokens: list[str], matched: set[int], start: int) -> list[str]:
    """Return the tokens without runs of more than two that are not matched."""
    joined: list[str] = []
    gap: list[str] = []
    for place, token in enumerate(tokens, start=start):
        if place in matched:
            joined += gap if len(gap) <= _SHORT_GAP else []
            joined.append(token)
            gap = []
        else:
            gap.append(token)
    return joined


def _widened(tokens: list[str], span: tuple[int, int]) -> list[str]:
    """Return the span with a negation directly beside it."""
    first, last = span
    if first and (folding.is_negation(tokens[first - 1]) or tokens[first - 1] in _EXCEPTIONS):
        first -= 1
    if last + 1 < len(tokens) and folding.is_negation(tokens[last + 1]):
        last += 1
    return tokens[first : last + 1]


def copied(text: str, texts: Sequence[EvidenceText]) -> tuple[str, EvidenceText] | None:
    """Return the first run of ``COPIED_WORDS`` words that ``text`` shares with the evidence."""
    own = folding.words(folding.light(text))
    grams = {tuple(own[i : i + COPIED_WORDS]): i for i in range(len(own) - COPIED_WORDS + 1)}
    ends = {(gram[0], gram[-1]) for gram in grams}
    firsts = {first for first, _ in ends}
    for source in texts if grams else ():
        theirs = source.words
        for i in range(len(theirs) - COPIED_WORDS + 1):
            # Compare the ends before all words: most places differ in the first.
            if theirs[i] in firsts and (theirs[i], theirs[i + COPIED_WORDS - 1]) in ends:
                gram = tuple(theirs[i : i + COPIED_WORDS])
                if gram in grams:
                    return " ".join(gram), source
    return None
