"""Brings text from outside into one form: visible characters, one paragraph a line."""

from __future__ import annotations

import re
import unicodedata

from widget.drafting.evidence import MAX_TEXT

# Joiners are letters' business in Persian and in many scripts of India.
_JOINERS = "\u200c\u200d"
_SPACE = re.compile(r"\s+")
_LINE_ENDS = re.compile(r"\r\n?|[\n\v\f\u0085\u2028\u2029]")
_SELECTORS = re.compile("[\ufe00-\ufe0e\U000e0100-\U000e01ef]")
_LAST_PARAGRAPH = 5_000
_LAST_WORD = 200
"""Where a text is cut: at a paragraph or a word within this many characters before the limit."""


def visible(text: str) -> str:
    """Return ``text`` without characters that are not seen.

    Controls, formats such as U+200B and the tags of U+E0000, variation selectors, private use: they
    carry orders to a model past whoever reads the text. White space becomes one space.
    """
    text = _SPACE.sub(" ", _SELECTORS.sub("", text))
    if text.isascii() and text.isprintable():
        return text.strip()
    return "".join(
        it for it in text if it in _JOINERS or unicodedata.category(it) not in _HIDDEN
    ).strip()


_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})


def paragraphs(text: str) -> tuple[str, bool]:
    """Return ``text`` with one paragraph a line, and whether it was cut at MAX_TEXT."""
    lines = (visible(line) for line in _LINE_ENDS.split(text))
    joined = "\n".join(line for line in lines if line)
    if len(joined) <= MAX_TEXT:
        return joined, False
    end = joined.rfind("\n", MAX_TEXT - _LAST_PARAGRAPH, MAX_TEXT + 1)
    if end < 0:
        end = joined.rfind(" ", MAX_TEXT - _LAST_WORD, MAX_TEXT + 1)
    return joined[: end if end > 0 else MAX_TEXT].rstrip(), True
