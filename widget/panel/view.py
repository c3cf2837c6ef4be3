"""View models: plain values for the templates, computed from entries and settings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from markupsafe import Markup, escape

from widget import i18n
from widget.config import Publication, Text
from widget.entry import Entry, Source, Withdrawn, cost_breach, light_html, urls
from widget.entry.vocabulary import LEAN_SCALE, Lean
from widget.panel import disclosure, words
from widget.panel.disclosure import Contact, Reviews
from widget.panel.options import SOURCES, Options
from widget.panel.runs import Run, pieces


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
class PointView:
    """One point; ``anchor`` is such as ``1-2``: the second point of the first group."""

    anchor: str
    pieces: tuple[Markup | Run, ...]
    attributed_to: str | None


@dataclass(frozen=True, slots=True)
class GroupView:
    """One perspective. ``count`` is "" where ``none_because`` says why there are no points."""

    role: str
    heading: str
    own_heading: bool
    count: str
    open: bool
    points: tuple[PointView, ...]
    none_because: str | None


@dataclass(frozen=True, slots=True)
class SourceView:
    """One source, with the references to it."""

    number: int
    title: str
    url: str
    publisher: str | None
    published: DisplayDate | None
    kind_name: str
    quote: str | None
    archive_url: str | None
    references: tuple[BackReference, ...]


@dataclass(frozen=True, slots=True)
class ScalePosition:
    """One position of the lean scale; ``current`` is the article's."""

    name: str
    current: bool


