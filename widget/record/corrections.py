"""The page of corrections and its two feeds: over all publications, or of one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Literal
from urllib.parse import quote

from widget import i18n
from widget.config import Publication, Settings
from widget.record import pages
from widget.record.changes import ChangePage
from widget.record.feeds import Feed
from widget.record.pages import PublicPage
from widget.record.words import RecordWords

PATH = "corrections"
Form = Literal["", ".atom", ".json"]


def feed_of(
    page: ChangePage, settings: Settings, slug: str | None, *, base: str, static: bool = False
) -> Feed:
    """Return ``page`` with its texts and addresses; ``slug`` None is that of all publications.

    Raises KeyError where no publication has that slug.
    """
    publication = settings.slugs[slug] if slug is not None else settings.publications[0]
    words = RecordWords(i18n.interface_language(publication.language))
    everybody = i18n.listed([it.name for it in settings.publications], words.language)
    return Feed(
        page=page,
        names=tuple(settings.publication_for(it.article_url).name for it in page.changes),
        title=words.page_heading() if slug is None else words.feed_title(publication.name),
        author=everybody if slug is None else publication.name,
        words=words,
        base=base,
        path=path_of(slug),
        hub=None if static else settings.websub_hub,
        static=static,
    )


def path_of(slug: str | None) -> str:
    """Return the path below the service's URL, without the extension of a feed."""
    return PATH if slug is None else f"{PATH}/{quote(slug)}"


def corrections_page(
    feed: Feed, settings: Settings, slug: str | None, *, static: bool = False
) -> PublicPage:
    """Return the page."""
    publication: Publication = (
        settings.slugs[slug] if slug is not None else settings.publications[0]
    )
    several = len(settings.publications) > 1
    return pages.render(
        "corrections.html",
        language=feed.words.language,
        accent=publication.accent,
        static=static,
        feed=feed,
        explanation=feed.words.explanation(),
        names=settings.publications if slug is None else (),
        others=[
            (it.name, replace(feed, path=path_of(name)).url())
            for name, it in settings.slugs.items()
            if several and slug is None
        ],
        date=partial(i18n.long_date, language=feed.words.language),
    )
