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
            "between still most other said says both each our out over up down off your my me him "
            "the of and to in is that it for was on are as with be by at have from this not but "
            "they which or we an were been has had their would there will what can all than its "
            "who more when if no so only could should into about some because while does do you "
            "he she his her how many these those them then after before also such a"
        )
    ),
    "de": frozenset(
        folding.each(
            "am beim ins ohne bereits sowie ab dann doch schon wo dort hier seit wir uns ich ihm "
            "ihn deren dessen jede jeder jedes alle damit dabei "
            "der die das und ist nicht ein eine einen einem einer eines zu den dem des von mit "
            "sich auf für im es auch als an werden wird sind aus er hat dass sie nach bei um noch "
            "wie nur oder aber vor zur bis mehr durch man sein wurde haben kann wenn über war "
            "ihre ihr seine weil da so zum unter gegen vom nun wer was diese dieser dieses würde "
            "soll in"
        )
    ),
    "es": frozenset(
        folding.each(
            "solo unas unos ha está así aunque tras hacia tan mismo misma quienes cuyo propio "
            "propia aún cual antes dos "
            "de la que el en y a los se del las un por con no una su para es al lo como más pero "
            "sus le ya o este sí porque esta entre cuando muy sin sobre también me hasta hay "
            "donde quien desde todo nos durante todos uno les ni contra otros ese eso ante ellos "
            "e esto son fue sería puede han era según cada si"
        )
    ),
    "fr": frozenset(
        folding.each(
            "chez donc encore aussi très même mêmes cela celui celle quand depuis sous vers lui "
            "dont le la les de des du un une et est en que qui dans pour pas sur au aux avec ce cette "
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
_SENTENCE = 7
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
    best, most, others = "", 0, 0
    if len(tokens) < _SENTENCE:
        minimum += 1  # a title in another language is no wrong language
    for language, theirs in FUNCTION_WORDS.items():
        # Words of both languages, as "de" of French and Spanish, say nothing about which it is.
        count = sum(it in theirs and it not in own for it in tokens)
        if count > most:
            best, most = language, count
            others = sum(it in own and it not in theirs for it in tokens)
    return best if most >= minimum and most >= 2 * others + 1 else ""


def _hits(plain: str) -> Counter[str]:
    """Count function words, each by its languages; a word of two languages counts for both."""
    tokens = _tokens(plain)
    return Counter({name: sum(it in own for it in tokens) for name, own in FUNCTION_WORDS.items()})


def _tokens(plain: str) -> list[str]:
    """Return the words; an elided French article counts as "qu'il" does, which is in the list."""
    return folding.words(plain) + ["qu'il"] * len(_ELISION.findall(plain))


def _clear_winner(hits: Counter[str], *, minimum: int) -> str:
    (first, most), (_, second) = hits.most_common(2)
    return first if most >= minimum and most >= 1.4 * second else ""


def _other_script(plain: str, expected: str) -> str:
    letters: Counter[str] = Counter()
    for character in plain:
        if character.isalpha():
            letters[unicodedata.name(character, "").partition(" ")[0]] += 1
    total = sum(letters.values())
    if total < 12:
        return ""
    script, count = letters.most_common(1)[0]
    if count < 0.7 * total:
        return ""
    arabic = script == "ARABIC"
    as_expected = (expected == "ar") == arabic and (arabic or script == "LATIN")
    if expected not in FUNCTION_WORDS or as_expected:
        return ""
    return "ar" if arabic else _clear_winner(_hits(plain), minimum=3) or script.lower()