@dataclass(frozen=True, slots=True)
class LeanView:
    """The viewpoint as a sentence; the scale shows the same visually.

    ``scale`` is empty if the lean is not on the scale.
    """

    value: Lean
    sentence: Markup
    scale: tuple[ScalePosition, ...]
    confidence: str | None


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """One correction."""

    kind_name: str
    at: DisplayDate
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """Values that every page needs."""

    language: str
    direction: str
    theme: str | None
    prefix: str = ""
    heading_level: int = 1
    article_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView(_View):
    """A page that says why there is no panel."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _EntryView(_View):
    entry_id: str
    accent: str
    content_language: str | None
    content_direction: str
    article_title: str
    permalink: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView(_EntryView):
    """What is left of a withdrawn panel."""

    statement: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelView(_EntryView):
    """A whole panel.

    ``label`` says who made the analysis. ``title`` is that of its page; ``lasting_title`` is for
    snippets, which are pasted once, and says nothing that a later review changes.
    """

    label: Markup
    title: str
    lasting_title: str
    introduction: Markup
    lean: LeanView
    rationale: Markup | None
    methodology: Markup | None
    groups: tuple[GroupView, ...]
    sources: tuple[SourceView, ...]
    sources_count: str
    sources_open: bool
    corrections: tuple[CorrectionView, ...]
    disclosure: tuple[Markup, ...]
    contact: Contact | None


def panel_view(
    entry: Entry,
    publication: Publication,
    options: Options,
    *,
    permalink: str,
    prefix: str,
    reviews: Reviews = (),
) -> PanelView:
    """Return the view of a panel. ``prefix`` begins every element id.

    ``reviews`` are the proven ones of exactly this version.
    """
    language = options.language or i18n.interface_language(entry.language)
    phrases = words.Words(language)
    occurrences: Counter[int] = Counter()
    # A draft, or published before there was a limit: escaped instead of sanitized.
    display = escape if cost_breach(entry) else light_html.display
    groups = tuple(_groups(entry, options, phrases, occurrences, display))
    label = disclosure.label(entry, phrases, reviews)
    lasting = disclosure.lasting_label(entry, phrases)
    return PanelView(
        **_common(entry.language, language, publication, options, prefix),
        entry_id=entry.id,
        article_title=entry.article.title,
        article_url=_link(entry.article.url),
        permalink=permalink,
        label=label,
        title=phrases.panel_title(entry.article.title, label.striptags()),
        lasting_title=phrases.panel_title(entry.article.title, lasting),
        introduction=_own_text(publication, publication.introduction, language)
        or phrases.introduction(),
        lean=_lean(entry, phrases),
        rationale=display(entry.viewpoint.rationale) or None,
        methodology=_own_text(publication, publication.methodology, language),
        groups=groups,
        sources=tuple(
            _source(number, source, occurrences[number], phrases)
            for number, source in enumerate(entry.sources, 1)
        ),
        sources_count=phrases.sources_count(len(entry.sources)),
        sources_open=SOURCES in options.open,
        corrections=tuple(
            CorrectionView(
                phrases.correction_kind(correction.kind),
                display_date(correction.at, language),
                correction.note,
            )
            for correction in entry.corrections
        ),
        disclosure=(
            *disclosure.sentences(entry, publication, phrases, reviews),
            _own_text(publication, publication.disclosure, language)
            or phrases.default_disclosure(),
        ),
        contact=disclosure.contact_of(publication),
    )


def notice_view(
    withdrawn: Withdrawn, publication: Publication, options: Options, *, permalink: str, prefix: str
) -> NoticeView:
    """Return the view of the notice for a withdrawn entry."""
    language = options.language or i18n.interface_language(withdrawn.language)
    return NoticeView(
        **_common(withdrawn.language, language, publication, options, prefix),
        entry_id=withdrawn.id,
        article_title=withdrawn.article_title,
        article_url=_link(withdrawn.article_url),
        permalink=permalink,
        statement=words.Words(language).withdrawal(
            publication.name, display_date(withdrawn.at, language).text, legal=withdrawn.legal
        ),
        reason=withdrawn.reason,
    )


def message_view(title: str, text: str, language: str, options: Options) -> MessageView:
    """Return the view of a page that says why there is no panel."""
    return MessageView(
        language=language,
        direction=i18n.direction(language),
        theme=None if options.theme == "host" else options.theme,
        title=title,
        text=text,
    )


def display_date(day: date | datetime, language: str) -> DisplayDate:
    """Return the date, machine-readable and localized."""
    iso = day.isoformat().replace("+00:00", "Z")
    return DisplayDate(iso, i18n.long_date(day, language))


def _common(
    content: str, language: str, publication: Publication, options: Options, prefix: str
) -> dict[str, Any]:
    accent = options.accent_on(publication)
    foreign = i18n.written_in(content) != i18n.written_in(language)
    return {
        "language": language if foreign else content,
        "direction": i18n.direction(language),
        "theme": None if options.theme == "host" else options.theme,
        "prefix": prefix,
        "heading_level": options.heading_level or (publication.heading_level if prefix else 1),
        "accent": f"{accent.light} {accent.dark}",
        "content_language": content if foreign else None,
        "content_direction": i18n.direction(content),
    }


def _own_text(publication: Publication, text: Text | None, language: str) -> Markup | None:
    own = publication.text(text, language)
    return light_html.display(own) if own else None


def _lean(entry: Entry, phrases: words.Words) -> LeanView:
    lean = entry.viewpoint.lean
    return LeanView(
        value=lean,
        sentence=phrases.lean_sentence(lean),
        scale=tuple(
            ScalePosition(phrases.lean(position), position == lean) for position in LEAN_SCALE
        )
        if lean in LEAN_SCALE
        else (),
        confidence=phrases.confidence(entry.viewpoint.confidence),
    )


def _groups(
    entry: Entry,
    options: Options,
    phrases: words.Words,
    occurrences: Counter[int],
    display: Callable[[str], Markup],
) -> Iterator[GroupView]:
    for index, group in enumerate(entry.perspectives, 1):
        yield GroupView(
            role=group.role,
            heading=group.heading or phrases.role(group.role),
            own_heading=group.heading is not None,
            count=phrases.points_count(len(group.points))
            if group.points or group.none_because is None
            else "",
            open=group.role in options.open,
            points=tuple(
                PointView(
                    f"{index}-{number}",
                    tuple(pieces(display(point.text), len(entry.sources), occurrences)),
                    point.attributed_to,
                )
                for number, point in enumerate(group.points, 1)
            ),
            none_because=group.none_because,
        )


def _source(number: int, source: Source, references: int, phrases: words.Words) -> SourceView:
    letters = [_letter(index) if references > 1 else "" for index in range(references)]
    return SourceView(
        number=number,
        title=source.title,
        url=_link(source.url),
        publisher=source.publisher,
        published=display_date(source.published, phrases.language) if source.published else None,
        kind_name=phrases.source_kind(source.type),
        quote=source.quote,
        archive_url=_link(source.archive_url or "") or None,
        references=tuple(
            BackReference(index + 1, letter, phrases.back_reference(number, letter))
            for index, letter in enumerate(letters)
        ),
    )


def _link(url: str) -> str:
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
