"""Checks an entry or a proposal against its evidence, and two runs against each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from widget.drafting.evidence import Evidence
from widget.drafting.findings import Finding
from widget.drafting.gate import links, rules
from widget.drafting.gate.corpus import Corpus, corpus_of, language_of
from widget.drafting.gate.rules import Checking
from widget.drafting.gate.statements import (
    Statement,
    of_entry,
    of_proposal,
    plain,
    source_quotes,
)
from widget.drafting.proposal import Proposal
from widget.entry import Entry
from widget.entry.vocabulary import LEAN_SCALE, Lean
from widget.errors import message

_STATEMENT_RULES: tuple[Callable[[Statement, Checking], Iterator[Finding]], ...] = (
    rules.cites,
    rules.quotations,
    rules.negations,
    rules.facts,
    rules.attribution,
    rules.urls_in,
    rules.leftovers,
    rules.in_language,
    rules.unseen_names,
    rules.copying,
)
_HEADING_RULES = (rules.urls_in, rules.leftovers, rules.in_language)
_HOST_SHARE = 0.5
_HOST_CITES = 4


def check_entry(entry: Entry, evidence: Evidence, *, nonce: str = "") -> list[Finding]:
    """Return what is wrong with an entry, as drafted or as edited since.

    Deterministic; asks no model and no server. ``nonce`` is what fenced the evidence in the prompt.
    The same finding keeps its ``id`` when the entry is checked again.
    """
    corpus = corpus_of(evidence)
    checking = Checking(corpus, language_of(evidence, entry.language), nonce)
    found: list[Finding] = []
    for statement in of_entry(entry, corpus):
        found += _check(statement, checking)
        found += rules.missing_cite(statement, checking, cited=bool(plain(statement.raw)[1]))
    for path, quotation, url in source_quotes(entry):
        number = corpus.number_of(url)
        if number is not None:  # else the source itself is reported
            support = tuple(corpus.cited([number]))
            quoted = Statement(path, "context", "", quotation, support, passages=(quotation,))
            found += rules.quotations(quoted, checking)
            found += rules.leftovers(quoted, checking)
    found += _sources(entry, corpus)
    found += _one_host(entry)
    return unique(found)


def check_proposal(
    proposal: Proposal, evidence: Evidence, paths: Sequence[str], *, nonce: str = ""
) -> list[Finding]:
    """Return what is wrong with a proposal and cannot be seen in the entry made from it.

    ``paths`` has, for each point, the JSONPath of its text in that entry. Reported are cites that
    name no document, or one without text, supporting passages that are not in what they cite, and
    leftovers in the raw text.
    """
    corpus = corpus_of(evidence)
    checking = Checking(corpus, language_of(evidence), nonce, mended=True)
    found: list[Finding] = []
    for statement in of_proposal(proposal, corpus, paths):
        cited = bool(statement.cites or statement.unknown)
        found += rules.cites(statement, checking)
        found += rules.missing_cite(statement, checking, cited=cited)
        found += rules.quotations(statement, checking)
        found += rules.leftovers(statement, checking)
    return unique(found)


def check_lean(first: Lean, second: Lean) -> Finding | None:
    """Return the warning that two runs suggest different leans, or None."""
    if first == second:
        return None
    far = first in LEAN_SCALE and second in LEAN_SCALE
    steps = abs(LEAN_SCALE.index(first) - LEAN_SCALE.index(second)) if far else 0
    unstable = message(
        "Two runs suggest %(first)r and %(second)r. Decide by the article.",
        first=first,
        second=second,
    )
    if steps > 1:
        unstable = message(
            "Two runs suggest %(first)r and %(second)r, %(steps)d steps apart. "
            "Decide by the article.",
            first=first,
            second=second,
            steps=steps,
        )
    return Finding(
        path="$.viewpoint.lean", rule="lean-unstable", severity="warn", detail=f"{first}, {second}",
        message=unstable,
    )  # fmt: skip


def unique(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings without repetitions, in order; of one rule, path and words the first."""
    return list({(it.path, it.id): it for it in reversed(findings)}.values())[::-1]


def _check(statement: Statement, checking: Checking) -> Iterator[Finding]:
    for rule in _HEADING_RULES if statement.role == "heading" else _STATEMENT_RULES:
        yield from rule(statement, checking)


def _sources(entry: Entry, corpus: Corpus) -> Iterator[Finding]:
    for n, source in enumerate(entry.sources):
        if reason := links.problem(source.url, corpus):
            yield Finding(
                path=f"$.sources[{n}].url", rule="url-foreign", severity="block",
                sentence=source.title, detail=source.url,
                message=message(
                    "The source's URL %(problem)s. Correct it, add the page to the evidence, "
                    "or remove the source.", problem=reason,
                ),
            )  # fmt: skip


def _one_host(entry: Entry) -> Iterator[Finding]:
    cites: Counter[str] = Counter()
    for group in entry.perspectives:
        for point in group.points:
            for number in plain(point.text)[1]:
                if 1 <= number <= len(entry.sources):
                    cites[links.hosts_of(entry.sources[number - 1].url)] += 1
    total = cites.total()
    if total < _HOST_CITES:
        return
    host, count = cites.most_common(1)[0]
    if count > _HOST_SHARE * total:
        yield Finding(
            path="$.sources", rule="one-host", severity="warn", detail=host,
            message=message(
                "%(count)d of %(total)d cites are of %(host)s. Look for a source from elsewhere.",
                count=count, total=total, host=host,
            ),
        )  # fmt: skip
