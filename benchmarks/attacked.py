"""Entries full of attack texts: every field of an entry, by every way that text can arrive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from benchmarks.attack_texts import Grammar
from widget.entry import light_html
from widget.entry.limits import MAX_COST

ROLES = ("ideas", "different-views", "context", "reply", "ideas", "context")
POINTS = 12
_LINE, _PARAGRAPH, _URL = 480, 1_900, 2_000


class Texts:
    """Attack texts that are valid in JSON, each cut to the limit of its field.

    ``drawn`` counts all of them, ``used`` those that came into an entry.
    """

    def __init__(self, seed: int) -> None:
        self._grammar = Grammar(seed)
        self.drawn = self.used = 0

    def of(self, length: int) -> str:
        """Return the next text, cut to ``length`` characters."""
        self.drawn += 1
        self.used += 1
        return self._grammar.text().replace("\0", "")[:length]

    def light(self) -> str:
        """Return the next text that is light HTML; expensive ones are rejected elsewhere."""
        while light_html.cost_problem(text := self.of(light_html.MAX_LENGTH - 1)):
            self.used -= 1
        return text


def document(entry_id: str, texts: Texts, *, site: str) -> dict[str, Any]:
    """Return an entry with an attack in every text field. ``site`` is an origin."""
    budget = MAX_COST
    groups = []
    for role in ROLES:
        points = []
        for _ in range(POINTS):
            text = texts.light()
            cost = light_html.cost(text)
            if cost <= budget:
                budget -= cost
            else:
                text = "plain"
                texts.used -= 1
            points.append({"text": f"{text}x", "attributed_to": texts.of(_LINE)})
        groups.append({"role": role, "heading": texts.of(_LINE), "points": points})
    sources = [
        {
            "title": texts.of(_LINE),
            "url": texts.of(_URL),
            "publisher": texts.of(_LINE),
            "quote": texts.of(_PARAGRAPH),
            "archive_url": texts.of(_URL),
        }
        for _ in range(12)
    ]
    return {
        "schema": 1,
        "id": entry_id,
        "language": "en",
        "article": {
            "url": f"{site}/opinion/{entry_id}",
            "aliases": [texts.of(_URL) for _ in range(3)],
            "title": f"{texts.of(_LINE)}x",
            "authors": [texts.of(_LINE) for _ in range(3)],
            "section": texts.of(_LINE),
            "kind": "opinion",
        },
        "viewpoint": {"lean": "center", "rationale": "It says so."},
        "perspectives": groups,
        "sources": sources,
        "provenance": {
            "origin": "ai-edited",
            "provider": texts.of(_LINE),
            "model": texts.of(_LINE),
            "reviewed_by": texts.of(_LINE),
        },
        "corrections": [
            {"at": "2026-05-06T09:00:00Z", "kind": "correction", "note": f"{texts.of(_PARAGRAPH)}x"}
        ],
    }


def documents(seed: int, count: int, *, site: str) -> Iterator[tuple[bytes, int]]:
    """Yield entries as JSON until ``count`` texts were drawn, each with how many are in it."""
    texts = Texts(seed)
    number = 0
    while texts.drawn < count:
        before = texts.used
        number += 1
        entry_document = document(f"attack-{seed}-{number}", texts, site=site)
        yield json.dumps(entry_document).encode(), texts.used - before
