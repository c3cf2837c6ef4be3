"""Emphasis as Markdown writes it."""

from __future__ import annotations

import re

_SIGN = re.compile(r"[*_`]")
_CODE = re.compile(r"`([^`<>\n]{1,200})`")
_STARRED = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (
            r"(?<![\w*])\*{3}(?=[^\s*])([^*<>\n]{1,500})(?<=\S)\*{3}(?![\w*])",
            r"<strong><em>\1</em></strong>",
        ),
        (r"(?<!\*)\*\*(?=[^\s*])([^*<>\n]{1,500})(?<=\S)\*\*(?!\*)", r"<strong>\1</strong>"),
        (r"(?<![\w_])__(?=[^\s_])([^_<>\n]{1,500})(?<=\S)__(?![\w_])", r"<strong>\1</strong>"),
        (r"(?<![\w*])\*(?=[^\s*])([^*<>\n]{1,500})(?<=\S)\*(?![\w*])", r"<em>\1</em>"),
        (r"(?<![\w_])_(?=[^\s_])([^_<>\n]{1,500})(?<=\S)_(?![\w_])", r"<em>\1</em>"),
    )
)


def emphasised(text: str) -> str:
    """Return a block's text with light HTML in place of ``**strong**``, ``_em_`` and backticks.

    A text that has light HTML already is returned as it is: its signs mean themselves.
    """
    if "<" in text or not _SIGN.search(text):
        return text
    # What is code has no emphasis in it.
    parts = _CODE.split(text)
    for index, part in enumerate(parts):
        parts[index] = f"<code>{part}</code>" if index % 2 else _starred(part)
    return "".join(parts)


def _starred(text: str) -> str:
    for pattern, replacement in _STARRED:
        text = pattern.sub(replacement, text)
    return text
