"""The cases: entries of the example newspaper and two more, with sources written for them.

Each has paraphrases of its sources, written by hand before the gate was run on them. Sources and
paraphrases are fictional, in English, Spanish, Arabic, German and French.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from widget.drafting.evidence import Article, Document, Evidence
from widget.drafting.findings import Finding
from widget.drafting.gate import check_entry, check_proposal
from widget.drafting.proposal import Proposal, ProposedPoint
from widget.entry import Entry, parse_entry
from widget.entry.model import Perspective, Point

TEXTS = Path(__file__).parent / "texts"
NEWSPAPER = Path(__file__).parents[2] / "examples" / "newspaper"
MARKER = re.compile(r"\s*\[(\d+)\]")
# Not after the day of a German date.
_SENTENCE = re.compile(r"(?<=[.!?؟])(?<!\b\d\.)(?<!\b\d\d\.)\s+")
_LINK_TAG = re.compile(r"</?a\b[^>]*>")
_STYLE = {"en": "“{}”", "de": "„{}“", "es": "«{}»", "fr": "« {} »", "ar": "«{}»"}
_SAYS = {
    "en": "The source says: ",
    "de": "In der Quelle steht: ",
    "es": "La fuente dice: ",
    "fr": "La source dit : ",
    "ar": "يقول المصدر: ",
}


@dataclass(frozen=True, slots=True)
class Unit:
    """A point, with what is proposed beside it. ``text`` has markers of the entry's sources.

    ``urls`` replaces the URLs of the sources.
    """

    origin: str
    role: str
    text: str
    by: str | None = None
    quotes: tuple[str, ...] = ()
    cites: tuple[int, ...] | None = None
    urls: tuple[str, ...] = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """The sources that the point cites, from 1."""
        return tuple(dict.fromkeys(int(it) for it in MARKER.findall(self.text)))

    @property
    def bare(self) -> str:
        """The text without markers."""
        return MARKER.sub("", self.text)


@dataclass(frozen=True)
class Case:
    """An entry with its evidence, and the units that are faithful to it."""

    name: str
    entry: Entry
    evidence: Evidence
    units: tuple[Unit, ...]

    @property
    def language(self) -> str:
        """The language of everything in the case."""
        return self.entry.language

    def support(self, unit: Unit) -> str:
        """Return the texts that the point is held against, joined."""
        documents = [self.evidence.documents[n - 1] for n in unit.numbers]
        texts = [f"{it.title} {it.publisher} {it.published} {it.text}" for it in documents]
        if unit.role == "ideas":
            article = self.evidence.article
            texts.append(f"{article.title} {article.published} {article.text}")
        return "\n".join(texts)

    def check(self, unit: Unit) -> list[Finding]:
        """Return the gate's findings for an entry with this one point, and for its proposal."""
        point = Point(text=unit.text, attributed_to=unit.by)
        role: Any = unit.role
        sources = self.entry.sources
        if unit.urls:
            sources = tuple(
                it.model_copy(update={"url": url})
                for it, url in zip(sources, unit.urls, strict=True)
            )
        entry = self.entry.model_copy(
            update={
                "perspectives": (Perspective(role=role, points=(point,)),),
                "sources": sources,
            }
        )
        found = check_entry(entry, self.evidence)
        cites = unit.numbers if unit.cites is None else unit.cites
        proposed = ProposedPoint(
            role=role,
            text=html.unescape(_LINK_TAG.sub("", unit.bare)),
            cites=cites,
            quotes=unit.quotes,
        )
        proposal = Proposal(lean="center", rationale="", confidence="low", points=(proposed,))
        found += check_proposal(proposal, self.evidence, ["$.perspectives[0].points[0].text"])
        return found


def load() -> list[Case]:
    """Return all cases, in the order of their names."""
    return [_case(path) for path in sorted(TEXTS.glob("*.json"))]


def _case(path: Path) -> Case:
    given = json.loads(path.read_text("utf-8"))
    if "example" in given:
        name = given["example"]
        entry = parse_entry((NEWSPAPER / "entries" / f"{name}.json").read_bytes())
        page = (NEWSPAPER / "articles" / f"{name}.html").read_text("utf-8")
        text = html.unescape(re.sub(r"<[^>]+>", "", page))
    else:
        name, text = given["entry"]["id"], given["article"]
        entry = parse_entry(json.dumps(given["entry"]).encode())
    documents = tuple(
        Document(
            url=source.url, title=source.title, text=written, publisher=source.publisher,
            published=source.published, type=source.type,
        )
        for source, written in zip(entry.sources, given["sources"], strict=True)
    )  # fmt: skip
    published: date | None = entry.article.published
    article = Article(
        url=entry.article.url, title=entry.article.title, text=text, published=published,
        authors=entry.article.authors, language=entry.language,
    )  # fmt: skip
    evidence = Evidence(article=article, documents=documents)
    units = (*_points(entry), *_paraphrases(given["paraphrases"]))
    return Case(name, entry, evidence, units)


def _points(entry: Entry) -> Iterator[Unit]:
    for group in entry.perspectives:
        for point in group.points:
            yield Unit("point", group.role, point.text, point.attributed_to)


def _paraphrases(given: list[dict[str, Any]]) -> Iterator[Unit]:
    for it in given:
        text = html.escape(it["text"], quote=False) + "".join(f" [{n}]" for n in it["cites"])
        yield Unit("paraphrase", it["role"], text, it.get("by"), tuple(it.get("quotes", ())))


def sentences(case: Case) -> Iterator[tuple[int, str]]:
    """Yield each sentence of at least five words of the sources, with its source's number."""
    for number, document in enumerate(case.evidence.documents, start=1):
        for sentence in _SENTENCE.split(document.text):
            if len(sentence.split()) >= 5 and not re.search("[“”«»„]", sentence):
                yield number, sentence


def repeated(case: Case) -> Iterator[Unit]:
    """Yield a point for each sentence of the sources that repeats it without quotation marks."""
    for number, sentence in sentences(case):
        yield Unit("sentence", "different-views", f"{sentence} [{number}]")


def quoted(case: Case) -> Iterator[Unit]:
    """Yield a point for each sentence of the sources that quotes it, in the language's style."""
    for number, sentence in sentences(case):
        text = _SAYS[case.language] + _STYLE[case.language].format(sentence)
        yield Unit("quotation", "different-views", f"{text} [{number}]", quotes=(sentence,))


def with_text(unit: Unit, text: str) -> Unit:
    """Return the unit with another text."""
    return replace(unit, text=text)
