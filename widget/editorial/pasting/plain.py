"""Blocks of plain text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from widget.editorial.pasting.blocks import Block, Link, unmark
from widget.editorial.pasting.ordinals import ORDINAL
from widget.entry import light_html, urls

_BARE = r"(?<![\w@])(?:https?://|www\.)[^\s<>\"“”«»]{1,2048}"
_URL = re.compile(_BARE, re.IGNORECASE)
_LINK = re.compile(
    rf"\[(?P<text>[^\[\]\n]{{1,500}})\]\((?P<url>https?://[^\s()<>]{{1,2048}})"
    rf"(?:\s+\"[^\"\n]{{0,500}}\")?\)|<(?P<auto>https?://[^\s<>]{{1,2048}})>|(?P<bare>{_BARE})",
    re.IGNORECASE,
)
"""A link of Markdown, or an address."""
_AFTER_URL = ".,;:!?'…*_\u2019"
_WRAPPED = range(40, 101)
"""The lengths of a line that goes on in the next one, where its end shows no other reason."""


def plain_blocks(text: str) -> list[Block]:
    """Return a block for each item, paragraph or line of ``text``."""
    return [block_of(it) for it in _items(text)]


def block_of(text: str) -> Block:
    """Return the block of one item, with its bullet or number."""
    heading = bool(re.match(r"\s*#{1,6}\s+\S", text))
    inner, number, form = unmark(re.sub(r"\A\s*#{1,6}\s+", "", text) if heading else text)
    block = Block(number=number, form=form, heading=heading)
    fill(block, inner.strip(), light=_is_light_html(inner))
    return block


def fill(block: Block, text: str, *, light: bool = False) -> None:
    """Append ``text`` to the block, its addresses as links."""
    start = 0
    for found in _LINK.finditer(text):
        exact = found["url"] or found["auto"]
        url = exact or _trimmed(found["bare"])
        whole = urls.with_scheme(url)
        if urls.link_problem(whole):
            continue
        block.text += _escaped(text[start : found.start()], light=light)
        block.add_link(Link(whole, found["text"] or ""))
        start = found.end() if exact else found.start() + len(url)
    block.text += _escaped(text[start:], light=light)


def _trimmed(url: str) -> str:
    """Return an address without the punctuation of the sentence around it."""
    while url:
        opening = {")": "(", "]": "["}.get(url[-1])
        if (opening and url.count(url[-1]) > url.count(opening)) or url[-1] in _AFTER_URL:
            url = url[:-1]
        elif found := re.search(r"(?:\[\d+\])+\Z", url):
            url = url[: found.start()]
        else:
            break
    return url


def _is_light_html(text: str) -> bool:
    """Return whether the text is written in light HTML already."""
    if "<" not in text or light_html.cost_problem(text):
        return False
    return bool(re.search("</(?:a|abbr|b|cite|code|em|i|q|strong|su[bp])>", text)) and (
        light_html.change(text) is None
    )


def _escaped(text: str, *, light: bool) -> str:
    return text if light else html.escape(text, quote=False)


def _items(text: str) -> Iterator[str]:
    """Yield the text of each item: lines that go on are joined."""
    item, before = "", ""
    for line in text.split("\n"):
        if item and line.strip() and _goes_on(before, line, item):
            item = f"{item.rstrip()} {line.strip()}"
        else:
            if item.strip():
                yield item
            item = line
        before = line
    if item.strip():
        yield item


def _goes_on(before: str, line: str, item: str) -> bool:
    if not before.strip() or unmark(line)[2] or ORDINAL.match(line):
        return False
    if _URL.match(line.strip()):
        # The address of a numbered source may stand below its title.
        alone = _URL.fullmatch(line.strip()) is not None
        return alone and unmark(item)[1] is not None and "://" not in item
    if unmark(item)[2] and line[:1].isspace():
        return True
    return (
        len(before.rstrip()) in _WRAPPED
        and not re.search(r"[.!?…:;\])”\"\u2019»]\s*\Z", before)
        and not _URL.search(before)
        and line.lstrip()[:1].islower()
    )
