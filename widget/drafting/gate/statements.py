"""What the rules check: the statements of an entry or a proposal, each with what it cites."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from widget.drafting.gate import folding, quotes
from widget.drafting.gate.corpus import Corpus, EvidenceText
from widget.drafting.proposal import Proposal
from widget.entry import Entry, footnotes, light_html

StatementRole = Literal["ideas", "different-views", "context", "reply", "rationale", "heading"]


@dataclass(frozen=True)
class Statement:
    """A text with what supports it.

    ``text`` is plain and without markers, ``raw`` as it was written. ``support`` are the texts
    that it is held against. ``passages`` are quotations that stand beside the text, not in it.
    ``unknown`` are numbers of cites that name nothing.
    """

    path: str
    role: StatementRole
    text: str
    raw: str
    support: tuple[EvidenceText, ...] = ()
    cites: tuple[int, ...] = ()
    unknown: tuple[int, ...] = ()
    passages: tuple[str, ...] = ()
    attributed_to: str | None = None
    links: tuple[str, ...] = ()

    @cached_property
    def quotations(self) -> list[quotes.Quotation]:
        """What the text quotes."""
        return quotes.find(self.text)

    @cached_property
    def sentences(self) -> list[str]:
        """The sentences, as written."""
        return folding.sentences(self.text)

    @cached_property
    def own_sentences(self) -> list[tuple[str, str]]:
        """Each sentence as written, and without what it quotes."""
        return [(it, quotes.blank(it, quotes.find(it))) for it in self.sentences]

    def sentence_with(self, words: str) -> str:
        """Return the sentence that contains ``words``; the whole text if several do."""
        return next((it for it in self.sentences if words in it), self.text)

    @property
    def readable(self) -> list[EvidenceText]:
        """The supporting texts that could be read."""
        return [it for it in self.support if it.text]


def of_entry(entry: Entry, corpus: Corpus) -> list[Statement]:
    """Return the statements of an entry: its points, headings and rationale."""
    numbers = [corpus.number_of(source.url) for source in entry.sources]
    found = []
    if entry.viewpoint.rationale:
        text, _, links = plain(entry.viewpoint.rationale)
        found.append(
            Statement(
                "$.viewpoint.rationale", "rationale", text, entry.viewpoint.rationale,
                tuple(corpus.texts), links=links,
            )
        )  # fmt: skip
    for g, group in enumerate(entry.perspectives):
        path = f"$.perspectives[{g}]"
        if group.heading:
            found.append(Statement(f"{path}.heading", "heading", group.heading, group.heading))
        for p, point in enumerate(group.points):
            text, markers, links = plain(point.text)
            existing = [numbers[it - 1] for it in markers if 1 <= it <= len(numbers)]
            cites = tuple(dict.fromkeys(it for it in existing if it is not None))
            found.append(
                Statement(
                    f"{path}.points[{p}].text",
                    group.role,
                    text,
                    point.text,
                    support(group.role, cites, corpus, cited=bool(markers)),
                    cites,
                    tuple(it for it in markers if not 1 <= it <= len(numbers)),
                    attributed_to=point.attributed_to,
                    links=links,
                )
            )
    return found


def of_proposal(proposal: Proposal, corpus: Corpus, paths: Sequence[str]) -> list[Statement]:
    """Return the statements of a proposal; ``paths`` are those of its points in the entry."""
    found = []
    for point, path in zip(proposal.points, paths, strict=True):
        text, markers, links = plain(html.escape(point.text, quote=False))
        numbers = dict.fromkeys((*point.cites, *markers))
        cites = tuple(it for it in numbers if 1 <= it <= len(corpus.documents))
        found.append(
            Statement(
                path,
                point.role,
                text,
                point.text,
                support(point.role, cites, corpus, cited=bool(numbers)),
                cites,
                tuple(it for it in numbers if it not in cites),
                passages=point.quotes,
                links=links,
            )
        )
    return found


def support(
    role: StatementRole, cites: Sequence[int], corpus: Corpus, *, cited: bool
) -> tuple[EvidenceText, ...]:
    """Return what a point is held against.

    That is what it cites. ``ideas`` are the article's, which has no number, so that the article
    supports them, too; it also supports context and replies that cite nothing.
    """
    texts = corpus.cited(cites)
    if role == "ideas" or (role != "different-views" and not cited):
        texts = [corpus.article, *texts]
    return tuple(texts)


_HREF = re.compile(r'<a href="([^"]*)"')
_TAG = re.compile(r"<[^>]*>")
_ZERO = re.compile(r"(?<!\\)\[0\]")


def plain(raw: str) -> tuple[str, tuple[int, ...], tuple[str, ...]]:
    """Return the plain text of light HTML, its markers' numbers, and the URLs that it links to.

    ``q`` elements become quotation marks. ``[0]``, which no reader takes for a marker, is one here.
    """
    if light_html.cost_problem(raw):
        return raw, (), ()
    zeros = (0,) if _ZERO.search(raw) else ()
    clean = str(light_html.clean(_ZERO.sub("", raw)))
    pieces = footnotes.split(clean)
    markers = (it.number for it in pieces if isinstance(it, footnotes.Marker))
    text = "".join(it for it in pieces if isinstance(it, str))
    links = tuple(html.unescape(it) for it in _HREF.findall(text))
    text = text.replace("<q>", "\u201c").replace("</q>", "\u201d").replace("<br>", " ")
    text = html.unescape(_TAG.sub("", text))
    text = re.sub(r"\s+([.,;:!?\u060c\u061b\u061f])", r"\1", re.sub(r"[ \t\n]+", " ", text))
    return text.strip(), zeros + tuple(dict.fromkeys(markers)), links


def source_quotes(entry: Entry) -> Iterator[tuple[str, str, str]]:
    """Yield path, quotation and URL of each source that has a quotation."""
    for n, source in enumerate(entry.sources):
        if source.quote:
            yield f"$.sources[{n}].quote", source.quote, source.url
