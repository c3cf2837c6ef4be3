"""Takes the text and the metadata of an article from its page, as readers see it."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from widget.drafting.hidden import remove_hidden
from widget.drafting.page_html import ExtractionFailed, rewrite
from widget.drafting.page_styles import Styles
from widget.drafting.plain_text import paragraphs
from widget.errors import InvalidSettings
from widget.pages.head import read_head
from widget.pages.metadata import MAX_AUTHORS, MAX_LINE, Metadata, read_metadata
from widget.pages.visible_text import visible

__all__ = ["Extracted", "ExtractionFailed", "extract", "parse"]


_HEAD = 200_000
"""Characters of a page in which a byline is looked for."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text, one paragraph a line; ``cut`` where it was longer than MAX_TEXT."""

    text: str
    cut: bool
    metadata: Metadata


def extract(html: str, *, url: str = "") -> Extracted:
    """Return what readers see of the article at ``url``; the text may be empty.

    Raises ExtractionFailed for a page that is too large or too complex, and InvalidSettings where
    the library is not installed.
    """
    trafilatura = _trafilatura()
    page = rewrite(html)
    root = parse(page.html)
    if root is None:
        return Extracted("", cut=False, metadata=Metadata())
    metadata = read_metadata(read_head(html), url=url)
    remove_hidden(root, Styles(page.styles))
    metadata = _completed(metadata, root, trafilatura)
    found = trafilatura.bare_extraction(
        root, url=url or None, include_comments=False, with_metadata=False, fast=True
    )
    text, cut = paragraphs(found.text if found else "")
    return Extracted(text, cut, metadata)


def _completed(metadata: Metadata, root: Any, trafilatura: Any) -> Metadata:  # noqa: ANN401
    """Add what the page's text shows: a heading, a byline, a date."""
    if metadata.title and metadata.authors and metadata.published:
        return metadata
    # Without its long search for dates, which takes seconds where a page is made for that.
    found = trafilatura.metadata.extract_metadata(root, extensive=False)
    page = visible(root.text_content()[:_HEAD])
    names = [_as_written(visible(it)[:MAX_LINE], page) for it in (found.author or "").split(";")]
    try:
        published = date.fromisoformat(found.date or "")
    except ValueError:
        published = None
    return replace(
        metadata,
        title=metadata.title or visible(found.title or "")[:MAX_LINE],
        authors=metadata.authors or tuple(it for it in names if it)[:MAX_AUTHORS],
        published=metadata.published or published,
    )


def _as_written(name: str, page: str) -> str:
    """Return a name as the page has it: the library drops full stops and changes capitals."""
    pattern = r"\.?\s+".join(map(re.escape, name.split()))
    found = re.search(rf"\b{pattern}\b", page, re.IGNORECASE) if pattern else None
    return found[0] if found else name


def _trafilatura() -> Any:  # noqa: ANN401
    """Return the library. Raises InvalidSettings where it is missing."""
    try:
        import trafilatura
        import trafilatura.metadata
    except ImportError as error:
        raise InvalidSettings(
            "drafting: taking an article's text from its page needs trafilatura, which is not "
            "installed; run: pip install 'insights-widget[draft]'"
        ) from error
    # Its messages contain what pages contain.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    logging.getLogger("htmldate").setLevel(logging.CRITICAL)
    return trafilatura


def parse(html: str, *, deep: bool = False) -> Any:  # noqa: ANN401
    """Return the tree of a page that ``rewrite`` has written, None where it has no element.

    ``deep``: with what is nested more than 256 times; walk it without recursion. Raises
    InvalidSettings where the library is not installed.
    """
    try:
        import lxml.html
    except ImportError as error:
        raise InvalidSettings(
            "reading pages needs lxml, which is not installed; run: "
            "pip install 'insights-widget[sources]'"
        ) from error
    parser = lxml.html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=deep
    )
    try:
        return lxml.html.document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except (lxml.etree.ParserError, AssertionError):
        return None
