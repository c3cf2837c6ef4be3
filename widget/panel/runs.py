"""Splits text with markers so that no line begins with a marker and none is too wide."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

from widget.entry import footnotes

_ROW = 4
"""Number of consecutive markers that stay on one line."""
_LONG_WORD, _END, _WIDE_END = 10, 6, 2
"""Characters of a word that stay on the line of its markers: of a whole short word, of the end
of a long word, and of the end of a word in wide characters."""
# Prevents a line break beside it, even next to a button (CSS Text 3, section 5.1; UAX 14, LB11).
_JOINER = escape("\u2060")
# Allows a line break between two runs, neither of which may break.
_BREAK = escape("\u200b")

# A character reference counts as one character and is not split.
_LONGEST_REFERENCE = 42
_LAST_WORD = re.compile(rf"(?>&[^\s<>&;]{{1,40}};|[^\s<>]){{1,{_LONG_WORD + 1}}}\Z")
_CHARACTER = re.compile(r"&[^\s<>&;]+;|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reference:
    """A marker in a point: the ``occurrence``-th reference to source ``number``, from 1."""

    number: int
    occurrence: int
    source: bool


@dataclass(frozen=True, slots=True)
class Run:
    """References and the text that must stay on their line: the word before, punctuation after."""

    before: Markup
    references: tuple[Reference, ...]
    after: Markup


def pieces(text: Markup, sources: int, occurrences: Counter[int]) -> Iterator[Markup | Run]:
    """Yield sanitized light HTML with its markers as runs; ``sources`` is the number of sources.

    A run does not wrap, so it must fit into a container 200 CSS pixels wide: a line may break
    after every fourth consecutive marker. ``occurrences`` counts the references to each source.
    """
    before = Markup()
    references: list[Reference] = []
    row = 0  # markers since the last word
    for piece in (*footnotes.split(text), Markup()):
        if isinstance(piece, footnotes.Marker):
            # A link may not contain a button, so such a marker is text; this occurs in drafts only.
            valid = piece.number <= sources and not piece.in_link
            occurrences[piece.number] += valid
            references.append(Reference(piece.number, occurrences[piece.number], source=valid))
            continue
        if references and piece.isspace():
            continue
        if references:
            before = before.rstrip()
            start = _last_word(before)
            word = before[start:] or (_JOINER if before or 0 < row < _ROW else Markup())
            row = len(references) + (0 if before else row)
            end = _end_of_punctuation(piece)
            # Punctuation may follow a closing tag, and may not begin a line either.
            after = piece[:end] + (_JOINER if piece.startswith("</", end) else "")
            yield before[:start]
            for first in range(0, len(references), _ROW):
                if first:
                    yield _BREAK
                group, last = references[first : first + _ROW], first + _ROW >= len(references)
                yield Run(Markup() if first else word, tuple(group), after if last else Markup())
            piece = piece[end:]
            references = []
        else:
            yield before
        before = piece
    yield before


def _last_word(text: str) -> int:
    """Return the start of the last word of ``text``, or of the end of a long word.

    Chinese and Japanese have no spaces and wrap between any two characters; Thai has no spaces
    either, and a German word may be wider than a phone.
    """
    longest = (_LONG_WORD + 1) * (_LONGEST_REFERENCE if "&" in text else 1)
    word = _LAST_WORD.search(text, max(0, len(text) - longest))  # only there, to save time
    if not word:
        return len(text)
    characters = _CHARACTER.findall(word[0])
    if any(unicodedata.east_asian_width(it) in "WF" for it in characters if len(it) == 1):
        tail_length = _WIDE_END
    elif len(characters) > _LONG_WORD:
        tail_length = _END
    else:
        return word.start()
    start = len(text) - sum(map(len, characters[-tail_length:]))
    # Do not split a letter from its marks, or an emoji sequence.
    while start and (_extends(text[start]) or text[start - 1] == "\u200d"):
        start -= 1
    return start


def _extends(character: str) -> bool:
    """Return whether ``character`` combines with the one before it."""
    return (
        unicodedata.category(character).startswith("M")
        or character == "\u200d"
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
    )


def _end_of_punctuation(text: str) -> int:
    """Return the end of the punctuation that follows a word, in any script."""
    for index, character in enumerate(text):
        if unicodedata.category(character) in ("Pe", "Pf") or character in "\"'،؛؟।。、":
            continue
        # Full-width forms and the ellipsis fold to these.
        if unicodedata.normalize("NFKC", character)[0] not in ".,;:!?":
            return index
    return len(text)
