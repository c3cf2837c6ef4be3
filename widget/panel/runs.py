"""Text with its markers, cut so that no line begins with a marker and none is too wide."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

from widget.entry import footnotes

_ROW = 4
"""Markers in a row that stay on one line."""
_LONG_WORD, _END, _WIDE_END = 10, 6, 2
"""Characters of a word that stays whole with its markers; of a longer one, its last ones."""
# No line breaks beside it, not even next to a button (CSS Text 3, section 5.1; UAX 14, LB11).
_JOINER = escape("\u2060")
# Between two runs, neither of which may break, a line breaks only where this stands.
_BREAK = escape("\u200b")

# A character reference counts as one character, so that none is cut in two.
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
    """References with what must stay on their line: the word before, the full stop behind."""

    before: Markup
    references: tuple[Reference, ...]
    after: Markup


def pieces(text: Markup, sources: int, occurrences: Counter[int]) -> Iterator[Markup | Run]:
    """Yield sanitized light HTML with its markers as runs. Of ``sources`` there are so many.

    A run may not break, so it is kept narrow enough for a place 200 CSS pixels wide: of many
    markers in a row, lines may break behind every fourth. ``occurrences`` counts the references
    to each source.
    """
    before = Markup()
    references: list[Reference] = []
    row = 0  # markers since the last word
    for piece in (*footnotes.split(text), Markup()):
        if isinstance(piece, footnotes.Marker):
            # Inside a link a button cannot stand; such a marker is shown as text, in drafts only.
            has_source = piece.number <= sources and not piece.in_link
            occurrences[piece.number] += has_source
            references.append(Reference(piece.number, occurrences[piece.number], source=has_source))
            continue
        if references and piece.isspace():
            continue
        if references:
            before = before.rstrip()
            start = _last_word(before)
            word = before[start:] or (_JOINER if before or 0 < row < _ROW else Markup())
            row = len(references) + (0 if before else row)
            end = _end_of_punctuation(piece)
            # Behind a closing tag a quotation mark or a full stop may come: no line begins so.
            after = piece[:end] + (_JOINER if piece.startswith("</", end) else "")
            yield before[:start]
            for first in range(0, len(references), _ROW):
                if first:
                    yield _BREAK
                few, last = references[first : first + _ROW], first + _ROW >= len(references)
                yield Run(Markup() if first else word, tuple(few), after if last else Markup())
            piece = piece[end:]
            references = []
        else:
            yield before
        before = piece
    yield before


def _last_word(text: str) -> int:
    """Return where the last word of ``text`` begins, or of a long one, the end of it.

    Chinese and Japanese have no spaces, and break between any two characters; Thai has none,
    either, and a German word may be wider than a phone.
    """
    word = _LAST_WORD.search(text)
    if not word:
        return len(text)
    characters = _CHARACTER.findall(word[0])
    if any(unicodedata.east_asian_width(it) in "WF" for it in characters if len(it) == 1):
        staying = _WIDE_END
    elif len(characters) > _LONG_WORD:
        staying = _END
    else:
        return word.start()
    start = len(text) - sum(map(len, characters[-staying:]))
    # Not between a letter and its marks, nor inside an emoji of several.
    while start and (_extends(text[start]) or text[start - 1] == "\u200d"):
        start -= 1
    return start


def _extends(character: str) -> bool:
    """Tell whether ``character`` is drawn with the one before it."""
    return (
        unicodedata.category(character).startswith("M")
        or character == "\u200d"
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # tones of skin
    )


def _end_of_punctuation(text: str) -> int:
    """Return where what belongs behind the word ends, in whatever script."""
    for index, character in enumerate(text):
        if unicodedata.category(character) in ("Pe", "Pf") or character in "\"'،؛؟।。、":
            continue
        # Full-width forms and the ellipsis fold to these.
        if unicodedata.normalize("NFKC", character)[0] not in ".,;:!?":
            return index
    return len(text)
