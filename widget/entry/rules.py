"""The rules for publishing. Drafts may break them; ``check`` returns every breach."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from typing import Protocol

from widget import i18n
from widget.entry import footnotes, light_html, urls
from widget.entry.characters import is_blank
from widget.entry.containment import contained
from widget.entry.limits import cost_breach
from widget.entry.model import Entry, Perspective
from widget.entry.notations import other_notations
from widget.errors import Breach, InvalidEntry, Message, Severity, joined, message

# Bidirectional controls, whose effect may extend beyond the text that contains them.
_BIDI = "\u202a-\u202e\u2066-\u2069"
_CONTROL = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_BIDI}]")

# What a field must have, for messages.
_ARTICLE_TITLE = message("the article's title")
_AUTHOR = message("the author's name")
_HEADING = message("a heading, or null")
_NAME = message("a name, or null")
_REASON = message("the reason, or null, and points instead")
_SOURCE_TITLE = message("the source's title")
_CORRECTED = message("what was corrected")


class Eligibility(Protocol):
    """What the rules need of a publication: its name, and which articles may have panels."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def kinds(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def sections(self) -> Sequence[str]: ...  # noqa: D102


Rule = Callable[[Entry, Eligibility], Iterator[Breach]]


def check(
    entry: Entry, publication: Eligibility, *, unlisted: Severity | None = None
) -> list[Breach]:
    """Return every breach of the rules for publishing, in the order of the document.

    ``unlisted`` is the severity if no publication lists the article's origin. For an entry with too
    much markup, that is the only breach.
    """
    if too_costly := cost_breach(entry):
        return [too_costly]  # the other rules would sanitize it
    breaches: list[Breach] = []
    rules: tuple[Rule, ...] = (_language, partial(_origin, unlisted=unlisted), *RULES)
    for rule in rules:
        try:
            breaches += contained(
                "a rule for publishing", partial(_apply, rule, entry, publication)
            )
        except InvalidEntry as error:
            breaches += error.breaches
    return breaches


def _apply(rule: Rule, entry: Entry, publication: Eligibility) -> list[Breach]:
    return list(rule(entry, publication))


def _language(entry: Entry, _: Eligibility) -> Iterator[Breach]:
    if not i18n.catalog_language(entry.language):
        available = ", ".join(i18n.languages())
        yield Breach(
            "$.language",
            message(
                "is %(language)r, which the interface is not translated into; the panel's own "
                "texts appear in English. Available languages: %(available)s",
                language=entry.language,
                available=available,
            ),
            "warning",
        )


def _origin(
    entry: Entry, publication: Eligibility, *, unlisted: Severity | None
) -> Iterator[Breach]:
    url = entry.article.url
    if unlisted and not urls.link_problem(url):
        yield Breach(
            "$.article.url",
            message(
                "is at %(origin)s, which no publication lists; the article is attributed to "
                "%(publication)s. Add the origin to its publication in insights.toml, or correct "
                "the address",
                origin=urls.origin(url),
                publication=publication.name,
            ),
            unlisted,
        )


def _article(entry: Entry, publication: Eligibility) -> Iterator[Breach]:
    article = entry.article
    yield from _link("$.article.url", article.url)
    seen = {_key(article.url)}
    for index, alias in enumerate(article.aliases):
        path = f"$.article.aliases[{index}]"
        yield from _link(path, alias)
        if alias and _key(alias) in seen:
            repeated = message("repeats an address of the article; remove it")
            yield Breach(path, repeated, "warning")
        seen.add(_key(alias))
    yield from _plain("$.article.title", article.title, required=_ARTICLE_TITLE)
    for index, author in enumerate(article.authors):
        yield from _plain(f"$.article.authors[{index}]", author, required=_AUTHOR)
    yield from _plain("$.article.section", article.section)
    if article.kind not in publication.kinds:
        eligible = ", ".join(publication.kinds)
        yield Breach(
            "$.article.kind",
            message(
                "is %(kind)r; %(publication)s shows panels only beside: %(eligible)s",
                kind=article.kind,
                publication=publication.name,
                eligible=eligible,
            ),
        )
    if publication.sections and article.section not in publication.sections:
        eligible = ", ".join(publication.sections)
        yield Breach(
            "$.article.section",
            message(
                "is %(section)r; %(publication)s shows panels only in: %(eligible)s",
                section=article.section,
                publication=publication.name,
                eligible=eligible,
            ),
        )


