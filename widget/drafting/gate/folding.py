"""Folds typography and white space, so that only words remain to be compared.

``light`` keeps the words of a sentence readable for the rules that look for numbers and dates;
``fold`` also drops what may differ between a quotation and its source: the style of quotation
marks, and the spaces beside dashes and punctuation. Case stays significant in both.
"""

from __future__ import annotations

import re
import unicodedata

_QUOTES = (
    "\"'`\u00ab\u00bb\u2018\u2019"
    "\u201a\u201b\u201c\u201d\u201e\u201f\u2039\u203a\u300c\u300d\u300e\u300f\u02bc\u00b4"
)
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
# Soft hyphens, zero-width and bidirectional marks, the Arabic tatweel and vowel signs.
_INVISIBLE = (
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e"
    "\u2066\u2067\u2068\u2069\u061c\u0640\u0670"
) + "".join(map(chr, range(0x064B, 0x0653)))
_SUPERSCRIPTS = "\u00b9\u00b2\u00b3\u2070\u2074\u2075\u2076\u2077\u2078\u2079"
_TABLE = str.maketrans(
    dict.fromkeys(_QUOTES, "'")
    | dict.fromkeys(_DASHES, "-")
    | dict.fromkeys(_INVISIBLE + _SUPERSCRIPTS, None)
    | {"\u066b": ".", "\u066c": ",", "\u066a": "%", "\u2044": "/"}
)
_SPACED_FRACTION = re.compile(r"(?<=\d)(?=[\u00bc-\u00be\u2150-\u215e])")
_SPACE = re.compile(r"\s+")
_LOOSE_QUOTE = re.compile(r"(?<!\w)'+|'+(?!\w)")
_BESIDE_DASH = re.compile(r" ?(-+) ?")
_BEFORE_MARK = re.compile(r" +(?=[;:?!,.%)\]\u060c\u061b\u061f])")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_BREAK = re.compile(
    r"(?<=[.!?\u2026\u061f\u3002])(?<!\b\d\.)(?<!\b\d\d\.)(?<!\b[A-Za-z]\.)[\"'\u201d\u2019\u00bb\u201c)\]]*\s+|\n+"
)


def each(words: str) -> list[str]:
    """Return the words of a list, which are separated by spaces."""
    return words.split(" ")


def light(text: str) -> str:
    """Return ``text`` with one form of each space, dash, quotation mark and digit."""
    text = _SPACED_FRACTION.sub(" ", text).translate(_TABLE)
    # Compatibility forms may decompose to characters that the table folds, too.
    text = unicodedata.normalize("NFKC", text).translate(_TABLE)
    if not text.isascii():
        text = "".join(_ascii_digit(it) if it.isdecimal() else it for it in text)
    return _SPACE.sub(" ", text).strip()


def _ascii_digit(character: str) -> str:
    return str(unicodedata.decimal(character))


def fold(text: str) -> str:
    """Return ``text`` without what a quotation may change: only words and punctuation remain."""
    text = _LOOSE_QUOTE.sub("", light(text))
    text = _BESIDE_DASH.sub(r"\1", text)
    return _SPACE.sub(" ", _BEFORE_MARK.sub("", text)).strip()


def words(text: str) -> list[str]:
    """Return the words of folded text, in lower case."""
    return _WORD.findall(text.lower())


def sentences(text: str) -> list[str]:
    """Split plain text into sentences; an abbreviation may end one early."""
    return [it for it in (part.strip() for part in _BREAK.split(text)) if it]


_NEGATIONS = frozenset(
    each(
        # English
        "not no never none nobody nothing nowhere neither without cannot hardly barely scarcely "
        "rarely seldom "
        # German
        "nicht kein keine keinen keinem keiner keines nie niemals niemand niemanden niemandem "
        "nichts nirgends nirgendwo weder ohne kaum keinesfalls keineswegs "
        # Spanish
        "nunca jamás nada nadie ningún ninguno ninguna tampoco sin apenas "
        # French
        "pas jamais rien aucun aucune nul nulle sans guère non "
        # Arabic
        "لا ألا وألا لئلا لم لن ليس ليست ليسوا لسنا غير دون بدون "
        "بلا عدم ولا ولم ولن وليس وليست فلا فلم"
    )
)
_FRENCH_PARTICLE = re.compile(r"ne|n'.+")


def is_negation(word: str) -> bool:
    """Return whether a word of folded text, in lower case, negates in one of five languages."""
    return word in _NEGATIONS or word.endswith("n't") or _is_particle(word)


def _is_particle(word: str) -> bool:
    return _FRENCH_PARTICLE.fullmatch(word) is not None


def negations(tokens: list[str]) -> int:
    """Return how often ``tokens`` negate; the French pair *ne … pas* counts once."""
    particles = sum(map(_is_particle, tokens))
    others = sum(is_negation(it) and not _is_particle(it) for it in tokens)
    return max(particles, others)


def negates(text: str) -> bool:
    """Return whether text contains a negation word."""
    return any(map(is_negation, words(light(text))))
