"""What is read in a source: its text, its title and date, and whether one has to pay for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from widget.drafting.extraction import ExtractionFailed
from widget.drafting.gate import folding
from widget.drafting.page_text import page_text
from widget.net.page_fetcher import decode
from widget.pages.head import read_head
from widget.pages.source_facts import is_locked, read_facts
from widget.pages.visible_text import visible
from widget.sources.pdf import PdfUnread, pdf_text

_PAGE_TYPES = ("text/html", "application/xhtml+xml")
_UNNAMED_TYPES = ("", "application/octet-stream", "binary/octet-stream")
_FEW_CHARACTERS = 200
"""A page with less text than this, and with scripts, needs them to show the rest."""
# Chinese, Japanese, Thai and others, which are written without spaces: a line's end is none there.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uff01-\uff60"
)
_BETWEEN_UNSPACED = re.compile(rf"(?<=[{_UNSPACED}])[^\S\n]*\n\s*(?=[{_UNSPACED}])")
_HYPHENATED = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]\s*\n\s*(?=[^\W\d_])")


@dataclass(frozen=True, slots=True)
class Content:
    """``texts`` are readings of the text, folded; ``reason`` says why it has none, or no more."""

    texts: tuple[str, ...] = ()
    reason: str = ""
    titles: tuple[str, ...] = ()
    published: date | None = None
    locked: bool = False


def read_content(body: bytes, *, media_type: str, charset: str, url: str) -> Content:
    """Read the body of a source. Raises InvalidSettings where a library is not installed."""
    kind = _sniffed(body, media_type)
    if kind in _PAGE_TYPES:
        return _page(decode(body, charset), url)
    if kind == "application/pdf":
        try:
            text = pdf_text(body)
        except PdfUnread as error:
            return Content(reason=str(error))
        if not text.strip():
            return Content(reason="This PDF has no text; it may be scanned.")
        return Content((fold(text), fold(_HYPHENATED.sub("", text))))
    if kind == "text/plain":
        text = decode(body, charset)
        return Content((fold(text), fold(_HYPHENATED.sub("", text))))
    return Content(reason=f"Its text is not read: it is {kind[:60] or 'of unknown type'}.")


def fold(text: str) -> str:
    """Return a text as quotations are looked for in it."""
    return folding.fold(_BETWEEN_UNSPACED.sub("", text))


def without_breaks(quote: str) -> str:
    """Return a quotation without the ends of lines that its script has no spaces for."""
    return _BETWEEN_UNSPACED.sub("", quote)


def _page(html: str, url: str) -> Content:
    head = read_head(html)
    facts = read_facts(html, url=url)
    meta = [value for name, value in head.meta if name == "og:title"]
    titles = tuple(filter(None, (facts.title, visible(head.title[:1_000]), *meta[:1])))
    read = {"titles": titles, "published": facts.published, "locked": is_locked(head)}
    try:
        whole, plain = page_text(html), page_text(html, running=True)
    except ExtractionFailed as error:
        why = str(error).partition(";")[0].rstrip(".")  # what follows is advice for articles
        return Content(reason=f"{why}.", **read)  # type: ignore[arg-type]  # as the field says
    texts = tuple(dict.fromkeys((fold(whole), fold(_HYPHENATED.sub("", plain)))))
    few = len(texts[0]) < _FEW_CHARACTERS and "<script" in html.lower()
    reason = "The page shows its text with scripts only." if few else ""
    return Content(texts, reason, **read)  # type: ignore[arg-type]  # as above


def _sniffed(body: bytes, media_type: str) -> str:
    """Return the media type; where the server names none, that which the body begins with."""
    if media_type not in _UNNAMED_TYPES:
        return media_type
    start = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"%pdf-"):
        return "application/pdf"
    if start.startswith((b"<!doctype html", b"<html")) and not media_type:
        return "text/html"
    return media_type
