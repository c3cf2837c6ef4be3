"""Checks of the sources of an entry: on request, by command and in the daily round."""

from __future__ import annotations

import importlib.util
import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urldefrag

from pydantic import BaseModel, ConfigDict

from widget.config import Settings
from widget.editorial.service import Editorial
from widget.entry import Entry, Source, urls
from widget.errors import InsightsError, InvalidSettings, NotFound, message
from widget.net.rate_limiter import RateLimiter
from widget.notifying.events import Event, source_gone
from widget.sources import verdicts
from widget.sources.archiving.ordering import order_copies
from widget.sources.archiving.queue import ArchiveQueue
from widget.sources.articles import Articles, open_articles
from widget.sources.checking import check, given, read, validators_of
from widget.sources.fetching import Postponed, SourceFetcher
from widget.sources.pace import Pace
from widget.sources.record import (
    EntrySources,
    SourceCheck,
    SourceRecord,
    source_records,
    with_check,
)
from widget.storage.documents import Collection, Documents, open_documents
from widget.store import Annotations, Live, Withdrawn, source_key

log = logging.getLogger("insights.sources")

ACTOR = "sources"
LIBRARIES = ("lxml", "protego", "pypdf")
HOSTS_AT_ONCE = 6
REQUESTS_A_MINUTE = 30
REQUESTS_AT_ONCE = 4
SILENCE_SECONDS = 24 * 3600.0
"""Where no host at all has answered for so long, it is our own network that is gone."""
_NOTE_SECONDS = 60.0

_Checks = Mapping[str, SourceCheck | None]
"""By ``source_key``; None: its host may not be asked now."""


