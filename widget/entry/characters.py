"""Detects text that is invisible to readers."""

from __future__ import annotations

import unicodedata

# Hangul fillers and the Braille blank: letters and symbols by category, but blank.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")
# Controls, formats, private use, surrogates, spaces; marks are visible only with a letter.
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs", "Zs", "Zl", "Zp", "Mn", "Me", "Mc"})


def is_blank(text: str) -> bool:
    """Return whether ``text`` has no character that is visible or read aloud."""
    return all(it in _BLANK or unicodedata.category(it) in _INVISIBLE_CATEGORIES for it in text)
