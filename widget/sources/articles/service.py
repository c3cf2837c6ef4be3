"""Looks at articles, records what changed, and what editors say about it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Protocol

from widget.config import Settings
from widget.editorial.service import Editorial
from widget.entry import Entry
from widget.errors import Conflict, NotFound, message
from widget.sources.articles.differing import Difference, difference, text_sha256
from widget.sources.articles.page import ArticlePage, read_article
from widget.sources.articles.record import (
    MAX_SETTLED,
    ArticleRecord,
    ArticleTexts,
    Settled,
    article_records,
    article_texts,
)
from widget.sources.articles.runs import TextOf, run_texts
from widget.sources.fetching import Fetched
from widget.sources.record import MAX_CHECKS, SourceCheck
from widget.sources.verdicts import gone_run
from widget.storage.documents import Documents
from widget.store import Annotations, Live, Withdrawn

ACTOR = "sources"
"""Who changes what stands beside an entry."""

_ANOTHER_TEXT = 0.5
"""A pasted text of which the page shows less than this share is not the page's text."""
_FITS = "The analysis still fits the article."


class Fetcher(Protocol):
    """What requests pages; see ``sources.fetching``."""

    def fetch(self, url: str) -> Fetched:
        """Request a page."""


class Articles:
    """The articles of the entries. Every method raises StoreUnavailable."""

    def __init__(
        self, editorial: Editorial, documents: Documents, *, text_of: TextOf = lambda _: None
    ) -> None:
        self._editorial = editorial
        self._records = article_records(documents)
        self._texts = article_texts(documents)
        self._text_of = text_of

    def record(self, entry_id: str) -> ArticleRecord | None:
        """Return the record of an entry's article."""
        return self._records.get(entry_id)

    def texts(self, entry_id: str) -> ArticleTexts:
        """Return the texts of an entry's article; nothing of one withdrawn for legal reasons."""
        if self._is_withdrawn_legally(entry_id):
            return ArticleTexts()
        return self._texts.get(entry_id) or ArticleTexts()

    def bad(
        self, *, before: tuple[float, str] | None = None, limit: int
    ) -> list[tuple[str, ArticleRecord]]:
        """Return the records of articles that changed or are gone, the newest change first."""
        return self._records.newest(group="bad", before=before, limit=limit)

    def look(self, entry_id: str, fetcher: Fetcher) -> ArticleRecord | None:
        """Look at the article of a live entry, and record what is to be seen beside it.

        Returns None where nothing is live; what was withdrawn for legal reasons is forgotten.
        Raises what the fetcher raises.
        """
        live = self._editorial.entries.live(entry_id)
        if not isinstance(live, Live):
            if self._is_withdrawn_legally(entry_id):
                self.forget(entry_id)
            return None
        before = self._begun(entry_id, live.entry)
        page = read_article(fetcher.fetch(live.entry.article.url))
        after = self._judged(entry_id, before, page, datetime.now(UTC))
        self._records.put(entry_id, after)
        # The entry may have been withdrawn while its article was on its way.
        if self._is_withdrawn_legally(entry_id):
            self.forget(entry_id)
            return None
        self._annotate(entry_id, after)
        return after

    def begin(self, entry_id: str) -> None:
        """End what readers are told of the article of an older analysis; asks nobody."""
        live = self._editorial.entries.live(entry_id)
        before = self._records.get(entry_id)
        if not isinstance(live, Live) or before is None:
            return
        record = self._begun(entry_id, live.entry)
        if record != before:
            self._records.put(entry_id, record)
            self._annotate(entry_id, record)

    def settle(self, entry_id: str, *, sha256: str, actor: str) -> None:
        """Record that the analysis still fits: the text of now counts as the analysed one.

        ``sha256`` is that of the text that the editor saw. Raises NotFound where nothing is said of
        the article, Conflict where it has changed again.
        """
        now = datetime.now(UTC)
        texts = self._texts.get(entry_id) or ArticleTexts()
        head = self._editorial.entries.head(entry_id)

        def settled(record: ArticleRecord | None) -> ArticleRecord:
            if record is None or not (record.changed_on or record.gone_on):
                raise NotFound(
                    message("nothing is said about the article of %(entry)r", entry=entry_id)
                )
            if record.newest_sha256 != sha256:
                again = message("the article has changed again; read it once more")
                raise Conflict(again, head=head)
            statement = Settled(by=actor, at=now, sha256=sha256)
            update: dict[str, object] = {
                "changed_on": None,
                "gone_on": None,
                "gone_settled": record.gone_on is not None,
                "since": None,
                "settled": (*record.settled, statement)[-MAX_SETTLED:],
            }
            if sha256:
                update |= {"sha256": sha256, "newest_sha256": "", "taken_at": now}
                update |= {"origin": "page"}
            return record.model_copy(update=update)

        record = self._records.update(entry_id, settled)
        if sha256 and texts.newest and text_sha256(texts.newest) == sha256:
            self._texts.put(entry_id, ArticleTexts(analysed=texts.newest))
        if record:
            self._annotate(entry_id, record, actor=actor, note=_FITS)

    def forget(self, entry_id: str) -> None:
        """Remove the text and the record of an article."""
        self._texts.update(entry_id, lambda _: None)
        self._records.update(entry_id, lambda _: None)

    def _is_withdrawn_legally(self, entry_id: str) -> bool:
        live = self._editorial.entries.live(entry_id)
        return isinstance(live, Withdrawn) and live.legal

    def _begun(self, entry_id: str, entry: Entry) -> ArticleRecord:
        """Return the record of this analysis; that of an older one begins anew."""
        record = self._records.get(entry_id)
        analysis = analysis_digest(entry)
        url = entry.article.url
        if record and record.analysis == analysis and record.url == url:
            return record
        fresh = ArticleRecord(url=url, analysis=analysis)
        analysed = self._text_of(entry)
        taken_at = record.taken_at if record else None
        if analysed and (taken_at is None or analysed.at > taken_at):
            self._texts.put(entry_id, ArticleTexts(analysed=analysed.text))
            return fresh.model_copy(
                update={
                    "sha256": text_sha256(analysed.text),
                    "taken_at": analysed.at,
                    "origin": "run",
                }
            )
        return fresh

    def _judged(
        self, entry_id: str, record: ArticleRecord, page: ArticlePage, now: datetime
    ) -> ArticleRecord:
        """Return the record after a look at the page, and put the texts."""
        first = not record.checks
        sha256 = text_sha256(page.text) if page.text else ""
        check = SourceCheck(
            at=now,
            answer=page.answer,
            status=page.status,
            final_url=page.url,
            reason=page.reason,
            sha256=sha256,
        )
        checks = (*record.checks, check)[-MAX_CHECKS:]
        record = record.model_copy(update={"checks": checks, "reason": page.reason})
        gone = gone_run(record.as_source)
        gone_on = gone[0].at.date() if gone and not record.gone_settled else None
        record = record.model_copy(update={"gone_on": gone_on})
        if page.answer in ("ok", "moved"):
            record = record.model_copy(update={"gone_settled": False})
        if page.text:
            record = self._compared(entry_id, record, page, sha256, first=first)
        since = (record.since or now) if record.changed_on or record.gone_on else None
        return record.model_copy(update={"since": since})

    def _compared(
        self, entry_id: str, record: ArticleRecord, page: ArticlePage, sha256: str, *, first: bool
    ) -> ArticleRecord:
        texts = self._texts.get(entry_id) or ArticleTexts()
        if not record.sha256 or not texts.analysed:
            return self._taken(entry_id, record, page, sha256)
        found = (
            Difference((), 1.0)
            if sha256 == record.sha256
            else difference(texts.analysed, page.text, whole=page.whole)
        )
        if first and record.origin == "run" and (found.teaser or found.remaining < _ANOTHER_TEXT):
            # It was pasted, or read behind a paywall: it cannot be compared with the page.
            return self._taken(entry_id, record, page, sha256)
        if found.teaser:
            return record.model_copy(update={"reason": "The page shows only a part of the text."})
        newest = page.text if found.changes else ""
        after = ArticleTexts(analysed=texts.analysed, newest=newest, changes=found.changes)
        if after != texts:
            self._texts.put(entry_id, after)
        if not found.changes:
            return record.model_copy(update={"changed_on": None, "newest_sha256": ""})
        today = datetime.now(UTC).date()
        changed_on = record.changed_on or today
        return record.model_copy(update={"changed_on": changed_on, "newest_sha256": sha256})

    def _taken(
        self, entry_id: str, record: ArticleRecord, page: ArticlePage, sha256: str
    ) -> ArticleRecord:
        """Take the page's text as the analysed one."""
        self._texts.put(entry_id, ArticleTexts(analysed=page.text))
        at = record.checks[-1].at
        return record.model_copy(
            update={"sha256": sha256, "taken_at": at, "origin": "page", "changed_on": None}
            | {"newest_sha256": ""}
        )

    def _annotate(
        self, entry_id: str, record: ArticleRecord, *, actor: str = ACTOR, note: str = ""
    ) -> None:
        def change(annotations: Annotations) -> Annotations:
            return annotations.model_copy(
                update={
                    "article_changed_on": record.changed_on,
                    "article_gone_on": record.gone_on,
                }
            )

        try:
            self._editorial.annotating.annotate(entry_id, change, actor=actor, note=note)
        except NotFound:
            return  # it was withdrawn meanwhile


def analysis_digest(entry: Entry) -> str:
    """Return what changes with the analysis itself: not with a source's address or a correction."""
    document = entry.model_dump(mode="json", include={"viewpoint", "perspectives"})
    text = json.dumps(document, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def open_articles(settings: Settings, editorial: Editorial, documents: Documents) -> Articles:
    """Return the articles of a store, with the texts of its runs of drafting."""
    return Articles(editorial, documents, text_of=run_texts(settings.store))
