"""The rules: each takes a statement, and yields what its evidence does not support."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from widget.drafting.findings import Finding, Rule
from widget.drafting.gate import (
    dates,
    debris,
    folding,
    language,
    links,
    names,
    numbers,
    quotes,
    verbatim,
)
from widget.drafting.gate.corpus import Corpus, EvidenceText, labels
from widget.drafting.gate.passages import Nearest
from widget.drafting.gate.statements import Statement
from widget.errors import Message, message

_LANGUAGES = {
    "ar": message("Arabic"),
    "de": message("German"),
    "en": message("English"),
    "es": message("Spanish"),
    "fr": message("French"),
}
_CITED = message("a cited text")


@dataclass(frozen=True)
class Checking:
    """What all rules share: the evidence, the article's language, the index of passages."""

    corpus: Corpus
    language: str
    nonce: str = ""
    mended: bool = False
    nearest: Nearest = field(default_factory=Nearest)

    def block(
        self,
        rule: Rule,
        statement: Statement,
        problem: Message,
        *,
        detail: str = "",
        sentence: str | None = None,
        texts: Sequence[EvidenceText] | None = None,
    ) -> Finding:
        """Return a blocking finding with the nearest passage of ``texts`` (None: the support)."""
        near = statement.readable if texts is None else texts
        sentence = statement.sentence_with(detail) if sentence is None else sentence
        sought = detail if rule == "quote-altered" else sentence
        passage, number = self.nearest.passage(sought, near) if near else ("", None)
        return Finding(
            path=statement.path, rule=rule, severity="block", message=problem, sentence=sentence,
            detail=detail, passage=passage, document=number,
        )  # fmt: skip


def cites(statement: Statement, checking: Checking) -> Iterator[Finding]:
    """``cite-unknown``: no such source, or one without text; ``cite-missing``."""
    for number in statement.unknown:
        yield checking.block(
            "cite-unknown", statement,
            message(
                "The point cites number %(number)d, and there is no such source. Cite another, "
                "or remove the number.", number=number,
            ),
            detail=str(number), sentence=statement.text, texts=(),
        )  # fmt: skip
    for text in checking.corpus.cited(statement.cites):
        if not text.text:
            yield checking.block(
                "cite-unknown", statement,
                message(
                    "Document %(number)d of the evidence has no text, so that nothing can be held "
                    "against it. Add its text to the evidence, cite another, "
                    "or confirm it with a reason.", number=text.number,
                ),
                detail=f"document {text.number}", sentence=statement.text, texts=(),
            )  # fmt: skip


def missing_cite(statement: Statement, checking: Checking, *, cited: bool) -> Iterator[Finding]:
    """``cite-missing``: a different view without any cite."""
    if statement.role == "different-views" and not cited:
        yield checking.block(
            "cite-missing", statement,
            message(
                "A different view must cite at least one source. Add a cite, or remove the point."
            ),
            sentence=statement.text, texts=checking.corpus.documents,
        )  # fmt: skip


def quotations(statement: Statement, checking: Checking) -> Iterator[Finding]:
    """``quote-altered``: words in quotation marks, and passages that are given beside the text."""
    for quotation in statement.quotations:
        outside = quotes.blank(statement.sentence_with(quotation.text), [])
        outside = outside.replace(quotation.text, " ")
        yield from _quotation(quotation.readings, outside, statement, checking)
    for passage in statement.passages:
        # A passage is to be evidence by itself, whatever the text beside it negates.
        yield from _quotation((passage,), "", statement, checking, beside=True)


def _quotation(
    readings: Sequence[str],
    outside: str,
    statement: Statement,
    checking: Checking,
    *,
    beside: bool = False,
) -> Iterator[Finding]:
    texts = statement.readable
    where = labels(texts) or _CITED
    quotation = readings[0].strip()
    # The sentence of a point: so that the finding ends when an editor removes it.
    sentence = (statement.text if beside else statement.sentence_with(quotation)) or quotation
    holders = [(it, text) for it in readings for text in texts if quotes.is_in(it, text.folded)]
    if not holders:
        altered = message(
            "These words are not in %(where)s as they are quoted. Quote exactly, remove the "
            "quotation marks, or confirm it with a reason.",
            where=where,
        )
        if statement.support and not texts:
            altered = message(
                "What the point cites has no text, so that the quotation cannot be found. "
                "Quote exactly, remove the quotation marks, or confirm it with a reason."
            )
        yield checking.block(
            "quote-altered", statement, altered,
            detail=quotation, sentence=sentence,
        )  # fmt: skip
    elif not folding.negates(outside) and all(
        quotes.drops_negation(it, text.folded, text.line_starts) for it, text in holders
    ):
        yield checking.block(
            "quote-altered", statement,
            message(
                "The source negates these words, and the quotation leaves the negation out. "
                "Quote it, or confirm it with a reason."
            ),
            detail=quotation, sentence=sentence, texts=[text for _, text in holders],
        )  # fmt: skip


def negations(statement: Statement, checking: Checking) -> Iterator[Finding]:
    """``quote-altered``: a sentence that repeats a passage word for word, but for a negation."""
    for sentence, own in statement.own_sentences:
        found = verbatim.reversed_in(own, statement.readable, checking.nearest)
        if found:
            yield Finding(
                path=statement.path, rule="quote-altered", severity="block", sentence=sentence,
                message=message(
                    "The sentence repeats the source nearly word for word, but one of the two "
                    "has a negation that the other lacks. Correct the sentence, "
                    "or confirm it with a reason."
                ),
                passage=found[0][:400], document=found[1],
            )  # fmt: skip


