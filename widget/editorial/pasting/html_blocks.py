"""Blocks of pasted HTML, as browsers, Word and Google Docs put it into the clipboard."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from widget.editorial.pasting.blocks import UNIT, Block, Link, unmark
from widget.editorial.pasting.plain import fill
from widget.entry import urls
from widget.pages.html import RAW, RAW_END, parse_comment, parse_tag
from widget.pages.visible_text import without_invisible

_MARK = re.compile(r"<!--|</?[A-Za-z]|<[!?/]", re.ASCII)
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "dd", "details", "div", "dl", "dt"}
    | {"fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6"}
    | {"header", "hr", "html", "li", "main", "nav", "ol", "p", "pre", "section", "summary"}
    | {"table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"}
)
_INLINE = {"b": "strong", "strong": "strong", "i": "em", "em": "em", "q": "q", "cite": "cite",
           "sub": "sub", "code": "code"}  # fmt: skip
_MAX_TOKENS = 60_000
_MAX_TAGS = 8
"""How deep emphasis may be nested; more is left out."""
_RAISED = re.compile(r"\s*[\[(]?\s*\d{1,2}(?:\s*[,;\u2013-]\s*\d{1,2})*\s*[\])]?\s*")
_NOTE = r"(?:sd)?(?:ftn|edn|ftnt|fn|cite|note|ref|endnote|footnote|source|src|bib)"
_TO_NOTE = re.compile(rf"#_?{_NOTE}\w*[-:_.]?[^#\s]*\Z", re.IGNORECASE)
_TO_MARK = re.compile(
    r"#_?(?:user-content-)?(?:(?:ftn|edn|ftnt|fn|cite|note|endnote|footnote)[-:_]?ref"
    r"|sd(?:foot|end)note\d+anc\Z)",
    re.IGNORECASE,
)
"""Links from a mark in the text to its note, and back from the note."""
_LABEL = re.compile(r"\s*[\[(]?\s*(?:[ivxlc]{1,6}|[A-Za-z]|[*†‡§]{1,3})\s*[\])]?\s*", re.IGNORECASE)
"""What a mark may be that is no number."""


@dataclass(slots=True)
class _Open:
    """An element that is open: its name, and the tag of light HTML that it became."""

    name: str
    tag: str = ""


@dataclass(slots=True)
class _Builder:
    blocks: list[Block] = field(default_factory=list)
    block: Block = field(default_factory=Block)
    stack: list[_Open] = field(default_factory=list)
    link: str = ""
    link_text: str | None = None
    raised: str | None = None
    lists: list[int | None] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    skipped: int = 0
    note: str = ""
    """The place in the same text that the open link leads to."""
    removed: int = 0


def html_blocks(text: str) -> tuple[list[Block], int]:
    """Return a block for each item, paragraph or heading of a piece of HTML.

    Also returns how many invisible characters were left out.
    """
    builder = _Builder()
    at, count = 0, 0
    text = text.replace("\0", "")
    while (mark := _MARK.search(text, at)) and count < _MAX_TOKENS:
        count += 1
        start = mark.start()
        _text(builder, text[at:start])
        if mark[0] == "<!--":
            at = parse_comment(text, mark.end())[0]
            continue
        if not mark[0][-1].isalpha():
            end = text.find(">", mark.end())
            at = len(text) if end < 0 else end + 1
            continue
        tag = parse_tag(text, mark.end() - 1)
        if tag is None:
            _text(builder, html.escape(text[start:], quote=False))
            at = len(text)
            break
        name, attributes, at, empty = tag
        if mark[0].startswith("</"):
            _close(builder, name)
        elif name in RAW and name != "noscript":
            close = RAW_END[name].search(text, at)
            at = close.start() if close else len(text)
        else:
            _start(builder, name, attributes)
            if empty or name in ("br", "hr", "img", "input", "meta", "link", "wbr"):
                _close(builder, name)
    _text(builder, text[at:])
    _break(builder)
    return builder.blocks, builder.removed


def _start(builder: _Builder, name: str, attributes: dict[str, str]) -> None:
    style = re.sub(r"\s+", "", attributes.get("style", "").lower())
    item = _Open(name)
    builder.stack.append(item)
    # Word's bullets and numbers: text in front of the item.
    if builder.skipped or "mso-list:ignore" in style or "display:none" in style:
        builder.skipped += 1
        return
    if name in _BLOCKS:
        _break(builder)
        _start_block(builder, name, attributes)
    elif name == "br":
        _append(builder, "\n")
    elif name == "a":
        _start_link(builder, attributes)
    elif name == "sup" or "vertical-align:super" in style:
        item.tag = "sup"
        builder.raised = builder.raised or ""
    elif not (name in ("b", "strong") and "font-weight:normal" in style):
        tag = _INLINE.get(name, "")
        if not tag and re.search(r"font-weight:(?:bold|[6-9]00)", style):
            tag = "strong"
        elif not tag and "font-style:italic" in style:
            tag = "em"
        plain = builder.link_text is None and builder.raised is None
        if tag and plain and len(builder.tags) < _MAX_TAGS:
            item.tag = tag
            builder.tags.append(tag)
            builder.block.text += f"<{tag}>"


def _start_block(builder: _Builder, name: str, attributes: dict[str, str]) -> None:
    if name in ("ol", "ul"):
        begin = attributes.get("start", "1")
        first = int(begin) if begin.isdecimal() and len(begin) < 4 else 1
        builder.lists.append(first if name == "ol" else None)
    elif name == "li" and builder.lists:
        builder.block.form, number = "*", builder.lists[-1]
        if number is not None:
            builder.block.number, builder.block.form = number, "1."
            builder.lists[-1] = number + 1
    builder.block.heading = bool(re.fullmatch("h[1-6]", name))


def _close(builder: _Builder, name: str) -> None:
    for depth in range(1, min(len(builder.stack), 60) + 1):
        if builder.stack[-depth].name == name:
            break
    else:
        return
    for _ in range(depth):
        item = builder.stack.pop()
        if builder.skipped:
            builder.skipped -= 1
        elif item.name == "a":
            _end_link(builder)
        elif item.tag == "sup":
            _end_raised(builder)
        elif item.tag:
            builder.tags.pop()
            builder.block.text += f"</{item.tag}>"
        if item.name in ("ol", "ul") and builder.lists:
            builder.lists.pop()
    if name in _BLOCKS:
        _break(builder)
    if name == "li":
        builder.block.form, builder.block.number = "", None


def _text(builder: _Builder, text: str) -> None:
    if text and not builder.skipped:
        shown, removed = without_invisible(re.sub(r"[ \t\r\n\f]+", " ", html.unescape(text)))
        builder.removed += removed
        _append(builder, shown)


def _append(builder: _Builder, text: str) -> None:
    if builder.raised is not None and builder.link_text is None:
        builder.raised += text
    elif builder.link_text is not None:
        builder.link_text += text
    else:
        fill(builder.block, text)


def _start_link(builder: _Builder, attributes: dict[str, str]) -> None:
    _end_link(builder)
    url = attributes.get("href", "").strip()
    if found := re.match(r"https?://www\.google\.[a-z.]+/url\?(?:.*&)?q=(https?%3A[^&]+)", url):
        url = unquote(found[1])
    inside = _TO_MARK.search(url) or _TO_NOTE.search(url)
    builder.link = "" if urls.link_problem(url) else url
    builder.note = inside[0] if inside else ""
    builder.link_text = ""


def _end_link(builder: _Builder) -> None:
    text, builder.link_text = builder.link_text, None
    if text is None:
        return
    number = re.fullmatch(r"\s*[\[(]?\^?(\d{1,2})[\])]?\s*", text)
    note, builder.note = builder.note, ""
    if note and _end_note(builder, note, text, int(number[1]) if number else None):
        return
    if builder.link and not (note and number):
        builder.block.add_link(Link(builder.link, " ".join(text.split())))
    elif number and int(number[1]):
        builder.block.text += f"[{int(number[1])}]"
    elif builder.raised is not None:
        builder.raised += text
    else:
        fill(builder.block, text)


def _end_note(builder: _Builder, note: str, text: str, number: int | None) -> bool:
    """End a link between a mark and its note; return False where it is to be taken as text."""
    block = builder.block
    begins = not re.sub(r"<[^<>]*>", "", block.text).strip()
    back = _TO_MARK.search(note) is not None
    if not back and not (begins and number and block.form in ("", "*")):
        # From a mark in the text, which a note's own number serves where it shows another.
        if number is None and _LABEL.fullmatch(text) and (named := re.search(r"\d{1,2}", note)):
            block.text += f"[{int(named[0])}]" if int(named[0]) else ""
            return True
        return False
    if not back or number or _LABEL.fullmatch(text) or not re.search(r"\w", text):
        named = re.search(r"\d{1,2}\Z", note) or re.search(r"\d{1,2}", note)
        if begins or block.number is not None:
            other = int(named[0]) if named else None
            block.number = number or block.number or other
            block.form = "[1]" if block.number else block.form
        builder.raised = None if begins else builder.raised
        return True
    return False


def _end_raised(builder: _Builder) -> None:
    text, builder.raised = builder.raised, None
    if not text:
        return
    before = builder.block.text
    if not before.strip() and (number := re.fullmatch(r"\s*\[?(\d{1,2})\]?\s*", text)):
        builder.block.number, builder.block.form = int(number[1]), "[1]"
    elif _RAISED.fullmatch(text) and not UNIT.search(before[-4:]):
        numbers = re.sub("[^0-9,;\u2013-]", "", text)
        builder.block.text += f"[{numbers}]"
    elif re.search(r"\w", text):
        builder.block.text += f"<sup>{html.escape(text, quote=False)}</sup>"


def _break(builder: _Builder) -> None:
    """End the block; elements of light HTML that are open end with it, and begin anew."""
    if builder.link_text is not None:
        _end_link(builder)
    if builder.raised is not None:
        _end_raised(builder)
    block = builder.block
    block.text += "".join(f"</{it}>" for it in reversed(builder.tags))
    text = re.sub(r"<(strong|em|q|cite|sub|code)>(\s*)</\1>", r"\2", block.text).strip()
    if text:
        block.text = text
        builder.blocks += _lines(block)
        builder.block = Block()
    elif builder.block.heading:
        builder.block = Block()
    # An item's mark waits for its first text, which a paragraph inside it may hold.
    builder.block = Block(form=builder.block.form, number=builder.block.number)
    builder.block.text = "".join(f"<{it}>" for it in builder.tags)


def _lines(block: Block) -> list[Block]:
    """Return a block's lines as blocks of their own if they are a list; else the block."""
    lines = [it.strip() for it in block.text.split("\n") if it.strip()]
    listed = len(lines) > 1 and not block.form and any(unmark(it)[2] for it in lines)
    balanced = all(it.count("<") == 0 or it.count("</") * 2 == it.count("<") for it in lines)
    if (listed or "\n\n" in block.text.replace(" ", "")) and balanced and len(lines) > 1:
        return [_part(block, it) for it in lines]
    block.text = "<br>".join(lines)
    if not block.form:
        # Bullets that are typed, as in mail.
        inner, number, form = unmark(block.text)
        if form and inner.strip():
            block.text, block.number, block.form = inner.strip(), number, form
    return [block]


def _part(block: Block, line: str) -> Block:
    part = Block(links=block.links)
    inner, part.number, part.form = unmark(line)
    part.text = inner.strip() or line
    return part
