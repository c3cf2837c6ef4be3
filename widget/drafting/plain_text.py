"""Brings text from outside into one form: visible characters, one paragraph a line."""

from __future__ import annotations

import re

from widget.drafting.evidence import MAX_TEXT
from widget.pages.visible_text import visible

_LINE_ENDS = re.compile(r"\r\n?|[\n\v\f\u0085\u2028\u2029]")
_LAST_PARAGRAPH = 5_000
_LAST_WORD = 200
"""Where a text is cut: at a paragraph or a word within this many characters before the limit."""


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