class Heard(BaseModel):
    """When any host answered last, in seconds since 1970."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: float


def _say_nothing(_event: Event) -> None:
    return


def _now() -> datetime:
    return datetime.now(UTC)


class SourceChecks:
    """Checks sources, and writes what readers see of them beside what is live. Thread-safe.

    ``tell`` gets the event of each source that goes bad. Every method raises StoreUnavailable
    where the store cannot be reached.
    """

    def __init__(
        self,
        settings: Settings,
        editorial: Editorial,
        documents: Documents,
        *,
        fetcher: SourceFetcher | None = None,
        archive: ArchiveQueue | None = None,
        articles: Articles | None = None,
        tell: Callable[[Event], None] = _say_nothing,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._settings = settings
        self._editorial = editorial
        self.documents = documents
        self.fetcher = fetcher or SourceFetcher(settings, Pace(documents))
        self._heard: Collection[Heard] = Collection(documents, "source-network", Heard)
        self._limiter = RateLimiter(
            limit=REQUESTS_A_MINUTE,
            seconds=60,
            at_once=REQUESTS_AT_ONCE,
            message=message("Many sources are being checked just now; try again in a moment."),
        )
        self._archive = archive
        self.tell = tell
        self.articles = articles
        self._now = now
        self.records = source_records(documents)

    @property
    def editorial(self) -> Editorial:
        """The entries."""
        return self._editorial

    def of_entry(self, entry_id: str) -> EntrySources | None:
        """Return the checks of an entry's sources; None: there are none, or none any more."""
        live = self._editorial.entries.live(entry_id)
        if isinstance(live, Withdrawn) and live.legal:
            return None
        return self.records.get(entry_id)

    def request_check(self, entry_id: str) -> None:
        """Check the sources of an entry in a thread, and return at once.

        ``requested_at`` of its record is then later than ``checked_at`` until it is done. Raises
        NotFound, Throttled.
        """
        self._sources(entry_id)
        with ExitStack() as stack:
            stack.enter_context(self._limiter.slot())
            at = self._now()
            self.records.update(
                entry_id,
                lambda it: (it or EntrySources()).model_copy(update={"requested_at": at}),
            )
            releasing = stack.pop_all()
        work = partial(self._check_quietly, entry_id, releasing)
        threading.Thread(target=work, name="sources", daemon=True).start()

    def check_entry(self, entry_id: str) -> EntrySources:
        """Check the sources of what is live and of the draft, and return all their checks.

        Takes as long as their hosts take, at least a second for each source of one host. Raises
        NotFound where the entry has neither, InvalidSettings where a library is not installed.
        """
        sources = self._sources(entry_id)
        before = self.records.get(entry_id) or EntrySources()
        records = {it.key: it for it in before.sources}
        checks = self._check_all(sources, records)
        silent = self._is_silent(checks.values())
        gone_bad: list[SourceRecord] = []

        def merged(now: EntrySources | None) -> EntrySources:
            gone_bad.clear()
            now = now or EntrySources()
            found = tuple(_records(sources, now, checks, silent=silent))
            was_bad = {it.key for it in now.sources if it.bad}
            gone_bad.extend(
                it
                for it in found
                if it.bad and it.key not in was_bad and verdicts.was_fine(it, it.bad)
            )
            bad = sum(bool(it.bad) for it in found)
            update = {"sources": found, "checked_at": self._now(), "bad": bad}
            return now.model_copy(update=update)

        after = self.records.update(entry_id, merged) or EntrySources()
        if self._archive:
            after = order_copies(self._archive, self.records, entry_id, after, checks)
        self._show(entry_id, after)
        self._tell(entry_id, gone_bad)
        return after

    def forget(self, entry_id: str) -> None:
        """Remove the checks of an entry that was withdrawn for legal reasons."""
        self.records.update(entry_id, lambda _: None)

    def _check_quietly(self, entry_id: str, releasing: ExitStack) -> None:
        with releasing:
            try:
                self.check_entry(entry_id)
                if self.articles:
                    self.articles.look(entry_id, self.fetcher)
            except InsightsError as error:
                log.warning("%s: the sources were not checked: %s", entry_id, error)
            except Exception:
                log.exception("checking the sources of %s failed", entry_id)

    def _sources(self, entry_id: str) -> dict[str, tuple[int, Source]]:
        """Return the sources by key, with the number that readers see, those of live first."""
        entries = self._editorial.entries
        live, draft = entries.live(entry_id), entries.draft(entry_id)
        if isinstance(live, Withdrawn) and live.legal:
            self.forget(entry_id)
            live = draft = None
        documents = [it.entry for it in (live, draft) if it and not isinstance(it, Withdrawn)]
        if not documents:
            raise NotFound(
                message("%(entry)r has neither a live version nor a draft", entry=entry_id)
            )
        return _by_key(documents)

    def _check_all(
        self, sources: Mapping[str, tuple[int, Source]], records: Mapping[str, SourceRecord]
    ) -> _Checks:
        """Check sources, those of one host one after the other."""
        hosts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for key, (_, source) in sources.items():
            hosts[_host(source.url)][urldefrag(source.url)[0]].append(key)

        def check_host(pages: Mapping[str, list[str]]) -> dict[str, SourceCheck | None]:
            found: dict[str, SourceCheck | None] = {}
            for url, keys in pages.items():
                named = {it: sources[it][1] for it in keys}
                found |= self._check_page(url, named, records)
            return found

        found: dict[str, SourceCheck | None] = {}
        with ThreadPoolExecutor(HOSTS_AT_ONCE) as pool:
            for checks in pool.map(check_host, hosts.values()):
                found |= checks
        return found

    def _check_page(
        self, url: str, sources: Mapping[str, Source], records: Mapping[str, SourceRecord]
    ) -> dict[str, SourceCheck | None]:
        """Request one page for all sources that name it."""
        all_validators = [validators_of(records.get(key), it) for key, it in sources.items()]
        validators = all_validators[0] if len(set(all_validators)) == 1 else None
        try:
            found = read(self.fetcher.fetch(url, validators))
        except Postponed:
            return dict.fromkeys(sources)
        newest = {key: it.newest for key, it in records.items()}
        at = self._now()
        return {key: check(it, found, newest.get(key), at=at) for key, it in sources.items()}

    def _is_silent(self, checks: Iterable[SourceCheck | None]) -> bool:
        """Return whether nobody answers, and has not for long."""
        now = self._now().timestamp()
        heard = self._heard.get("any")
        if any(it and it.status is not None for it in checks):
            if heard is None or now - heard.at > _NOTE_SECONDS:
                self._heard.put("any", Heard(at=now))
            return False
        return heard is None or now - heard.at > SILENCE_SECONDS

    def _show(self, entry_id: str, found: EntrySources) -> None:
        """Write what readers see where it has changed."""
        live = self._editorial.entries.live(entry_id)
        if not isinstance(live, Live):
            return
        own = set(_by_key([live.entry]))
        records = [it for it in found.sources if it.key in own]

        def changed(annotations: Annotations) -> Annotations:
            shown = {it.key: it for it in annotations.sources}
            after = (verdicts.annotation(it, shown.get(it.key)) for it in records)
            return annotations.model_copy(update={"sources": tuple(it for it in after if it)})

        try:
            self._editorial.annotating.annotate(entry_id, changed, actor=ACTOR)
        except NotFound:
            return  # withdrawn meanwhile

    def _tell(self, entry_id: str, gone_bad: list[SourceRecord]) -> None:
        live = self._editorial.entries.live(entry_id) if gone_bad else None
        if not isinstance(live, Live):
            return
        own = _by_key([live.entry])
        history = self._editorial.entries.history(entry_id)
        for it in gone_bad:
            if it.key not in own or it.newest is None:
                continue
            event = source_gone(
                live,
                source=it.url,
                at=it.newest.at,
                note=_note(it),
                history=history,
                settings=self._settings,
            )
            self.tell(event)


