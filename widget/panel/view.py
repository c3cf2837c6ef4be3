"""View models: plain values for the templates, computed from entries and settings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from widget import i18n
from widget.config import Publication, Text
from widget.entry import Entry, Perspective, Withdrawn, cost_breach, light_html
from widget.entry.vocabulary import LEAN_SCALE, Lean
from widget.panel import annotations as annotated
from widget.panel import disclosure, linked_data, words
from widget.panel.annotations import Annotations
from widget.panel.disclosure import Contact, Reviews
from widget.panel.linked_data import Facts
from widget.panel.options import SOURCES, Options
from widget.panel.runs import Run, pieces
from widget.panel.source_views import DisplayDate, SourceView, display_date, safe_link, source_view


@dataclass(frozen=True, slots=True)
class PointView:
    """One point; ``anchor`` is such as ``1-2``: the second point of the first group.

    ``report`` is the name of the link by which readers report a problem with it.
    """

    anchor: str
    report: str
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
class ScalePosition:
    """One position of the lean scale; ``current`` is the article's.

    ``between``: where there is little room, its name is not shown.
    """

    name: str
    current: bool
    between: bool


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
    article_url: str
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
    snippets, which are pasted once, and says nothing that a later review changes. ``article_note``
    says what became of the article since. ``report_url`` is "" where there are no reports.
    """

    label: Markup
    title: str
    lasting_title: str
    introduction: Markup
    article_note: str | None
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
    report_url: str
    facts: Facts


def panel_view(
    entry: Entry,
    publication: Publication,
    options: Options,
    *,
    permalink: str,
    prefix: str,
    reviews: Reviews = (),
    annotations: Annotations | None = None,
    report_form: bool = False,
) -> PanelView:
    """Return the view of a panel. ``prefix`` begins every element id.

    ``reviews`` are the proven ones of exactly this version, ``annotations`` those of what is live.
    ``report_form``: the service behind ``permalink`` takes reports of readers.
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
        article_url=safe_link(entry.article.url),
        permalink=permalink,
        label=label,
        title=phrases.panel_title(entry.article.title, label.striptags()),
        lasting_title=phrases.panel_title(entry.article.title, lasting),
        introduction=_own_text(publication, publication.introduction, language)
        or phrases.introduction(),
        article_note=annotated.of_article(annotations, publication, phrases),
        lean=_lean(entry, phrases),
        rationale=display(entry.viewpoint.rationale) or None,
        methodology=_own_text(publication, publication.methodology, language),
        groups=groups,
        sources=tuple(_sources(entry, phrases, occurrences, annotations)),
        sources_count=phrases.sources_count(len(entry.sources)),
        sources_open=SOURCES in options.open,
        corrections=tuple(_corrections(entry, phrases)),
        disclosure=(
            *disclosure.sentences(entry, publication, phrases, reviews),
            *annotated.of_reports(annotations, phrases),
            _own_text(publication, publication.disclosure, language)
            or phrases.default_disclosure(),
        ),
        contact=disclosure.contact_of(publication),
        report_url=_report_url(permalink) if report_form and publication.reports == "on" else "",
        facts=linked_data.facts(entry, publication, reviews),
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
        article_url=safe_link(withdrawn.article_url),
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


def _sources(
    entry: Entry, phrases: words.Words, occurrences: Counter[int], annotations: Annotations | None
) -> Iterator[SourceView]:
    for number, source in enumerate(entry.sources, 1):
        annotation = annotations.of_source(source) if annotations else None
        yield source_view(number, source, occurrences[number], phrases, annotation)


def _corrections(entry: Entry, phrases: words.Words) -> Iterator[CorrectionView]:
    for correction in entry.corrections:
        at = display_date(correction.at, phrases.language)
        yield CorrectionView(phrases.correction_kind(correction.kind), at, correction.note)


def _signed_below(group: Perspective, number: int) -> bool:
    """Return whether the point after the ``number``-th of a reply bears the same signature."""
    if group.role != "reply" or number == len(group.points):
        return False
    return group.points[number].attributed_to == group.points[number - 1].attributed_to


def _report_url(permalink: str) -> str:
    base, _, entry_id = permalink.rpartition("/panel/")
    return f"{base}/report/{entry_id}"


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
        scale=tuple(_scale(lean, phrases)) if lean in LEAN_SCALE else (),
        confidence=phrases.confidence(entry.viewpoint.confidence),
    )


def _scale(lean: Lean, phrases: words.Words) -> Iterator[ScalePosition]:
    here, last = LEAN_SCALE.index(lean), len(LEAN_SCALE) - 1
    for index, position in enumerate(LEAN_SCALE):
        end = index in (0, last) and abs(index - here) > 1
        yield ScalePosition(phrases.lean(position), index == here, index != here and not end)


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
                    phrases.report_point(f"{index}-{number}"),
                    tuple(pieces(display(point.text), len(entry.sources), occurrences)),
                    None if _signed_below(group, number) else point.attributed_to,
                )
                for number, point in enumerate(group.points, 1)
            ),
            none_because=group.none_because,
        )
