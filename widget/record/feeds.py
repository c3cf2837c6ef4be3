"""Changes as Atom (RFC 4287, with pages by RFC 5005) and as JSON Feed 1.1."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from markupsafe import Markup

from widget.record.changes import Change, ChangePage
from widget.record.words import RecordWords

ATOM = "application/atom+xml; charset=utf-8"
JSON_FEED = "application/feed+json; charset=utf-8"
_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
"""When a feed changed in which nothing has happened yet; Atom requires a time."""
# XML 1.0, section 2.2: no document may contain these, not even escaped.
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A page of changes with its addresses.

    ``path`` is such as ``corrections/the-paper``, ``base`` the service's URL. ``names`` has the
    publication of each change, ``author`` is the name of the whole feed's.
    """

    page: ChangePage
    names: tuple[str, ...]
    title: str
    author: str
    words: RecordWords
    base: str
    path: str
    hub: str | None = None
    static: bool = False
    """Of an export: its pages are files, and no hub is told of them."""

    def url(self, extension: str = "", before: int | None = None) -> str:
        """Return the URL of the feed or the page; ``before`` 0 or None is the newest page."""
        if self.static:
            number = f".{before}" if before else ""
            return f"{self.base}/{self.path}{number}{extension or '.html'}"
        query = f"?before={before}" if before else ""
        return f"{self.base}/{self.path}{extension}{query}"

    def own_url(self, extension: str = "") -> str:
        """Return the URL of this page."""
        return self.url(extension, self.page.before)

    def items(self) -> Iterator[tuple[Change, str, tuple[Markup, ...]]]:
        """Yield each change with its heading and its paragraphs."""
        for change, name in zip(self.page.changes, self.names, strict=True):
            yield change, self.words.heading(change), tuple(self.words.sentences(change, name))

    def panel_url(self, change: Change) -> str:
        """Return the URL of the panel, or of the notice in its place."""
        return f"{self.base}/panel/{change.line.entry}"


def atom(feed: Feed) -> bytes:
    """Return the page as an Atom feed document."""
    extension = ".atom"
    root = ET.Element(
        "feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": feed.words.language}
    )
    _add(root, "id", feed.url(extension))
    _add(root, "title", feed.title)
    _add(root, "updated", _instant(feed.page.updated or _BEGINNING))
    _add(_add(root, "author"), "name", feed.author)
    _link(root, "self", feed.own_url(extension), "application/atom+xml")
    _link(root, "alternate", feed.own_url(), "text/html")
    _link(root, "first", feed.url(extension), "application/atom+xml")
    if feed.page.newer is not None:
        _link(root, "previous", feed.url(extension, feed.page.newer), "application/atom+xml")
    if feed.page.older is not None:
        _link(root, "next", feed.url(extension, feed.page.older), "application/atom+xml")
    if feed.hub:
        _link(root, "hub", feed.hub)
    for change, heading, paragraphs in feed.items():
        entry = _add(root, "entry")
        _add(entry, "id", change.id)
        _add(entry, "title", heading)
        _add(entry, "published", _instant(change.line.at))
        _add(entry, "updated", _instant(change.updated))
        _link(entry, "alternate", feed.panel_url(change), "text/html")
        if not change.still_withdrawn:
            _link(entry, "related", change.article_url)
        _add(entry, "category", term=change.line.action)
        _add(entry, "content", _html(paragraphs), type="html")
    text: str = ET.tostring(root, "unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}'.encode()


def json_feed(feed: Feed) -> bytes:
    """Return the page as a JSON Feed."""
    extension = ".json"
    document: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.url(),
        "feed_url": feed.own_url(extension),
        "language": feed.words.language,
        "authors": [{"name": feed.author}],
    }
    if feed.page.older is not None:
        document["next_url"] = feed.url(extension, feed.page.older)
    if feed.hub:
        document["hubs"] = [{"type": "WebSub", "url": feed.hub}]
    document["items"] = [
        {
            "id": change.id,
            "url": feed.panel_url(change),
            **({} if change.still_withdrawn else {"external_url": change.article_url}),
            "title": heading,
            "content_html": _html(paragraphs),
            "date_published": _instant(change.line.at),
            "date_modified": _instant(change.updated),
            "tags": [change.line.action],
        }
        for change, heading, paragraphs in feed.items()
    ]
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _html(paragraphs: tuple[Markup, ...]) -> str:
    return "".join(f"<p>{it}</p>" for it in paragraphs)


def _add(parent: ET.Element, name: str, text: str | None = None, **fields: str) -> ET.Element:
    added = ET.SubElement(parent, name, fields)
    added.text = None if text is None else _NOT_IN_XML.sub("", text)
    return added


def _link(parent: ET.Element, rel: str, href: str, media_type: str | None = None) -> None:
    fields = {"rel": rel, "href": href}
    _add(parent, "link", **(fields | ({"type": media_type} if media_type else {})))


def _instant(at: datetime) -> str:
    """Return a time by RFC 3339, as both formats have it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
