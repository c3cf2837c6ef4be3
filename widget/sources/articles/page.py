"""Reads the page of an article: its text, and all that readers see around it."""

from __future__ import annotations

from dataclasses import dataclass

from widget.drafting.article import article_from_html
from widget.drafting.extraction import ExtractionFailed
from widget.drafting.page_text import page_text
from widget.errors import InvalidSettings
from widget.net.page_fetcher import decode
from widget.pages.head import read_head
from widget.pages.source_facts import is_locked
from widget.sources.fetching import Fetched
from widget.sources.record import Answer

_PAGE_TYPES = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """How an article's page answers. ``text`` is the article's, ``whole`` all of the page's.

    Both are empty where they could not be read; ``reason`` then says why.
    """

    answer: Answer
    status: int | None = None
    url: str = ""
    reason: str = ""
    text: str = ""
    whole: str = ""


def read_article(fetched: Fetched) -> ArticlePage:
    """Read a response."""
    page = ArticlePage(fetched.answer, fetched.status, fetched.url, fetched.reason)
    if fetched.answer not in ("ok", "moved") or fetched.body is None:
        return page
    if fetched.type not in _PAGE_TYPES:
        return _unread(page, "It is not an HTML page any more.")
    html = decode(fetched.body, fetched.charset)
    try:
        # As drafting takes it: without lines at its head that repeat its title or byline.
        text = article_from_html(html, url=fetched.url).text
        whole = page_text(html)
    except (ExtractionFailed, InvalidSettings) as error:
        return _unread(page, str(error))
    answer: Answer = "paywall" if is_locked(read_head(html)) else fetched.answer
    return ArticlePage(answer, fetched.status, fetched.url, "", text, whole)


def _unread(page: ArticlePage, reason: str) -> ArticlePage:
    return ArticlePage(page.answer, page.status, page.url, reason)
