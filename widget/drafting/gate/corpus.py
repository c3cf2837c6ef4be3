"""The evidence as the rules read it: each text is folded once, when a rule first asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property, lru_cache
from itertools import accumulate

from widget.drafting.evidence import Article, Document, Evidence
from widget.drafting.gate import dates, folding, language, numbers
from widget.entry import urls
from widget.errors import joined, message


class EvidenceText:
    """One text of the evidence. ``number`` is the document's, 0 for the article.

    Title, publisher and authors count as text: a point may name them.
    """

    def __init__(self, number: int, source: Article | Document, language: str = "") -> None:
        self._article_language = language
        self.number = number
        self.url = source.url
        self.title = source.title
        self.text = source.text
        self.published: date | None = source.published
        self.by = (
            " ".join(source.authors) if isinstance(source, Article) else source.publisher or ""
        )

    @cached_property
    def folded(self) -> str:
        """Title, publisher and text, folded for comparing quotations; one space between them."""
        return " ".join(self._lines)

    @cached_property
    def _lines(self) -> list[str]:
        lines = "\n".join((self.title, self.by, self.text)).splitlines()
        return [it for it in map(folding.fold, lines) if it]

    @cached_property
    def line_starts(self) -> frozenset[int]:
        """Where the lines begin in ``folded``: a heading ends without a mark."""
        return frozenset(accumulate((len(it) + 1 for it in self._lines), initial=0))

    @cached_property
    def light(self) -> str:
        """The same, lightly folded, for numbers and dates."""
        return folding.light("\n".join((self.title, self.by, self.text)))

    @cached_property
    def words(self) -> list[str]:
        """All words, in lower case."""
        return folding.words(self.light)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The different words."""
        return frozenset(self.words)

    @cached_property
    def sentences(self) -> list[str]:
        """The title and the sentences, as written."""
        return [self.title, *folding.sentences(self.text)]

    @cached_property
    def language(self) -> str:
        """The detected language, or the article's where the text is too short to tell."""
        return language.detect(self.text[:20_000]) or self._article_language

    @cached_property
    def dates(self) -> dates.Calendar:
        """The dates in the text, and that of its publication."""
        return dates.calendar(self.light, self.published)

    @cached_property
    def amounts(self) -> numbers.Amounts:
        """The numbers in the text, in every reading."""
        return numbers.amounts(dates.without_dates(self.light), self.language)


class Corpus:
    """All texts of the evidence, and which of them a URL names."""

    def __init__(self, evidence: Evidence) -> None:
        spoken = language_of(evidence)
        self.article = EvidenceText(0, evidence.article, spoken)
        self.documents = [
            EvidenceText(n, it, spoken) for n, it in enumerate(evidence.documents, start=1)
        ]
        self._by_url: dict[str, int] = {}
        for document in self.documents:
            if key := _key(document.url):
                self._by_url.setdefault(key, document.number)

    @property
    def texts(self) -> list[EvidenceText]:
        """The article and all documents."""
        return [self.article, *self.documents]

    def number_of(self, url: str) -> int | None:
        """Return the number of the document with this URL (see ``urls.normalize``), or None."""
        return self._by_url.get(_key(url) or "")

    def has_url(self, url: str) -> bool:
        """Return whether the URL is a document's or the article's."""
        key = _key(url)
        return key is not None and (key in self._by_url or key == _key(self.article.url))

    def cited(self, numbers: Iterable[int]) -> list[EvidenceText]:
        """Return the documents with these numbers; numbers without a document are left out."""
        return [self.documents[it - 1] for it in numbers if 1 <= it <= len(self.documents)]


@lru_cache(maxsize=4)
def corpus_of(evidence: Evidence) -> Corpus:
    """Return the corpus of ``evidence``: an editor's checks come one after another."""
    return Corpus(evidence)


def language_of(evidence: Evidence, default: str = "") -> str:
    """Return the primary language of the article, such as ``en``; ``default`` if unknown."""
    stated = evidence.article.language or language.detect(evidence.article.text[:20_000])
    return (stated or default).partition("-")[0].lower()


_ARTICLE = message("the article")


def labels(texts: Sequence[EvidenceText]) -> str:
    """Return such as ``the article`` or ``document 2, document 3``; "" without texts."""
    names = (
        message("document %(number)d", number=it.number) if it.number else _ARTICLE for it in texts
    )
    return joined(names, ", ")


def _key(url: str) -> str | None:
    try:
        return urls.normalize(url)
    except ValueError:
        return None
