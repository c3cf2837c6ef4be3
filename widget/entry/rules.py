"""The rules for publishing. A draft may break them; ``check`` lists every breach at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Protocol

from widget import i18n
from widget.entry import footnotes, light_html, urls
from widget.entry.characters import is_blank
from widget.entry.containment import contained
from widget.entry.limits import cost_breach
from widget.entry.model import Entry
from widget.entry.notations import other_notations
from widget.errors import Breach, InvalidEntry, Severity

# Characters that turn the direction of what follows them, outside the text they stand in.
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Eligibility(Protocol):
    """What the rules need of a publication: its name, and which articles may carry panels."""

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

    ``unlisted``: no publication lists the article's origin, and so much is made of it. Of an entry
    with too much markup only that is said.
    """
    if too_costly := cost_breach(entry):
        return [too_costly]  # no other rule looks at it
    found: list[Breach] = []
    rules: tuple[Rule, ...] = (_language, partial(_origin, unlisted=unlisted), *RULES)
    for rule in rules:
        try:
            found += contained("a rule for publishing", partial(_listed, rule, entry, publication))
        except InvalidEntry as error:
            found += error.breaches
    return found


def _listed(rule: Rule, entry: Entry, publication: Eligibility) -> list[Breach]:
    return list(rule(entry, publication))


def _language(entry: Entry, _: Eligibility) -> Iterator[Breach]:
    if entry.language.partition("-")[0].lower() not in i18n.languages():
        spoken = ", ".join(i18n.languages())
        yield Breach(
            "$.language",
            f"is {entry.language!r}, and the panel's own words are not there in it: they are shown "
            f"in English. They are there in: {spoken}",
            "warning",
        )


