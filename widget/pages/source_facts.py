"""What a page says of itself as a source: title, publisher, date, type, archived copy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import urljoin

from widget.entry import urls
from widget.entry.vocabulary import SourceKind
from widget.pages.head import PageHead, read_head
from widget.pages.metadata import MAX_LINE, described, page_objects, read_metadata, schema_types
from widget.pages.visible_text import visible

_KINDS: tuple[tuple[frozenset[str], SourceKind], ...] = (
    (frozenset({"ScholarlyArticle", "MedicalScholarlyArticle"}), "journal"),
    (frozenset({"Book", "Chapter"}), "book"),
    (frozenset({"Report", "TechArticle"}), "report"),
    (frozenset({"GovernmentOrganization", "Legislation", "GovernmentService"}), "government"),
)
_NEWS = re.compile(r"(?:\w*NewsArticle|LiveBlogPosting|CriticReview)")
_GOVERNMENT = re.compile(
    r"(?:.*\.)?(?:gov|mil|(?:gov|gouv|gob|gub|gv|govt|go|admin|mil)\.[a-z]{2}"
    r"|bund\.de|europa\.eu|int)"
)
_PROGRAM = re.compile(r"^Microsoft (?:Word|PowerPoint|Excel) - ")
_NO_TITLE = re.compile(
    r"(?i)\.(?:docx?|odt|rtf|indd|qxp|qxd|pdf|pptx?|xlsx?|tex|dvi|ps)$"
    r"|^(?:untitled|document|slide|presentation|powerpoint)\b.{0,14}$"
)
_SEPARATOR = r"\s*[|·•:\u2013\u2014-]\s*"


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What is not stated is empty."""

    title: str = ""
    publisher: str = ""
    published: date | None = None
    type: SourceKind | None = None
    archive_url: str = ""

    def fields(self) -> dict[str, str]:
        """Return what is stated, by the source's field in an entry."""
        named = {
            "title": self.title,
            "publisher": self.publisher,
            "published": self.published.isoformat() if self.published else "",
            "type": self.type or "",
            "archive_url": self.archive_url,
        }
        return {name: value for name, value in named.items() if value}


def read_facts(text: str, *, url: str) -> SourceFacts:
    """Return what the page at ``url`` says of itself; ``text`` is its HTML."""
    head = read_head(text)
    metadata = read_metadata(head, url=url)
    title = metadata.title or described(head, "headline") or visible(head.title)[:MAX_LINE]
    return SourceFacts(
        _without_publisher(title, metadata.publisher),
        metadata.publisher,
        metadata.published,
        _type(head, url),
        _archived(head, url),
    )


def pdf_facts(stated_title: str, created: date | None, *, url: str) -> SourceFacts:
    """Return what the PDF at ``url`` says of itself by its metadata.

    Programs write the name of a file or a form into many titles: these are none.
    """
    title = _PROGRAM.sub("", visible(stated_title)).strip()[:MAX_LINE]
    named = "" if _NO_TITLE.search(title) else title
    kind: SourceKind = "government" if _is_government(url) else "report"
    return SourceFacts(named, published=created, type=kind)


def is_locked(head: PageHead) -> bool:
    """Return whether the page says that not everybody may read all of it.

    It does by schema.org/isAccessibleForFree, or by Facebook's ``article:content_tier``.
    """
    tiers = {it.lower() for name, it in head.meta if name.endswith("article:content_tier")}
    if tiers & {"locked", "metered"}:
        return True
    named = (it.get("isAccessibleForFree") for it in page_objects(head.data))
    return any(str(it).rpartition("/")[2].lower() == "false" for it in named)


def _type(head: PageHead, url: str) -> SourceKind | None:
    types = schema_types(head)
    for named, kind in _KINDS:
        if types & named:
            return kind
    meta = dict(reversed(head.meta))
    if "citation_isbn" in meta or meta.get("og:type", "").startswith(("book", "books.")):
        return "book"
    if "citation_technical_report_institution" in meta:
        return "report"
    if "citation_journal_title" in meta or "citation_doi" in meta:
        return "journal"
    if any(_NEWS.fullmatch(it) for it in types):
        return "news"
    if _is_government(url):
        return "government"
    if meta.get("og:type") == "article" and "article:published_time" in meta:
        return "news"
    return "website"


def _is_government(url: str) -> bool:
    try:
        return bool(_GOVERNMENT.fullmatch(urls.host_of(url)))
    except ValueError:
        return False


def _archived(head: PageHead, url: str) -> str:
    """Return the archived copy that the page names (schema.org/archivedAt, RFC 7089's links)."""
    named = described(head, "archivedAt")
    for href in (named, head.links.get("archived", ""), head.links.get("memento", "")):
        try:
            absolute = urljoin(url, href) if href else ""
        except ValueError:
            continue
        if absolute and not urls.link_problem(absolute):
            return absolute
    return ""


def _without_publisher(title: str, publisher: str) -> str:
    """Return a title without the site's name at its end, as pages have it for search engines."""
    if not publisher:
        return title
    found = re.search(rf"{_SEPARATOR}{re.escape(publisher)}\Z", title, re.IGNORECASE)
    return title[: found.start()] if found and found.start() else title
