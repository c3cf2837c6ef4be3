"""Makes the entry of a proposal: markers and sources are set here, never by the model."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from widget.drafting.evidence import Document, Evidence
from widget.drafting.proposal import Proposal, ProposedPoint, ProposedRole
from widget.entry import Entry
from widget.entry.model import (
    MAX_POINTS,
    Perspective,
    Point,
    Provenance,
    Source,
    Viewpoint,
)
from widget.entry.model import Article as EntryArticle
from widget.entry.vocabulary import ArticleKind

_ROLES: tuple[ProposedRole, ...] = ("ideas", "different-views")
_MAX_LINE = 500
_MAX_QUOTE = 2_000


@dataclass(frozen=True, slots=True)
class Assembled:
    """The entry, and for each proposed point the JSONPath of its text, "" if it was left out."""

    entry: Entry
    paths: tuple[str, ...]


def assemble(
    proposal: Proposal,
    evidence: Evidence,
    *,
    entry_id: str,
    provider: str,
    model: str,
    kind: ArticleKind,
    language: str,
) -> Assembled:
    """Return the draft of ``proposal``.

    Documents that a point cites become sources, in the order of the evidence. The lean is not
    rated, and the rationale empty: a person decides. Nobody has reviewed the analysis.
    """
    numbers = _numbering(proposal, evidence)
    perspectives: list[Perspective] = []
    paths = [""] * len(proposal.points)
    for role in _ROLES:
        mine = [(n, it) for n, it in enumerate(proposal.points) if it.role == role][:MAX_POINTS]
        if not mine:
            continue
        for place, (index, _) in enumerate(mine):
            paths[index] = f"$.perspectives[{len(perspectives)}].points[{place}].text"
        points = tuple(Point(text=_with_markers(it, numbers)) for _, it in mine)
        perspectives.append(Perspective(role=role, points=points))
    article = evidence.article
    entry = Entry(
        schema=1,
        id=entry_id,
        language=language,
        article=EntryArticle(
            url=article.url,
            title=article.title[:_MAX_LINE],
            authors=tuple(it[:_MAX_LINE] for it in article.authors[:50]),
            section=article.section[:_MAX_LINE],
            kind=kind,
            published=article.published,
        ),
        viewpoint=Viewpoint(lean="not-rated"),
        perspectives=tuple(perspectives),
        sources=tuple(
            _source(document, _quotes(proposal.points, number))
            for number, document in enumerate(evidence.documents, 1)
            if number in numbers
        ),
        provenance=Provenance(
            origin="ai",
            provider=provider[:_MAX_LINE],
            model=model[:_MAX_LINE] or None,
            generated_at=datetime.now(UTC).replace(microsecond=0),
        ),
    )
    return Assembled(entry, tuple(paths))


def _numbering(proposal: Proposal, evidence: Evidence) -> dict[int, int]:
    """Return the number of the source for each cited document."""
    cited = {number for point in proposal.points for number in point.cites}
    present = [n for n in range(1, len(evidence.documents) + 1) if n in cited]
    return {document: source for source, document in enumerate(present, 1)}


def _with_markers(point: ProposedPoint, numbers: dict[int, int]) -> str:
    """Return the point as light HTML, its markers after the last word."""
    text = html.escape(point.text.strip(), quote=False)
    cited = dict.fromkeys(numbers[it] for it in point.cites if it in numbers)
    return text + ("" if not cited else " " + "".join(f"[{number}]" for number in cited))


def _quotes(points: Iterable[ProposedPoint], number: int) -> list[str]:
    """Return the quotes of points that cite this document and no other."""
    return [quote for it in points if set(it.cites) == {number} for quote in it.quotes]


def _source(document: Document, quotes: list[str]) -> Source:
    return Source(
        title=(document.title or document.url)[:_MAX_LINE],
        url=document.url,
        publisher=document.publisher[:_MAX_LINE] if document.publisher else None,
        published=document.published,
        type=document.type,
        quote=quotes[0][:_MAX_QUOTE] if quotes else None,
    )