def _viewpoint(entry: Entry, _: Eligibility) -> Iterator[Breach]:
    yield from _light_html("$.viewpoint.rationale", entry.viewpoint.rationale)


def _perspectives(entry: Entry, _: Eligibility) -> Iterator[Breach]:
    if not entry.perspectives:
        yield Breach("$.perspectives", message("is empty; add a group of points"))
    for group_index, group in enumerate(entry.perspectives):
        path = f"$.perspectives[{group_index}]"
        if group.heading is not None:
            yield from _plain(f"{path}.heading", group.heading, required=_HEADING)
        yield from _emptiness(path, group)
        for index, point in enumerate(group.points):
            inner = f"{path}.points[{index}]"
            if is_blank(point.text):
                yield Breach(f"{inner}.text", message("is empty; write the point or remove it"))
                continue
            yield from _light_html(f"{inner}.text", point.text, is_required=True)
            if point.attributed_to is not None:
                yield from _plain(f"{inner}.attributed_to", point.attributed_to, required=_NAME)
            markers = _markers(point.text)
            yield from _marker_breaches(f"{inner}.text", markers, len(entry.sources))
            yield from _notations(f"{inner}.text", point.text)
            if group.role == "different-views" and not markers:
                yield Breach(
                    f"{inner}.text",
                    message(
                        "cites no source; every different view needs one: add a marker such as [1]"
                    ),
                )


def _emptiness(path: str, group: Perspective) -> Iterator[Breach]:
    """Yield what is wrong with a group without points, or with its reason for having none."""
    reason = group.none_because
    if not group.points and reason is None:
        empty = message("is empty; add a point or remove the group")
        if group.role == "different-views":
            empty = message(
                "is empty; add a point, say in none_because why there are none, or remove the group"
            )
        yield Breach(f"{path}.points", empty)
    if reason is None:
        return
    if group.role != "different-views":
        yield Breach(
            f"{path}.none_because",
            message(
                "is only for a group of different-views, and this is one of %(role)s; remove it",
                role=group.role,
            ),
        )
    elif group.points:
        yield Breach(
            f"{path}.none_because",
            message(
                "says why there are no different views, but the group has points; "
                "remove one of them"
            ),
        )
    yield from _plain(f"{path}.none_because", reason, required=_REASON)


def _marker_breaches(
    path: str, markers: Sequence[footnotes.Marker], sources: int
) -> Iterator[Breach]:
    for marker in dict.fromkeys(markers):
        if marker.number > sources:
            missing = message(
                "cites source [%(number)d], but there are no sources; "
                "add the source or remove the marker",
                number=marker.number,
            )
            if sources:
                missing = message(
                    "cites source [%(number)d], but there are only %(sources)d; "
                    "add the source or remove the marker",
                    number=marker.number,
                    sources=sources,
                )
            yield Breach(path, missing)
        if marker.in_link:
            yield Breach(
                path,
                message(
                    "has the marker [%(number)d] inside a link; move it after the link",
                    number=marker.number,
                ),
            )


def _notations(path: str, text: str) -> Iterator[Breach]:
    notations = other_notations(text)
    if not notations.marks:
        return
    marks = joined(dict.fromkeys(notations.marks), message(" and "))
    unclear = message(
        "has %(marks)s, which readers see as plain text; markers are [1] to [99]", marks=marks
    )
    if notations.corrected != text:
        unclear = message(
            "has %(marks)s, which readers see as plain text; with markers it would be: "
            "%(corrected)s",
            marks=marks,
            corrected=notations.corrected,
        )
    yield Breach(path, unclear, "warning")


