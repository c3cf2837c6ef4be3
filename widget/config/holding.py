"""Finds the words and sections of an entry that ask for two approvals, in any script.

Text is compared without what one word is written with and without: case, accents, vowel signs,
the width of letters, and characters that nobody sees. So a word that is held is rather found once
too often than missed: that costs a second approval.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from widget.config.publication import Hold
from widget.entry import Entry, light_html

# Marks of alphabets whose words are also written without them; those of other scripts, as the
# vowels of Hindi or Thai, make other words. U+0640 is the Arabic tatweel.
_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\ufe00-\ufe0f]"
)
_TABLE = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201b\u02bc\u0060\u00b4", "'")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-")
    | {"\u0131": "i"}  # Turkish: a capital I is the same letter in other languages
)
_SPACE = re.compile(r"\s+")
# Scripts without spaces between words, and Korean, whose words take their particles without one.
_UNSPACED = (
    "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_STARTS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_ENDS_UNSPACED = re.compile(f"[{_UNSPACED}]$")
# What Arabic and Hebrew write together with the word that follows: and, in, for, as, the.
_JOINED = (
    (re.compile("[\u0620-\u06ff]"), "[\u0648\u0641]?[\u0628\u0643\u0644]?(?:\u0627\u0644|\u0644)?"),
    (re.compile("[\u05d0-\u05ea]"), "[\u05d5\u05e9\u05d4\u05d1\u05db\u05dc\u05de]{0,3}"),
)


def held(hold: Hold, entry: Entry) -> str:
    """Return the section or the word for which ``entry`` is held, "" for none."""
    section = folded(entry.article.section)
    for each in hold.sections:
        if section == folded(each):
            return each
    if not hold.words:
        return ""
    text = folded("\n".join(_texts(entry)))
    return next((word for word in hold.words if _pattern(word).search(text)), "")


def folded(text: str) -> str:
    """Return ``text`` with one form of each letter, space and apostrophe."""
    text = unicodedata.normalize("NFKD", text).translate(_TABLE)
    visible = "".join(it for it in text if unicodedata.category(it) != "Cf")
    # Folding case may bring marks, as that of the Turkish capital with a dot does.
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", visible.casefold()))
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", plain)).strip()


@lru_cache(512)
def _pattern(word: str) -> re.Pattern[str]:
    word = folded(word)
    joined = next((it for first, it in _JOINED if first.match(word)), "")
    start = "" if _STARTS_UNSPACED.match(word) else rf"(?<!\w){joined}"
    end = "" if _ENDS_UNSPACED.search(word) else r"(?!\w)"
    return re.compile(f"{start}{re.escape(word)}{end}")


def _texts(entry: Entry) -> Iterator[str]:
    """Yield all that readers see of an entry, as plain text."""
    yield from (entry.article.title, entry.article.section, *entry.article.authors)
    yield light_html.plain(entry.viewpoint.rationale)
    for group in entry.perspectives:
        yield from (group.heading or "", group.none_because or "")
        for point in group.points:
            yield from (light_html.plain(point.text), point.attributed_to or "")
    for source in entry.sources:
        yield from (source.title, source.publisher or "", source.quote or "")
    yield from (entry.provenance.provider or "", entry.provenance.model or "")
    yield from (correction.note for correction in entry.corrections)
