"""The texts of articles that drafts were made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from widget.drafting.runs import RunStore, open_runs
from widget.entry import Entry, urls


@dataclass(frozen=True, slots=True)
class AnalysedText:
    """The text of the article that a draft was made from."""

    text: str
    at: datetime


TextOf = Callable[[Entry], AnalysedText | None]
"""Returns the text that the newest draft of an entry was made from, None where nobody has it."""


def run_texts(store_url: str) -> TextOf:
    """Return what finds the article's text in the newest run that drafted an entry."""
    opened: list[RunStore] = []

    def found(entry: Entry) -> AnalysedText | None:
        if not opened:  # not before it is needed: a process that forks must have no connection
            opened.append(open_runs(store_url))
        runs = opened[0].newest(limit=20, entry_id=entry.id)
        run = next((it for it in runs if it.state == "kept"), None)
        evidence = opened[0].evidence(run.id) if run else None
        if run is None or evidence is None or not evidence.article.text:
            return None
        article = evidence.article
        if urls.normalize(article.url) != urls.normalize(entry.article.url):
            return None  # the entry is about another article by now
        return AnalysedText(article.text, run.asked_at)

    return found