def _sources(entry: Entry, _: Eligibility) -> Iterator[Breach]:
    numbers: dict[str, int] = {}
    cited = {
        marker.number
        for group in entry.perspectives
        for point in group.points
        for marker in _markers(point.text)
    }
    for index, source in enumerate(entry.sources):
        path = f"$.sources[{index}]"
        yield from _plain(f"{path}.title", source.title, required=_SOURCE_TITLE)
        yield from _link(f"{path}.url", source.url)
        if source.url:
            first = numbers.setdefault(_key_with_fragment(source.url), index + 1)
            if first <= index:
                repeated = message(
                    "is also the address of source [%(number)d]; cite that and remove this one",
                    number=first,
                )
                yield Breach(f"{path}.url", repeated, "warning")
        if source.archive_url is not None:
            yield from _link(f"{path}.archive_url", source.archive_url)
        yield from _plain(f"{path}.publisher", source.publisher or "")
        yield from _plain(f"{path}.quote", source.quote or "")
        if index + 1 not in cited:
            uncited = message(
                "is never cited; cite it as [%(number)d] in a point or remove it", number=index + 1
            )
            yield Breach(path, uncited)


def _provenance(entry: Entry, _: Eligibility) -> Iterator[Breach]:
    provenance = entry.provenance
    for name in ("provider", "model", "reviewed_by"):
        yield from _plain(f"$.provenance.{name}", getattr(provenance, name) or "")
    if provenance.origin != "human" and not provenance.provider:
        yield Breach(
            "$.provenance.provider",
            message("is empty; name the AI provider, which the panel discloses"),
        )


def _corrections(entry: Entry, _: Eligibility) -> Iterator[Breach]:
    for index, correction in enumerate(entry.corrections):
        yield from _plain(f"$.corrections[{index}].note", correction.note, required=_CORRECTED)


def _light_html(path: str, text: str, *, is_required: bool = False) -> Iterator[Breach]:
    problem = light_html.cost_problem(text)
    if problem:
        yield Breach(path, problem)
        return
    yield from _overrides(path, text)
    changed = light_html.change(text)
    if changed is not None:
        yield Breach(
            path,
            message(
                "contains HTML that is not allowed; it would be shown as: %(changed)s",
                changed=changed,
            ),
            "warning",
        )
    if is_required and is_blank(light_html.plain(text)):
        yield Breach(path, message("is empty after sanitizing; write the point"))


def _plain(path: str, text: str, *, required: Message | None = None) -> Iterator[Breach]:
    controls = list(_overrides(path, text))
    if required and not text.strip():
        yield Breach(path, message("is empty; give %(required)s", required=required))
    elif text and is_blank(text) and not controls:
        blank = message("contains no visible character; write it out or leave it empty")
        if required:
            blank = message("contains no visible character; give %(required)s", required=required)
        yield Breach(path, blank)
    yield from controls


def _overrides(path: str, text: str) -> Iterator[Breach]:
    for character in sorted(set(_CONTROL.findall(text))):
        code = f"U+{ord(character):04X}"
        yield Breach(
            path, message("contains the control character %(character)s; remove it", character=code)
        )


def _link(path: str, url: str) -> Iterator[Breach]:
    problem = urls.link_problem(url)
    if problem:
        yield Breach(path, problem)
    elif doubt := urls.link_doubt(url):
        yield Breach(path, doubt, "warning")


def _key_with_fragment(url: str) -> str:
    """Return the lookup key with the fragment, which may select a page of a document."""
    return f"{_key(url)}#{url.partition('#')[2]}"


def _key(url: str) -> str:
    try:
        return urls.normalize(url)
    except ValueError:
        return url


@lru_cache(maxsize=100)  # 10 MB at most; the rules for points and for sources share them
def _markers(text: str) -> tuple[footnotes.Marker, ...]:
    return () if light_html.cost_problem(text) else footnotes.markers(light_html.clean(text))


RULES: tuple[Rule, ...] = (_article, _viewpoint, _perspectives, _sources, _provenance, _corrections)
"""In document order. A rule that raises is reported as a breach; the others still run."""
