"""Which text can be seen at all."""

from __future__ import annotations

import unicodedata

# Letters and symbols by their category, blank all the same: Hangul's fillers and Braille's blank.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")
# Controls and formats, private use, halves of pairs, spaces; marks show only with a letter.
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zs", "Zl", "Zp", "Mn", "Me", "Mc"})


def is_blank(text: str) -> bool:
    """Say whether nobody would see or hear anything of ``text``."""
    return all(it in _BLANK or unicodedata.category(it) in _UNSEEN for it in text)
