"""The permalinks of live panels for search engines (sitemaps.org, protocol 0.9), and robots.txt."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

from widget.store import EntryReader, Live
from widget.store.log_line import LogLine
from widget.store.query import Key, Query, Row, key

MOST_URLS = 49_999
"""The protocol's limit for one file, less the page of corrections.

Its other one, 50 MB, is far: an entry takes 200 bytes.
"""
START = "-"
"""Before every id, of which none begins with a hyphen."""
_BATCH = 1_000
_SETTLED = timedelta(seconds=3)
"""After this time every process's lists show a change that is in the log."""
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_ALL = Query(sort="id")
"""Neither state nor draft narrows it: a draft and an invalid file leave what is live live."""

NOT_FOR_ROBOTS = ("/admin", "/api/", "/doctor", "/oembed", "/report/", "/snippet", "/voice/")
"""What robots do not fetch, by the beginning of its path.

Fragments are not among them: a search engine that renders an article fetches its panel as a browser
does. ``X-Robots-Tag`` keeps them out of its results.
"""


def sitemap(store: EntryReader, base: str, *, after: str = "", most: int = MOST_URLS) -> bytes:
    """Return the URLs of live panels by id: of ``most`` entries, from that after ``after``.

    Without ``after``, where there are more, the index of all such files. Raises StoreUnavailable.
    """
    starts = [] if after else list(_starts(store, most))
    if not starts:
        return _document("urlset", "url", _urls(store, base, after, most))
    first = f"{base}/sitemap.xml?after="
    return _document("sitemapindex", "sitemap", ((f"{first}{quote(it)}", None) for it in starts))


def all_urls(store: EntryReader, base: str, most: int = MOST_URLS) -> Iterator[tuple[str, bytes]]:
    """Yield the sitemap of an export as files: one, or an index and what it lists."""
    starts = list(_starts(store, most))
    if not starts:
        yield "sitemap.xml", _document("urlset", "url", _urls(store, base, "", most))
        return
    names = [f"sitemap-{number}.xml" for number, _ in enumerate(starts, 1)]
    for name, after in zip(names, starts, strict=True):
        yield name, _document("urlset", "url", _urls(store, base, after, most))
    listed = ((f"{base}/{name}", None) for name in names)
    yield "sitemap.xml", _document("sitemapindex", "sitemap", listed)


def robots(base: str) -> bytes:
    """Return robots.txt (RFC 9309) of the service at ``base``.

    Below a path, robots ask for that of the whole host; docs/corrections.md says what to add to it.
    """
    root = urlsplit(base).path
    lines = [f"Disallow: {root}{path}" for path in NOT_FOR_ROBOTS]
    text = "\n".join(["User-agent: *", *lines, "", f"Sitemap: {base}/sitemap.xml", ""])
    return text.encode()


def last_line(store: EntryReader) -> LogLine | None:
    """Return the newest line of the log, None if it has none."""
    size = store.log_size()
    return next(iter(store.log_lines(after=size - 1, limit=1)), None) if size else None


def is_settled(line: LogLine | None) -> bool:
    """Return whether the lists of every process show the change of ``line`` by now."""
    return line is None or datetime.now(UTC) - line.at > _SETTLED


def _starts(store: EntryReader, most: int) -> Iterator[str]:
    """Yield the id before each file's first, none where all URLs are in one file."""
    last: Key | None = None
    while boundary := store.rows(_ALL, limit=2, offset=most - 1, after=last):
        if len(boundary) == 1:  # the file's last is the last of all
            break
        if last is None:
            yield START
        last = key("id", boundary[0])
        yield boundary[0].id


def _urls(
    store: EntryReader, base: str, after: str, most: int
) -> Iterator[tuple[str, datetime | None]]:
    if after in ("", START):
        yield f"{base}/corrections", None  # a file without any URL would be invalid
    last: Key | None = None if after in ("", START) else ("", after)
    left = most
    while left and (rows := store.rows(_ALL, limit=min(_BATCH, left), after=last)):
        for row in rows:
            if changed := _changed(store, row):
                yield f"{base}/panel/{row.id}", changed
        last, left = key("id", rows[-1]), left - len(rows)


def _changed(store: EntryReader, row: Row) -> datetime | None:
    """Return when readers saw a change last, None if nothing is live."""
    if row.state == "live":
        return row.changed
    if row.state not in ("both", "invalid"):
        return None
    live = store.live(row.id)
    return live.at if isinstance(live, Live) else None


def _document(name: str, each: str, locations: Iterator[tuple[str, datetime | None]]) -> bytes:
    root = ET.Element(name, {"xmlns": _NAMESPACE})
    for location, changed in locations:
        element = ET.SubElement(root, each)
        ET.SubElement(element, "loc").text = location
        if changed:
            text = changed.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
            ET.SubElement(element, "lastmod").text = text
    text = ET.tostring(root, "unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()
