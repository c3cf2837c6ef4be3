"""The exported files about all entries: corrections with their feeds, and the sitemap."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

from widget.config import Settings
from widget.record import sitemap
from widget.record.changes import ChangePage, Changes
from widget.record.corrections import corrections_page, feed_of
from widget.record.feeds import atom, json_feed
from widget.store import EntryReader


def public_record(store: EntryReader, settings: Settings, base: str) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of each file. An older page has the number it ends before."""
    changes = Changes(store, settings)
    for slug in (None, *settings.slugs):
        publication = None if slug is None else settings.slugs[slug]
        before: int | None = None
        while True:
            page = changes.page(publication, before=before)
            yield from _page(page, settings, slug, base)
            if page.older is None:
                break
            before = page.older
    yield from sitemap.all_urls(store, base)
    yield "robots.txt", sitemap.robots(base)


def _page(
    page: ChangePage, settings: Settings, slug: str | None, base: str
) -> Iterator[tuple[str, bytes]]:
    feed = feed_of(page, settings, slug, base=base, static=True)
    start = len(base) + 1
    for extension, content in (
        ("", corrections_page(feed, settings, slug, static=True).body),
        (".atom", atom(feed)),
        (".json", json_feed(feed)),
    ):
        yield unquote(feed.own_url(extension)[start:]), content