def _origin(
    entry: Entry, publication: Eligibility, *, unlisted: Severity | None
) -> Iterator[Breach]:
    url = entry.article.url
    if unlisted and not urls.link_problem(url):
        yield Breach(
            "$.article.url",
            f"is at {urls.origin(url)}, which no publication lists, so that the article counts as "
            f"one of {publication.name}. Add the origin to its publication in insights.toml, or "
            "correct the address",
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
            yield Breach(path, "names the article once more; remove it", "warning")
        seen.add(_key(alias))
    yield from _plain("$.article.title", article.title, required="the article's title")
    for index, author in enumerate(article.authors):
        yield from _plain(f"$.article.authors[{index}]", author, required="the author's name")
    yield from _plain("$.article.section", article.section)
    if article.kind not in publication.kinds:
        eligible = ", ".join(publication.kinds)
        yield Breach(
            "$.article.kind",
            f"is {article.kind!r}, and {publication.name} shows panels only beside: {eligible}",
        )
    if publication.sections and article.section not in publication.sections:
        eligible = ", ".join(publication.sections)
        yield Breach(
            "$.article.section",
            f"is {article.section!r}, and {publication.name} shows panels only in: {eligible}",
        )


def _viewpoint(entry: Entry, _: Eligibility) -> Iterator[Breach]:
    yield from _light_html("$.viewpoint.rationale", entry.viewpoint.rationale)


def _perspectives(entry: Entry, _: Eligibility) -> Iterator[Breach]:
    if not entry.perspectives:
        yield Breach("$.perspectives", "is empty; add a group of points")
    for group_index, group in enumerate(entry.perspectives):
        path = f"$.perspectives[{group_index}]"
        if group.heading is not None:
            yield from _plain(f"{path}.heading", group.heading, required="a heading, or null")
        if not group.points:
            yield Breach(f"{path}.points", "is empty; add a point or remove the group")
        for index, point in enumerate(group.points):
            inner = f"{path}.points[{index}]"
            if is_blank(point.text):
                yield Breach(f"{inner}.text", "is empty; write the point or remove it")
                continue
            yield from _light_html(f"{inner}.text", point.text)
            if not light_html.cost_problem(point.text) and is_blank(light_html.plain(point.text)):
                yield Breach(f"{inner}.text", "says nothing once it is sanitized; write the point")
            if point.attributed_to is not None:
                yield from _plain(
                    f"{inner}.attributed_to", point.attributed_to, required="a name, or null"
                )
            markers = _markers(point.text)
            yield from _marker_breaches(f"{inner}.text", markers, len(entry.sources))
            yield from _notations(f"{inner}.text", point.text)
            if group.role == "different-views" and not markers:
                yield Breach(
                    f"{inner}.text",
                    "cites no source; every different view needs one: add a marker such as [1]",
                )


def _marker_breaches(path: str, markers: list[footnotes.Marker], sources: int) -> Iterator[Breach]:
    for marker in dict.fromkeys(markers):
        if marker.number > sources:
            have = f"there are {sources}" if sources else "there are none"
            yield Breach(
                path,
                f"cites source [{marker.number}], and {have}; add the source or remove the marker",
            )
        if marker.in_link:
            yield Breach(
                path, f"has the marker [{marker.number}] inside a link; move it behind the link"
            )


def _notations(path: str, text: str) -> Iterator[Breach]:
    found = other_notations(text)
    if not found.marks:
        return
    marks = " and ".join(dict.fromkeys(found.marks))
    advice = (
        f"with markers it would be: {found.mended}"
        if found.mended != text
        else "markers are [1] to [99]"
    )
    yield Breach(
        path, f"has {marks}, which readers see as text without a source; {advice}", "warning"
    )


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
        yield from _plain(f"{path}.title", source.title, required="the source's title")
        yield from _link(f"{path}.url", source.url)
        if source.url:
            first = numbers.setdefault(_passage(source.url), index + 1)
            if first <= index:
                message = f"is the address of source [{first}], too; cite that and remove this one"
                yield Breach(f"{path}.url", message, "warning")
        if source.archive_url is not None:
            yield from _link(f"{path}.archive_url", source.archive_url)
        yield from _plain(f"{path}.publisher", source.publisher or "")
        yield from _plain(f"{path}.quote", source.quote or "")
        if index + 1 not in cited:
            yield Breach(
                path, f"is cited nowhere; cite it as [{index + 1}] in a point or remove it"
            )


def _provenance(entry: Entry, _: Eligibility) -> Iterator[Breach]:
    provenance = entry.provenance
    for name in ("provider", "model", "reviewed_by"):
        yield from _plain(f"$.provenance.{name}", getattr(provenance, name) or "")
    if provenance.origin != "human" and not provenance.provider:
        yield Breach(
            "$.provenance.provider", "is empty; name the provider of the AI, which readers see"
        )
    if provenance.origin == "ai-edited" and not provenance.reviewed_by:
        yield Breach(
            "$.provenance.reviewed_by", "is empty; name who edited the analysis, which readers see"
        )


def _corrections(entry: Entry, _: Eligibility) -> Iterator[Breach]:
    for index, correction in enumerate(entry.corrections):
        yield from _plain(
            f"$.corrections[{index}].note", correction.note, required="what was corrected"
        )


def _light_html(path: str, text: str) -> Iterator[Breach]:
    problem = light_html.cost_problem(text)
    if problem:
        yield Breach(path, problem)
        return
    yield from _overrides(path, text)
    changed = light_html.change(text)
    if changed is not None:
        yield Breach(path, f"is not all allowed and would be shown as: {changed}", "warning")


def _plain(path: str, text: str, *, required: str | None = None) -> Iterator[Breach]:
    controls = list(_overrides(path, text))
    if required and not text.strip():
        yield Breach(path, f"is empty; give {required}")
    elif text and is_blank(text) and not controls:
        remedy = f"give {required}" if required else "write it out or leave it empty"
        yield Breach(path, f"holds nothing that anybody can see; {remedy}")
    yield from controls


def _overrides(path: str, text: str) -> Iterator[Breach]:
    for character in sorted(set(text)):
        control = character < " " and character not in "\t\n\r"
        if character in _OVERRIDES or control or "\x7f" <= character <= "\x9f":
            yield Breach(path, f"contains the control character U+{ord(character):04X}; remove it")


def _link(path: str, url: str) -> Iterator[Breach]:
    problem = urls.link_problem(url)
    if problem:
        yield Breach(path, problem)
    elif doubt := urls.link_doubt(url):
        yield Breach(path, doubt, "warning")


def _passage(url: str) -> str:
    """Return the key of an address with its fragment, which may name another page of a file."""
    return f"{_key(url)}#{url.partition('#')[2]}"


def _key(url: str) -> str:
    try:
        return urls.normalize(url)
    except ValueError:
        return url


def _markers(text: str) -> list[footnotes.Marker]:
    return [] if light_html.cost_problem(text) else list(footnotes.markers(light_html.clean(text)))


RULES: tuple[Rule, ...] = (
    _article,
    _viewpoint,
    _perspectives,
    _sources,
    _provenance,
    _corrections,
)
"""In the order of the document. One that fails is a breach of its own, and the others go on."""
