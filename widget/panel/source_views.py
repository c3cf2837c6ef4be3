"""The view of a source: its line, the references to it, and what the last check found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from widget import i18n
from widget.entry import Source, urls
from widget.panel.annotations import SourceAnnotation
from widget.panel.text_fragment import link_to_text
from widget.panel.words import Words


@dataclass(frozen=True, slots=True)
class DisplayDate:
    """A date: machine-readable and localized."""

    iso: str
    text: str


@dataclass(frozen=True, slots=True)
class BackReference:
    """A link from a source back to one of its references."""

    occurrence: int
    letter: str
    name: str


@dataclass(frozen=True, slots=True)
class SourceView:
    """One source, with the references to it.

    ``url`` is "" where the address may not be linked to. ``found`` says when the quote was found in
    the source, and ``quote_url`` leads straight to it where a browser finds it.
    """

    number: int
    title: str
    url: str
    publisher: str | None
    published: DisplayDate | None
    kind_name: str
    quote: str | None
    archive_url: str | None
    references: tuple[BackReference, ...]
    found: str | None
    quote_url: str | None
    gone: bool


def source_view(
    number: int,
    source: Source,
    references: int,
    phrases: Words,
    annotation: SourceAnnotation | None = None,
) -> SourceView:
    """Return the view of the ``number``-th source, which is cited ``references`` times."""
    letters = [_letter(index) if references > 1 else "" for index in range(references)]
    url = safe_link(source.url)
    archive_url, found, quote_url, gone = source.archive_url, None, None, False
    if annotation is not None:
        archive_url = annotation.archive_url or archive_url
        gone = annotation.gone_since is not None
        if annotation.quote_found_on and source.quote and not gone:
            found = phrases.quote_found(i18n.long_date(annotation.quote_found_on, phrases.language))
            if url and annotation.html:
                quote_url = link_to_text(url, source.quote)
    return SourceView(
        number=number,
        title=source.title,
        url=url,
        publisher=source.publisher,
        published=display_date(source.published, phrases.language) if source.published else None,
        kind_name=phrases.source_kind(source.type),
        quote=source.quote,
        archive_url=safe_link(archive_url or "") or None,
        references=tuple(
            BackReference(index + 1, letter, phrases.back_reference(number, letter))
            for index, letter in enumerate(letters)
        ),
        found=found,
        quote_url=quote_url,
        gone=gone,
    )


def display_date(day: date | datetime, language: str) -> DisplayDate:
    """Return the date, machine-readable and localized."""
    iso = day.isoformat().replace("+00:00", "Z")
    return DisplayDate(iso, i18n.long_date(day, language))


def safe_link(url: str) -> str:
    """Return ``url`` if it may be linked to, else ``""``; drafts are not validated."""
    return "" if urls.link_problem(url) else url


def _letter(index: int) -> str:
    """Return a, b … z, then aa, ab and so on."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters
