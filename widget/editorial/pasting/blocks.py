"""The blocks of a pasted text: one for each item, paragraph or heading."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another site."""

    url: str
    text: str


@dataclass(slots=True)
class Block:
    """One block. ``text`` is light HTML, in which ``links[n]`` is U+E000, the number n, U+E001.

    ``number`` is what an item is numbered with, ``form`` how: ``[1]``, ``1.`` or not at all.
    """

    text: str = ""
    links: list[Link] = field(default_factory=list)
    number: int | None = None
    form: str = ""
    heading: bool = False

    def add_link(self, link: Link) -> None:
        """Append ``link`` to the text."""
        self.text += f"\ue000{len(self.links)}\ue001"
        self.links.append(link)


LINK = re.compile("\ue000(\\d+)\ue001")

RAISED_DIGIT = "[\u00b9\u00b2\u00b3\u2070\u2074-\u2079]"
UNIT = re.compile(r"(?:\d|(?<![A-Za-z])(?:[cdkm]?m|ft|in|mi|km|CO|x|n))\Z")
"""What a raised number after it is an exponent of, and no marker."""
_BULLET = re.compile(
    r"\s*(?:[•‣\u2043∙◦▪▫●○■□☐☑☒✓✔➢➤►▶\u2013\u2014·*+§-]|o(?=\s{2}|\t))[ \t\u00a0]+(?=\S)"
    r"(?:\[[ xX]\]\s+(?=\S))?"
)
_DIGITS = r"[1-9\u0661-\u0669\u06f1-\u06f9]\d?"
_NUMBER = re.compile(
    rf"\s*(?:\[\^?(?P<bracket>{_DIGITS})\]:?(?!\[|\()|(?P<plain>{_DIGITS})[.)](?=\s|\Z)"
    rf"|\^(?P<caret>[1-9]\d?)(?=\s)|(?P<raised>{RAISED_DIGIT}{{1,2}})(?=\s|http))[ \t\u00a0]*"
)


def unmark(text: str) -> tuple[str, int | None, str]:
    """Return an item's text without its bullet or number, the number, and the number's form.

    The form is ``*`` for a bullet, ``[1]`` for a number in brackets or raised, ``1.`` for another.
    """
    if found := _BULLET.match(text):
        inner, number, form = unmark(text[found.end() :])
        return inner, number, form or "*"
    if found := _NUMBER.match(text):
        written = found["bracket"] or found["plain"] or found["caret"] or found["raised"]
        return (
            text[found.end() :],
            int(unicodedata.normalize("NFKC", written)),
            "1." if found["plain"] else "[1]",
        )
    return text, None, ""
