"""Host names that look like others (UTS 39): in several scripts, or in one that apes Latin.

Scripts come from the names of characters, since Python's data has no others: that is enough to
tell them apart, and needs no tables of our own.
"""

from __future__ import annotations

import unicodedata

# UTS 39, section 5.2, "highly restrictive": beside one script alone, what Chinese, Japanese and
# Korean are written in.
_TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)
_SAME = {"IDEOGRAPHIC": "CJK", "KATAKANA-HIRAGANA": "KATAKANA", "EXTENDED": "ARABIC"}
_AS_LATIN = {
    "CYRILLIC": ("авеѕіјкмнорстухѵԛԝԁһӏьъҽпг", "abesijkmhopctyxvqwdhlbbenr"),
    "GREEK": ("αβεικνορτυχωηγ", "abeiknoptuxwny"),
}


def mixed_scripts(name: str) -> str:
    """Return which part of a host (as ``hostnames.to_ascii`` writes it) mixes scripts, and which.

    ``""`` where none does.
    """
    for label in map(_unicode, name.split(".")):
        scripts = sorted(_scripts(label))
        if len(scripts) > 1 and not any(it.issuperset(scripts) for it in _TOGETHER):
            named = " and ".join(script.capitalize() for script in scripts)
            return f"{label!r} mixes {named} letters"
    return ""


def aping(name: str) -> str:
    """Return which part of a host is written in letters that all look Latin, and how it reads."""
    labels = name.removesuffix(".").split(".")
    if not labels[-1].isascii() or labels[-1].startswith("xn--"):
        return ""  # whoever reads that script reads all of it
    for label in map(_unicode, labels):
        for script, (theirs, latin) in _AS_LATIN.items():
            letters = {character for character in label if character.isalpha()}
            if letters and _scripts(label) == {script} and letters <= set(theirs):
                read = label.translate(str.maketrans(theirs, latin))
                return f"{label!r} is written in {script.capitalize()} and reads like {read!r}"
    return ""


def _unicode(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError):
        return label


def _scripts(label: str) -> set[str]:
    found = set()
    for character in label:
        if unicodedata.category(character)[0] == "L" or (
            not character.isascii() and character.isdecimal()
        ):
            word = unicodedata.name(character, "UNKNOWN").split()[0]
            word = _SAME.get(word, word).partition("-")[0]
            found.add(word)
    return found - {"MODIFIER"}