def facts(statement: Statement, checking: Checking) -> Iterator[Finding]:
    """``number-unsupported`` and ``date-unsupported``."""
    texts = statement.readable
    where = labels(texts) or _CITED
    for sentence, own in statement.own_sentences:
        plain = folding.light(own)
        for stated in dates.find(plain):
            has = [any(it.dates.supports(day) for it in texts) for day in stated.days]
            if not (any(has) if stated.either else all(has)):
                yield checking.block(
                    "date-unsupported", statement,
                    message(
                        "The date %(date)r is not in %(where)s. Correct it, cite the source "
                        "that has it, or confirm it with a reason.", date=stated.text, where=where,
                    ),
                    detail=stated.text, sentence=sentence,
                )  # fmt: skip
        for number in numbers.find(dates.without_dates(plain), checking.language):
            if not any(it.amounts.supports(number) for it in texts):
                yield checking.block(
                    "number-unsupported", statement,
                    message(
                        "The number %(number)r is not in %(where)s. Correct it, cite the source "
                        "that has it, or confirm it with a reason.",
                        number=number.text, where=where,
                    ),
                    detail=number.text, sentence=sentence,
                )  # fmt: skip


def attribution(statement: Statement, _checking: Checking) -> Iterator[Finding]:
    """``name-unsupported``: the attribution of a point names somebody that no cited text names."""
    if not statement.attributed_to:
        return
    missing = names.unattributed(statement.attributed_to, statement.support)
    for name in missing:
        yield Finding(
            path=statement.path.removesuffix(".text") + ".attributed_to", rule="name-unsupported",
            severity="block", sentence=statement.attributed_to, detail=name,
            message=message(
                "%(where)s does not name %(name)r, to whom the point is attributed. "
                "Correct the attribution, remove it, or confirm it with a reason.",
                where=labels(statement.support) or message("No cited text"), name=name,
            ),
        )  # fmt: skip


def urls_in(statement: Statement, checking: Checking) -> Iterator[Finding]:
    """``url-foreign``: URLs in a text, and links whose target is not in the evidence."""
    for url in dict.fromkeys((*links.in_text(statement.text), *statement.links)):
        if reason := links.problem_in_text(url, checking.corpus):
            yield checking.block(
                "url-foreign", statement,
                message(
                    "The URL %(url)r %(problem)s. Remove it; a source belongs into the list of "
                    "sources.", url=url, problem=reason,
                ),
                detail=url, texts=(),
            )  # fmt: skip


def leftovers(statement: Statement, checking: Checking) -> Iterator[Finding]:
    """``marker-debris``: what is left of markers, fences, reasoning or instructions."""
    for mark in debris.find(statement.raw, mended=checking.mended, nonce=checking.nonce):
        yield checking.block(
            "marker-debris", statement,
            message(
                "%(mark)r is left over from the language model or its input. Remove it.", mark=mark
            ),
            detail=mark, texts=(),
        )  # fmt: skip


def in_language(statement: Statement, checking: Checking) -> Iterator[Finding]:
    """``wrong-language``: a text, or a sentence of it, in another language than the article."""
    whole = quotes.blank(statement.text, statement.quotations)
    for text, minimum in ((whole, 4), *((own, 5) for _, own in statement.own_sentences)):
        if found := language.differs(text, checking.language, minimum=minimum):
            expected = _LANGUAGES.get(checking.language, checking.language)
            yield checking.block(
                "wrong-language", statement,
                message(
                    "The text seems to be in %(language)s, the article is in %(expected)s. "
                    "Translate it, or confirm it with a reason.",
                    language=_LANGUAGES.get(found, found), expected=expected,
                ),
                detail=found, sentence=statement.text, texts=(),
            )  # fmt: skip
            return


def unseen_names(statement: Statement, checking: Checking) -> Iterator[Finding]:
    """Warn of ``name-unseen``: capitalized names that no text of the evidence contains."""
    vocabularies = [it.vocabulary for it in checking.corpus.texts]
    for sentence, own in statement.own_sentences:
        for run in names.runs(own):
            if checking.language == "de" and len(run) == 1:
                continue  # every noun is capitalized
            words = [it for it in run if it.lower() not in dates.MONTHS]
            if unseen := [it for it in words if not names.is_known(it, vocabularies)]:
                yield Finding(
                    path=statement.path, rule="name-unseen", severity="warn", sentence=sentence,
                    detail=" ".join(run),
                    message=message(
                        "No text of the evidence contains %(name)r. Check it.",
                        name=" ".join(unseen),
                    ),
                )  # fmt: skip


def copying(statement: Statement, checking: Checking) -> Iterator[Finding]:
    """Warn of ``copied``: a run of words as in the evidence, outside quotation marks."""
    own = quotes.blank(statement.text, statement.quotations)
    if found := verbatim.copied(own, checking.corpus.texts):
        words, source = found
        yield Finding(
            path=statement.path, rule="copied", severity="warn", sentence=statement.text,
            detail=words, passage=words[:400], document=source.number,
            message=message(
                "%(count)d words in a row are copied from %(where)s. "
                "Say it in other words, or put it in quotation marks.",
                count=verbatim.COPIED_WORDS, where=labels([source]),
            ),
        )  # fmt: skip
