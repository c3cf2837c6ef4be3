"""The nearest passage of the evidence, shown beside a finding. It decides nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from widget.drafting.gate import folding
from widget.drafting.gate.corpus import EvidenceText

MAX_PASSAGE = 400


class Nearest:
    """Finds passages by shared words, rare ones first. Each text is indexed once."""

    def __init__(self) -> None:
        self._indexes: dict[int, dict[str, list[int]]] = {}

    def passage(self, sentence: str, texts: Sequence[EvidenceText]) -> tuple[str, int | None]:
        """Return a passage of at most ``MAX_PASSAGE`` characters and its text's number."""
        best: tuple[float, str, int | None] = (0.0, "", None)
        for text in texts:
            score, index = self._best(sentence, text)
            if score > best[0]:
                best = (score, _bounded(text.sentences[index], sentence), text.number)
        return best[1], best[2]

    def sentences(self, sentence: str, text: EvidenceText, *, limit: int) -> list[str]:
        """Return the ``limit`` sentences of ``text`` that share most words with ``sentence``."""
        scores = self._scores(sentence, text)
        return [text.sentences[index] for index, _ in scores.most_common(limit)]

    def _best(self, sentence: str, text: EvidenceText) -> tuple[float, int]:
        scores = self._scores(sentence, text)
        if not scores:
            return 0.0, 0
        index, score = max(scores.items(), key=lambda it: (it[1], -it[0]))
        return score, index

    def _scores(self, sentence: str, text: EvidenceText) -> Counter[int]:
        index = self._index(text)
        scores: Counter[int] = Counter()
        for word in set(folding.words(folding.light(sentence))):
            places = index.get(word, ())
            if len(places) > 2_000:
                continue  # says nothing about where, and would cost most
            weight = 1 / (1 + len(places)) ** 0.5
            for place in places:
                scores[place] += weight
        return scores

    def _index(self, text: EvidenceText) -> dict[str, list[int]]:
        if text.number not in self._indexes:
            index: dict[str, list[int]] = {}
            for place, sentence in enumerate(text.sentences):
                for word in set(folding.words(folding.light(sentence))):
                    index.setdefault(word, []).append(place)
            self._indexes[text.number] = index
        return self._indexes[text.number]


def _bounded(passage: str, sentence: str) -> str:
    """Cut a long passage around the first word that it shares with the sentence."""
    if len(passage) <= MAX_PASSAGE:
        return passage
    shared = [it for it in folding.words(sentence) if len(it) > 4]
    places = [passage.lower().find(it) for it in shared]
    start = max(0, min((it for it in places if it >= 0), default=0) - 80)
    cut = passage[start : start + MAX_PASSAGE - 2]
    return ("\u2026" if start else "") + cut + ("\u2026" if start + len(cut) < len(passage) else "")
