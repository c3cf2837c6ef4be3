"""The article that a draft is about: from its URL, from HTML or from plain text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from widget import __version__
from widget.config import Settings
from widget.drafting.evidence import Article
from widget.drafting.extraction import ExtractionFailed, extract
from widget.drafting.plain_text import paragraphs
from widget.entry import urls
from widget.net.page_fetcher import Rules, fetch_page, loopback_origins
from widget.net.resolver import Resolver, resolve
from widget.pages.metadata import MAX_LINE, Metadata, believed_canonical
from widget.pages.visible_text import visible

USER_AGENT = f"Insights-Drafting/{__version__}"
_HEAD_LINES = 8


def article_from_url(
    url: str, settings: Settings, *, deadline: float, resolver: Resolver = resolve
) -> Article:
    """Return the article at ``url``. ``deadline`` is a time of ``time.monotonic``.

    Raises FetchFailed where the page may not or cannot be fetched, TimeoutError after the deadline,
    ExtractionFailed where it has no text, InvalidSettings without the library.
    """
    page = fetch_page(url, _rules(settings), deadline=deadline, resolver=resolver)
    return article_from_html(page.text, url=page.url, settings=settings)


def article_from_html(html: str, *, url: str = "", settings: Settings | None = None) -> Article:
    """Return the article in ``html``, the page at ``url`` (may be empty).

    The canonical URL is used where it or ``url`` is on an origin that a publication of ``settings``
    lists, where both are on one origin, and where ``url`` is empty: other sites do not name pages
    of ours. Raises as ``article_from_url`` does.
    """
    found = extract(html, url=url)
    text, cut, metadata = found.text, found.cut, found.metadata
    if not text:
        raise ExtractionFailed(
            "No text was found in the page. It may need scripts, or hide its text from visitors; "
            "paste the article's text instead."
        )
    return Article(
        url=_url(url, metadata, settings),
        title=metadata.title,
        text=_body(text, metadata),
        authors=metadata.authors,
        section=metadata.section,
        kind=metadata.kind,
        published=metadata.published,
        language=metadata.language,
        cut=cut,
    )


def article_from_text(text: str, *, url: str = "", title: str = "") -> Article:
    """Return an article of plain text. Raises ExtractionFailed where it is blank."""
    body, cut = paragraphs(text)
    if not body:
        raise ExtractionFailed("The article has no text; paste it.")
    return Article(url=url.strip(), title=visible(title)[:MAX_LINE], text=body, cut=cut)


def ineligible(article: Article, settings: Settings) -> str:
    """Return why the article may have no panel by its kind or section; empty where it may.

    News is refused unless the publication lists it. A missing kind is accepted; an empty section is
    refused where the publication names sections.
    """
    publication = settings.publication_for(article.url)
    if article.kind == "news" and "news" not in publication.kinds:
        return "This is a news report; panels stand beside opinion only, so nothing was sent."
    if article.kind is not None and article.kind not in publication.kinds:
        eligible = ", ".join(publication.kinds)
        return (
            f"The article's kind is {article.kind!r}; {publication.name} shows panels only beside: "
            f"{eligible}. Nothing was sent."
        )
    if publication.sections and article.section not in publication.sections:
        eligible = ", ".join(publication.sections)
        section = f"section is {article.section!r}" if article.section else "section is not known"
        return (
            f"The article's {section}; {publication.name} shows panels only in: {eligible}. "
            "Nothing was sent."
        )
    return ""


def _rules(settings: Settings) -> Rules:
    listed = _listed(settings)

    def refusal(url: str) -> str:
        origin = urls.origin(url)
        if settings.drafting_articles == "any" or origin in listed:
            return ""
        return (
            f"{origin} is not among the origins of a publication here. Paste the article's text, "
            'or set drafting_articles = "any" to draft about articles of other sites.'
        )

    return Rules(
        refusal=refusal,
        redirect_refusal=lambda _url, _target: "",
        loopback_origins=loopback_origins(listed),
        types=("text/html", "application/xhtml+xml"),
        user_agent=USER_AGENT,
    )


def _url(url: str, metadata: Metadata, settings: Settings | None) -> str:
    """Return the URL of the entry: what the page's panel is looked up by, if we may believe it."""
    return believed_canonical(url, metadata, _listed(settings) if settings else [])


def _listed(settings: Settings) -> list[str]:
    return [origin for publication in settings.publications for origin in publication.origins]


def _body(text: str, metadata: Metadata) -> str:
    """Drop the lines at the head that repeat title, section or byline.

    Who wrote the article must not sway the model.
    """
    names = [folded for it in metadata.authors if (folded := _folded(it))]
    repeated = {_folded(metadata.title), _folded(metadata.section)}
    lines = text.split("\n")
    head = [
        line
        for line in lines[:_HEAD_LINES]
        if _folded(line) not in repeated and not _is_byline(line, names)
    ]
    return "\n".join([*head, *lines[_HEAD_LINES:]]) or text


def _is_byline(line: str, names: Iterable[str]) -> bool:
    """Return whether a line is an author's name with few words around it, and no sentence."""
    folded = _folded(line)
    return any(
        name in folded and len(folded.split()) <= len(name.split()) + 6 and line[-1:] not in ".?!"
        for name in names
    )


def _folded(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().casefold()