def check_libraries() -> None:
    """Raise InvalidSettings where the libraries are not installed."""
    missing = [it for it in LIBRARIES if importlib.util.find_spec(it) is None]
    if missing:
        raise InvalidSettings(
            f"checking sources needs {', '.join(missing)}, which is not installed; run: "
            "pip install 'insights-widget[sources]'"
        )


def open_sources(
    settings: Settings, editorial: Editorial, *, tell: Callable[[Event], None] = _say_nothing
) -> SourceChecks:
    """Return the checks of a store. Raises InvalidSettings, StoreUnavailable."""
    documents = open_documents(settings.store)
    archive = ArchiveQueue(documents) if settings.archive else None
    articles = open_articles(settings, editorial, documents)
    return SourceChecks(
        settings, editorial, documents, archive=archive, articles=articles, tell=tell
    )


def _by_key(documents: Iterable[Entry]) -> dict[str, tuple[int, Source]]:
    found: dict[str, tuple[int, Source]] = {}
    for entry in documents:
        for number, source in enumerate(entry.sources, 1):
            if source.url:
                found.setdefault(source_key(source), (number, source))
    return found


def _records(
    sources: Mapping[str, tuple[int, Source]],
    before: EntrySources,
    checks: _Checks,
    *,
    silent: bool,
) -> Iterable[SourceRecord]:
    """Yield the records of ``sources`` with their new checks; others are dropped."""
    records = {it.key: it for it in before.sources}
    for key, (number, source) in sources.items():
        record = records.get(key) or SourceRecord(key=key, url=source.url)
        named = {"number": number, "title": source.title, "given": given(source)}
        record = record.model_copy(update=named)
        if newest := checks.get(key):
            record = with_check(record, newest)
        if not silent:
            record = record.model_copy(update={"bad": verdicts.bad(record)})
        yield record


def _note(record: SourceRecord) -> str:
    """Return what is wrong, in English as all notes of the service."""
    newest = record.newest
    if record.bad == "missing" or newest is None:
        return f"The quote is no longer in source {record.number}."
    return f"Source {record.number} no longer answers. {newest.reason}".strip()


def _host(url: str) -> str:
    try:
        return urls.host_of(url)
    except ValueError:
        return url
