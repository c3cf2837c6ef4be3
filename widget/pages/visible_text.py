"""Text from outside without what is not seen."""

from __future__ import annotations

import re
import unicodedata

# Joiners are letters' business in Persian and in many scripts of India.
_JOINERS = "\u200c\u200d"
_SPACE = re.compile(r"\s+")
_SELECTORS = re.compile("[\ufe00-\ufe0e\U000e0100-\U000e01ef]")
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})


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


def without_invisible(text: str) -> tuple[str, int]:
    """Return ``text`` without invisible characters, and how many there were.

    As ``visible`` does, but white space stays as it is, and a joiner stays only beside a letter
    outside ASCII: between others it marks copies, and joins nothing.
    """
    if text.isascii() and text.isprintable():
        return text, 0
    pieces: list[str] = []
    for index, it in enumerate(text):
        if it in _JOINERS:
            beside = text[max(index - 1, 0) : index] + text[index + 1 : index + 2]
            shown = any(not near.isascii() and near not in _JOINERS for near in beside)
        else:
            shown = it in "\n\r\t" or not (
                _SELECTORS.match(it) or unicodedata.category(it) in _HIDDEN
            )
        if shown:
            pieces.append(it)
    return "".join(pieces), len(text) - len(pieces)
