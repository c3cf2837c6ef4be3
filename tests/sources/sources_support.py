"""Entries whose sources are pages of the small web, in either store."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from samples import sample_document
from small_web import Page, SmallWeb
from small_web_cases import QUOTE, page

from widget.config import Settings
from widget.editorial.service import Editorial
from widget.entry import parse_entry
from widget.notifying.events import Event
from widget.sources.fetching import SourceFetcher
from widget.sources.pace import Pace
from widget.sources.service import SourceChecks
from widget.storage.documents import Documents
from widget.store import Annotations, Live

FINE = page(f"<p>{QUOTE}</p>")


@dataclass
class Newsroom:
    """A store, its checks and a clock that a test turns."""

    url: str
    web: SmallWeb
    settings: Settings
    editorial: Editorial
    documents: Documents
    events: list[Event] = field(default_factory=list)
    at: datetime = datetime(2026, 5, 3, 9, tzinfo=UTC)

    def __post_init__(self) -> None:
        self.checks = self.open_checks()

    def open_checks(self, *, pace: float = 0) -> SourceChecks:
        fetcher = SourceFetcher(
            self.settings,
            Pace(self.documents, seconds=pace),
            seconds=20,
            resolver=self.web.resolve,
            origins=self.web.origins,
        )
        return SourceChecks(
            self.settings,
            self.editorial,
            self.documents,
            fetcher=fetcher,
            tell=self.events.append,
            now=lambda: self.at,
        )

    def publish(self, *sources: dict[str, Any], entry_id: str = "night-trains") -> None:
        self.save(*sources, entry_id=entry_id)
        self.editorial.publish(entry_id, actor="ada")
        self.checks = self.open_checks()  # hosts of the small web may be new

    def save(self, *sources: dict[str, Any], entry_id: str = "night-trains") -> None:
        document = sample_document(
            id=entry_id,
            article__url=f"https://paper.example/opinion/{entry_id}",
            article__aliases=[],
        )
        given = {"publisher": None, "published": None, "type": "other", "archive_url": None}
        document["sources"] = [
            {"title": "Who sleeps on trains", "quote": QUOTE, **given, **it} for it in sources
        ]
        document["perspectives"] = [
            {
                "role": role,
                "heading": None,
                "points": [
                    {"text": f"As said [{number}].", "attributed_to": None}
                    for number in range(1, len(sources) + 1)
                ],
            }
            for role in ("ideas", "different-views")
        ]
        self.editorial.save(parse_entry(json.dumps(document).encode()), actor="ada")

    def cite(self, host: str = "rail.example", answer: Page = FINE, path: str = "/report") -> str:
        """Publish an entry with one source, and return its URL."""
        url = self.web.add(host, path, answer)
        self.publish({"url": url})
        return url

    def check(self, *, later: timedelta = timedelta(), entry_id: str = "night-trains") -> str:
        """Check after some time; return answer and quote of the first source."""
        self.at += later
        newest = self.checks.check_entry(entry_id).sources[0].newest
        assert newest is not None
        return f"{newest.answer} {newest.quote}"

    def shown(self, entry_id: str = "night-trains") -> Annotations:
        live = self.editorial.entries.live(entry_id)
        assert isinstance(live, Live)
        return live.annotations

    def annotates(self, entry_id: str = "night-trains") -> int:
        history = self.editorial.entries.history(entry_id)
        return sum(it.action == "annotate" for it in history)
