"""Links straight to a quote.

By a text directive in the fragment of a URL (WICG, URL Fragment Text Directives, section 3.3).
"""

from __future__ import annotations

import re
from urllib.parse import quote

_DELIMITER = ":~:"
_EDGE = 5
"""How many words name the start of a long quote, and how many its end."""
_MAX_EXACT = 300
"""The longest text in characters that is written out whole."""
# A browser matches whole words only. Scripts without spaces have the ends of their clauses.
_CLAUSE_END = "\u3002\u3001\uff0c\uff01\uff1f\uff1b\uff1a"
_WORD = re.compile(rf"[^\s{_CLAUSE_END}]+[{_CLAUSE_END}]*|[{_CLAUSE_END}]+")


def link_to_text(url: str, text: str) -> str:
    """Return ``url`` with a directive by which a browser scrolls to ``text`` and marks it.

    A fragment that ``url`` has stays before it. A long text is named by its first and its last
    words: they are found although it goes over several paragraphs. Returns ``url`` where ``text``
    is empty, or long and without a word's end.
    """
    directive = _directive(text)
    if not directive:
        return url
    if _DELIMITER in url:
        return f"{url}&{directive}"
    return f"{url}{'' if '#' in url else '#'}{_DELIMITER}{directive}"


def _directive(text: str) -> str:
    words = list(_WORD.finditer(text))
    if not words:
        return ""
    first, last = words[0].start(), words[-1].end()
    if len(words) > 2 * _EDGE:
        start, end = text[first : words[_EDGE - 1].end()], text[words[-_EDGE].start() : last]
        if len(start) <= _MAX_EXACT and len(end) <= _MAX_EXACT:
            return f"text={_encoded(start)},{_encoded(end)}"
        return ""
    return f"text={_encoded(text[first:last])}" if last - first <= _MAX_EXACT else ""


def _encoded(text: str) -> str:
    """Return ``text`` percent-encoded: ``quote`` leaves the hyphen, which ends a prefix here."""
    return quote(text, safe="", errors="replace").replace("-", "%2D")
