"""What a page says about its article, in JSON-LD, meta elements and attributes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urljoin

from widget.entry import urls
from widget.entry.model import LANGUAGE_PATTERN
from widget.entry.vocabulary import ArticleKind
from widget.pages.head import PageHead
from widget.pages.visible_text import visible

MAX_LINE = 500
MAX_AUTHORS = 20
_MAX_OBJECTS = 2_000

# schema.org/NewsArticle's subtypes. A plain NewsArticle may be anything, a column included.
_KINDS: dict[str, ArticleKind] = {
    "OpinionNewsArticle": "opinion",
    "AnalysisNewsArticle": "analysis",
    "ReviewNewsArticle": "review",
    "CriticReview": "review",
    "ReportageNewsArticle": "news",
}
_ARTICLES = frozenset(
    {"Article", "NewsArticle", "BlogPosting", "SocialMediaPosting", "LiveBlogPosting", "Report"}
    | {"AskPublicNewsArticle", "BackgroundNewsArticle", "AdvertiserContentArticle"}
    | {"ScholarlyArticle", "TechArticle", "MedicalScholarlyArticle", *_KINDS}
)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is not stated is empty. ``canonical`` is absolute."""

    title: str = ""
    authors: tuple[str, ...] = ()
    section: str = ""
    kind: ArticleKind | None = None
    published: date | None = None
    language: str = ""
    canonical: str = ""
    publisher: str = ""


def read_metadata(head: PageHead, *, url: str) -> Metadata:
    """Return what the page at ``url`` says of its article."""
    article = _article(head.data)
    meta = _meta(head)
    return Metadata(
        title=_line(article.get("headline"))
        or meta.get("citation_title", "")
        or meta.get("og:title", ""),
        authors=_names(article.get("author"))
        or _named(head, "citation_author")
        or tuple(it for it in (meta.get("author", ""),) if it and "://" not in it)
        or tuple(it for it in (meta.get("article:author", ""),) if it and "://" not in it),
        section=_line(article.get("articleSection")) or meta.get("article:section", ""),
        kind=_kind(article),
        published=_date(article.get("datePublished"))
        or _date(meta.get("article:published_time"))
        or _date(meta.get("datepublished"))
        or _date(meta.get("date"))
        or _date(meta.get("citation_publication_date", "").replace("/", "-"))
        or _date(meta.get("citation_date", "").replace("/", "-"))
        or _date(meta.get("dc.date", ""))
        or _date(meta.get("dcterms.date", "")),
        language=_language(
            head.language,
            meta.get("og:locale"),
            article.get("inLanguage"),
            meta.get("content-language"),
        ),
        canonical=_canonical(head, meta, url),
        publisher=(
            _names(article.get("publisher"))
            or (
                meta.get("citation_journal_title")
                or meta.get("citation_publisher")
                or meta.get("og:site_name", ""),
            )
        )[0],
    )


def believed_canonical(url: str, metadata: Metadata, listed: Iterable[str]) -> str:
    """Return the canonical URL of the page at ``url`` (may be empty) if it may be believed.

    It may where both are on one origin, or one of them on a ``listed`` origin: other sites do not
    name pages of ours. Else returns ``url``.
    """
    canonical = metadata.canonical
    if not canonical:
        return url
    if not url or urls.origin(canonical) == urls.origin(url):
        return canonical
    return canonical if {urls.origin(url), urls.origin(canonical)} & set(listed) else url


def schema_types(head: PageHead) -> set[str]:
    """Return the types of the objects of JSON-LD that describe the page."""
    return {it for item in page_objects(head.data) for it in _types(item)}


def described(head: PageHead, key: str) -> str:
    """Return the first text that the page's JSON-LD has under ``key``."""
    return next((line for it in page_objects(head.data) if (line := _line(it.get(key)))), "")


def page_objects(data: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield the objects of JSON-LD that describe the page."""
    for text in data:
        try:
            yield from _objects(json.loads(text, strict=False))
        except (ValueError, RecursionError):
            continue


def _named(head: PageHead, name: str) -> tuple[str, ...]:
    return _names([value for it, value in head.meta if it == name])


def _meta(head: PageHead) -> dict[str, str]:
    """Return the first content of each meta element by its name in lower case."""
    found: dict[str, str] = {}
    for name, value in head.meta:
        if content := _line(value):
            found.setdefault(name, content)
    return found


def _article(data: Iterable[str]) -> dict[str, Any]:
    """Return the first JSON-LD object that is an article; one of a known kind goes first."""
    found = [it for it in page_objects(data) if _ARTICLES & _types(it)]
    return next((it for it in found if _kind(it)), found[0] if found else {})


def _objects(value: object) -> Iterator[dict[str, Any]]:
    """Yield the objects of JSON-LD that describe the page, without those inside an article."""
    waiting, count = [value], 0
    while waiting and count < _MAX_OBJECTS:
        count += 1
        match waiting.pop(0):
            case dict() as item:
                yield item
                waiting.extend(item.get(it) for it in ("@graph", "mainEntity") if it in item)
            case list() as items:
                waiting.extend(items[:_MAX_OBJECTS])


def _types(item: dict[str, Any]) -> set[str]:
    named = item.get("@type")
    types = named if isinstance(named, list) else [named]
    return {it.rpartition("/")[2].rpartition(":")[2] for it in types if isinstance(it, str)}


def _kind(article: dict[str, Any]) -> ArticleKind | None:
    return next((_KINDS[it] for it in sorted(_types(article)) if it in _KINDS), None)


def _line(value: object) -> str:
    """Return a text, the first of a list of them, or an object's name."""
    if isinstance(value, list):
        return next((line for it in value[:20] if (line := _line(it))), "")
    if isinstance(value, dict):
        return _line(value.get("name"))
    return visible(value)[:MAX_LINE].strip() if isinstance(value, str) else ""


def _names(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    names = (_line(it) for it in values[:MAX_AUTHORS])
    return tuple(dict.fromkeys(it for it in names if it and "://" not in it))


def _date(value: object) -> date | None:
    """Return the day as it is written, wherever that is on earth."""
    found = (
        re.match(r"\d{4}-\d\d-\d\d", value.strip(), re.ASCII) if isinstance(value, str) else None
    )
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None


def _language(*values: object) -> str:
    for value in values:
        named = value.get("alternateName") if isinstance(value, dict) else value
        tag = _line(named).replace("_", "-")
        if re.fullmatch(LANGUAGE_PATTERN.strip("^$"), tag):
            return tag
    return ""


def _canonical(head: PageHead, meta: dict[str, str], url: str) -> str:
    for href in (head.links.get("canonical", ""), meta.get("og:url", "")):
        try:
            absolute = urljoin(url, href.strip()) if href.strip() else ""
        except ValueError:
            continue
        if absolute and not urls.link_problem(absolute):
            return absolute
    return ""
