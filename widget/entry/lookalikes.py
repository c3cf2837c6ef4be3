"""Detects confusable host names (UTS 39): mixed scripts, or one script that imitates Latin.

The script is the first word of a character's name, since Python's ``unicodedata`` has no script
property; this suffices here and needs no table.
"""

from __future__ import annotations

import unicodedata

from widget.errors import Message, message

# UTS 39, section 5.2, "highly restrictive": one script, or the combinations that Japanese,
# Chinese and Korean are written in.
_COMPATIBLE_SCRIPTS = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)
_SCRIPT_ALIASES = {"IDEOGRAPHIC": "CJK", "KATAKANA-HIRAGANA": "KATAKANA", "EXTENDED": "ARABIC"}
_LATIN_LOOKALIKES = {
    "CYRILLIC": ("авеѕіјкмнорстухѵԛԝԁһӏьъҽпг", "abesijkmhopctyxvqwdhlbbenr"),
    "GREEK": ("αβεικνορτυχωηγ", "abeiknoptuxwny"),
}


def mixed_scripts(name: str) -> Message | None:
    """Return a description of the label that mixes scripts, or None.

    ``name`` is a result of ``hostnames.to_ascii``.
    """
    if "xn--" not in name:
        return None  # all letters are Latin
    for label in map(_unicode, name.split(".")):
        scripts = sorted(_scripts(label))
        if len(scripts) > 1 and not any(it.issuperset(scripts) for it in _COMPATIBLE_SCRIPTS):
            names = " and ".join(script.capitalize() for script in scripts)
            return message("%(label)r mixes %(scripts)s letters", label=label, scripts=names)
    return None


def latin_lookalike(name: str) -> Message | None:
    """Return a description of the label whose letters all look Latin, or None."""
    if "xn--" not in name:
        return None
    labels = name.removesuffix(".").split(".")
    if not labels[-1].isascii() or labels[-1].startswith("xn--"):
        return None  # the whole host is in that script
    for label in map(_unicode, labels):
        for script, (lookalikes, latin) in _LATIN_LOOKALIKES.items():
            letters = {character for character in label if character.isalpha()}
            if letters and _scripts(label) == {script} and letters <= set(lookalikes):
                read = label.translate(str.maketrans(lookalikes, latin))
                return message(
                    "%(label)r is written in %(script)s and reads like %(read)r",
                    label=label,
                    script=script.capitalize(),
                    read=read,
                )
    return None


def _unicode(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError):
        return label


def _scripts(label: str) -> set[str]:
    scripts = set()
    for character in label:
        if unicodedata.category(character)[0] == "L" or (
            not character.isascii() and character.isdecimal()
        ):
            word = unicodedata.name(character, "UNKNOWN").split()[0]
            word = _SCRIPT_ALIASES.get(word, word).partition("-")[0]
            scripts.add(word)
    return scripts - {"MODIFIER"}
