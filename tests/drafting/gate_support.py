"""A small draft with its evidence, for tests of the gate's rules."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from widget.drafting.evidence import Article, Document, Evidence
from widget.drafting.findings import Finding
from widget.drafting.gate import check_entry, check_proposal
from widget.drafting.proposal import Proposal, ProposedPoint
from widget.entry import Entry

ARTICLE = (
    "The ferry is a street that happens to float. Nobody pays a toll to cross Chandler Bridge on "
    "foot. The council should drop the fare for two years and publish the numbers every month."
)
STUDY = (
    "Fares recover 11 percent of the ferry's operating cost. The board decided on 5 May 2026 that "
    "bicycles are not permitted on the upper deck, and it said so on every pier. Ilka Brandvold, "
    "who led the study, expects 1,900,000 crowns of missing revenue. A third of the passengers "
    "come from Northbank. We want a second vessel before a free one."
)
COUNT = (
    "Between 2019 and 2025 ridership rose by 23 percent, to 4.5 million trips. The count was taken "
    "in September at nine ports by the Harbor Statistics Office."
)
URLS = ("https://transit.example/study", "https://statistics.example/count")


def evidence(
    *texts: str, article: str = ARTICLE, language: str = "en", published: date | None = None
) -> Evidence:
    """Return evidence with documents of these texts, by default ``STUDY`` and ``COUNT``."""
    given = texts or (STUDY, COUNT)
    urls = [*URLS, *(f"https://more.example/{n}" for n in range(len(given)))][: len(given)]
    documents = tuple(
        Document(url=url, title=f"Page {'ab'[n % 2]}", text=text, published=published)
        for n, (url, text) in enumerate(zip(urls, given, strict=True))
    )
    return Evidence(
        article=Article(
            url="https://paper.example/opinion/ferry", title="Make the ferry free", text=article,
            language=language,
        ),
        documents=documents,
    )  # fmt: skip


def entry(
    *points: str,
    role: str = "different-views",
    by: str | None = None,
    sources: Sequence[str] = URLS,
    language: str = "en",
    **viewpoint: str,
) -> Entry:
    """Return a draft with one group of ``points``, and sources with these URLs."""
    document: dict[str, Any] = {
        "schema": 1,
        "id": "ferry",
        "language": language,
        "article": {
            "url": "https://paper.example/opinion/ferry",
            "title": "Make the ferry free",
            "kind": "opinion",
        },
        "viewpoint": {"lean": "not-rated", **viewpoint},
        "perspectives": [
            {"role": role, "points": [{"text": it, "attributed_to": by} for it in points]}
        ],
        "sources": [{"title": "A page", "url": url} for url in sources],
        "provenance": {"origin": "ai"},
    }
    return Entry.model_validate_json(_json(document))


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document)


def proposal(
    text: str,
    *,
    role: str = "different-views",
    cites: Sequence[int] = (1,),
    quotes: Sequence[str] = (),
) -> Proposal:
    """Return a proposal of one point."""
    point = ProposedPoint.model_validate(
        {"role": role, "text": text, "cites": tuple(cites), "quotes": tuple(quotes)}
    )
    return Proposal(lean="center", rationale="", confidence="low", points=(point,))


def of_text(text: str, held: Evidence | None = None, **options: Any) -> list[tuple[str, str]]:  # noqa: ANN401  # of two functions
    """Return rule and detail of each finding for one point of an entry."""
    return brief(check_entry(entry(text, **options), held or evidence()))


def of_point(text: str, held: Evidence | None = None, **options: Any) -> list[tuple[str, str]]:  # noqa: ANN401  # of two functions
    """Return rule and detail of each finding for one point of a proposal."""
    return brief(check_proposal(proposal(text, **options), held or evidence(), ["$.x"]))


def brief(findings: Sequence[Finding]) -> list[tuple[str, str]]:
    """Return rule and detail of each finding."""
    return [(it.rule, it.detail) for it in findings]


def rules(findings: Sequence[tuple[str, str]]) -> set[str]:
    """Return the rules of brief findings."""
    return {rule for rule, _ in findings}
