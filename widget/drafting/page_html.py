"""Rewrites a page as HTML that every parser reads alike, in linear time.

libxml2 takes minutes for a tag with 200,000 attributes, and its tokenizer differs from that of
browsers. What it gets is therefore the doctor's tokens, written anew: few attributes, and none of
the elements whose content is not the page's text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape

from widget.errors import InsightsError
from widget.pages.html import RAW, RAW_END, parse_comment, parse_tag

MAX_CHARACTERS = 2 * 1024 * 1024
MAX_ELEMENTS = 20_000
MAX_ATTRIBUTES = 60
MAX_STYLES = 200_000
"""Characters of all style sheets in the page; what follows is ignored."""

_HEAD = frozenset({"html", "head", "meta", "link", "base", "template"}) | RAW
# A comment, a tag, or what browsers take for a comment.
_MARK = re.compile(r"<!--|</?[A-Za-z]|<[!?/]", re.ASCII)
_TAG_NAME = re.compile(r"[a-z][a-z0-9:-]{0,60}", re.ASCII)
_ATTRIBUTE_NAME = re.compile(r"[a-z_][\w:.-]{0,60}", re.ASCII)


class ExtractionFailed(InsightsError):
    """The page's text was not read; the message says why."""


@dataclass(slots=True)
class PlainPage:
    """A page without raw elements; ``styles`` are its style sheets."""

    html: str = ""
    styles: list[str] = field(default_factory=list)


def rewrite(text: str) -> PlainPage:
    """Return the page, rewritten. Raises ExtractionFailed where it is too large."""
    if len(text) > MAX_CHARACTERS:
        raise ExtractionFailed(f"The page is larger than {MAX_CHARACTERS // 1024 // 1024} MB.")
    page = PlainPage()
    pieces: list[str] = []
    text = text.replace("\0", "")
    at, count, drawings, in_head = 0, 0, 0, True
    while mark := _MARK.search(text, at):
        start = mark.start()
        pieces.append(text[at:start].replace("<", "&lt;"))
        if mark[0] == "<!--":
            at = parse_comment(text, mark.end())[0]
            continue
        if not mark[0][-1].isalpha():
            end = text.find(">", mark.end())
            at = len(text) if end < 0 else end + 1
            continue
        closing, first = mark[0].startswith("</"), mark.end() - 1
        tag = parse_tag(text, first)
        if tag is None:
            at = len(text)  # the page ends inside a tag, which is then dropped
            break
        name, attributes, at, empty = tag
        if closing:
            drawings -= name == "svg" and drawings > 0
            if _TAG_NAME.fullmatch(name) and name not in RAW:
                pieces.append(f"</{name}>")
            continue
        count += 1
        if count > MAX_ELEMENTS:
            raise ExtractionFailed(
                f"The page has more than {MAX_ELEMENTS:,} elements; paste the article's text."
            )
        if name in RAW and not (empty and drawings):
            close = RAW_END[name].search(text, at)
            inner = text[at : close.start() if close else len(text)]
            at += len(inner)
            _keep(page, pieces, name, inner)
            continue
        if in_head and name not in _HEAD:
            # The tags may be left out; libxml2 would put an article into the head.
            pieces.append("</head>" if name == "body" else "</head><body>")
            in_head = False
        if _TAG_NAME.fullmatch(name) and name not in RAW and name != "plaintext":
            close_mark = "/>" if empty and (drawings or name == "svg") else ">"
            pieces.append(f"<{name}{_attributes(attributes)}{close_mark}")
        drawings += name == "svg" and not empty
    pieces.append(text[at:].replace("<", "&lt;"))
    page.html = "".join(pieces)
    return page


def _keep(page: PlainPage, pieces: list[str], name: str, inner: str) -> None:
    if name == "title":
        pieces.append(f"<title>{inner.replace('<', '&lt;')}</title>")
    elif name == "style" and sum(map(len, page.styles)) < MAX_STYLES:
        page.styles.append(inner[:MAX_STYLES])


def _attributes(attributes: dict[str, str]) -> str:
    named = [it for it in attributes.items() if _ATTRIBUTE_NAME.fullmatch(it[0])]
    return "".join(f' {name}="{escape(value)}"' for name, value in named[:MAX_ATTRIBUTES])
