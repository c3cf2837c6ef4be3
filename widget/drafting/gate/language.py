"""Detects the language of a text: by its script, then by its function words.

Function words make up a third to a half of any prose, and few are shared between the five
languages of the interface. Texts with too little evidence have no language: the rule
``wrong-language`` must never block a short text by guessing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from widget.drafting.gate import folding

FUNCTION_WORDS: dict[str, frozenset[str]] = {
    "en": frozenset(
        folding.each(
            "the of and to in is that it for was on are as with be by at have from this not but "
            "they which or we an were been has had their would there will what can all than its "
            "who more when if no so only could should into about some because while does do you "
            "he she his her how many these those them then after before also such a"
        )
    ),
    "de": frozenset(
        folding.each(
            "der die das und ist nicht ein eine einen einem einer eines zu den dem des von mit "
            "sich auf für im es auch als an werden wird sind aus er hat dass sie nach bei um noch "
            "wie nur oder aber vor zur bis mehr durch man sein wurde haben kann wenn über war "
            "ihre ihr seine weil da so zum unter gegen vom nun wer beim kamen "
            "kam gab schon ihrer ihren ihrem uns wir jeder jede jedes keine kein "
            "ihr sagt schreibt fehlt fehlen fehlten alle doch dort damit dann wo wurden "
            "wäre gibt muss müssen sollen sollte seit ohne "
            "was diese dieser dieses würde "
            "soll in"
        )
    ),
    "es": frozenset(
        folding.each(
            "de la que el en y a los se del las un por con no una su para es al lo como más pero "
            "sus le ya o este sí porque esta entre cuando muy sin sobre también me hasta hay "
            "donde quien desde todo nos durante todos uno les ni contra otros ese eso ante ellos "
            "e esto son fue sería puede han era según cada si"
        )
    ),
    "fr": frozenset(
        folding.each(
            "le la les de des du un une et est en que qui dans pour pas sur au aux avec ce cette "
            "ces il elle ils elles ne se par plus son sa ses leur leurs mais ou où comme sont été "
            "être ont a nous vous on si sans sous entre après avant tout tous toute deux fait "
            "peut selon y l'on c'est n'est d'un d'une qu'il qu'elle à"
        )
    ),
    "ar": frozenset(
        folding.each(
            "في من على إلى عن أن إن ما لا لم لن هذا هذه التي الذي هو هي كان كانت مع كل بعد قبل "
            "بين أو ثم قد لكن كما عند حتى إذا غير ذلك تلك أي يكون منذ دون أكثر أقل خلال ليس بل "
            "وقد وفي ومن أنه أنها"
        )
    ),
}
_SCRIPT_LETTERS = 12
_LEAST_WORDS = 6
_MARK = "l'"
_LETTERS = {"ar": "", "de": "äöüß", "en": "", "es": "áéíóúñ", "fr": "àâçéèêëîïôùûœ"}
_ELISION = re.compile(r"\b(?:l|d|qu|n|s|c|j|m|t)'", re.IGNORECASE)


def detect(text: str) -> str:
    """Return ``ar``, ``de``, ``en``, ``es`` or ``fr``; empty if the text does not tell."""
    return _clear_winner(_hits(folding.light(text)), minimum=4)


def differs(text: str, expected: str, *, minimum: int = 4) -> str:
    """Return the language that ``text`` clearly has instead of ``expected``; empty if none.

    ``minimum`` is the number of function words that the other language must have. For an expected
    language without a list of words only the script is compared.
    """
    plain = folding.light(text)
    script = _other_script(plain, expected)
    if script:
        return script
    if expected not in FUNCTION_WORDS:
        return ""
    tokens = _tokens(plain)
    own = FUNCTION_WORDS[expected]
    best, most = "", 0
    for other, words in FUNCTION_WORDS.items():
        if other == expected:
            continue
        # Words of both languages say nothing about which of the two it is.
        theirs = sum(it in words and it not in own for it in tokens)
        theirs += sum(_has_letter(it, other, expected) for it in tokens)
        ours = sum(it in own and it not in words for it in tokens)
        ours += sum(_has_letter(it, expected, other) for it in tokens)
        needed = minimum
        if not ours and len(tokens) >= _LEAST_WORDS:
            needed = min(3, minimum)
        if theirs >= needed and theirs >= 2 * ours + 1 and theirs > most:
            best, most = other, theirs
    return best


def _tokens(plain: str) -> list[str]:
    """Return the words that are no names: in lower case, or the first of the text."""
    written = [it for it in re.findall(r"[^\W_]+(?:'[^\W_]+)*", plain) if not it.isdecimal()]
    tokens = [it.lower() for n, it in enumerate(written) if not n or not it[0].isupper()]
    return tokens + [_MARK for it in tokens if _ELISION.match(it)]


def _has_letter(token: str, language: str, other: str) -> bool:
    """Return whether a word has a letter that only the first of two languages uses."""
    if token == _MARK:
        return language == "fr"
    letters = set(_LETTERS[language]) - set(_LETTERS[other])
    return token not in FUNCTION_WORDS[language] and not letters.isdisjoint(token)


def _hits(plain: str) -> Counter[str]:
    """Count function words, each by its languages; a word of two languages counts for both."""
    tokens = folding.words(plain)
    tokens += [_MARK for _ in _ELISION.findall(plain)]
    hits: Counter[str] = Counter()
    for language, own in FUNCTION_WORDS.items():
        hits[language] = sum(it in own for it in tokens)
    hits["fr"] += tokens.count(_MARK)
    return hits


def _clear_winner(hits: Counter[str], *, minimum: int) -> str:
    (first, most), (_, second) = hits.most_common(2)
    return first if most >= minimum and most >= 1.4 * second else ""


def _other_script(plain: str, expected: str) -> str:
    letters: Counter[str] = Counter()
    for character in plain:
        if character.isalpha():
            letters[unicodedata.name(character, "").partition(" ")[0]] += 1
    total = sum(letters.values())
    if total < _SCRIPT_LETTERS:
        return ""
    script, count = letters.most_common(1)[0]
    if count < 0.7 * total:
        return ""
    arabic = script == "ARABIC"
    as_expected = (expected == "ar") == arabic and (arabic or script == "LATIN")
    if expected not in FUNCTION_WORDS or as_expected:
        return ""
    return "ar" if arabic else _clear_winner(_hits(plain), minimum=3) or script.lower()
