"""The daily round: checks what is live, each entry once in 24 hours, in one process of all."""

from __future__ import annotations

import heapq
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from widget.config import Settings
from widget.errors import InsightsError, NotFound
from widget.sources.articles import open_articles
from widget.sources.pace import Pace
from widget.sources.record import COLLECTION
from widget.sources.service import SourceChecks
from widget.storage.documents import Documents
from widget.storage.lease import IsHeld, Lease, work_under_lease
from widget.store import EntryReader, Withdrawn
from widget.store.query import Key, Query, key

log = logging.getLogger("insights.sources")

DAY_SECONDS = 24 * 3600.0
MAX_INTERVAL = 300.0
"""The longest time between two entries that are due: few entries are not spread over the day."""
PLAN_SECONDS = 3600.0
"""How often what is live is listed anew: a new entry is checked within this time."""
LOOK_SECONDS = 1.0
_PAGE = 500


@dataclass(slots=True)
class Plan:
    """What is due when, in seconds since 1970: a heap of times and ids."""

    due: list[tuple[float, str]] = field(default_factory=list)
    interval: float = MAX_INTERVAL
    next_at: float = 0.0

    def pop(self, now: float) -> str | None:
        """Return the entry to check now, None where there is none."""
        if now < self.next_at or not self.due or self.due[0][0] > now:
            return None
        self.next_at = now + self.interval
        return heapq.heappop(self.due)[1]


class DailyRound:
    """A daemon thread in every process; only the holder of the lease works.

    Each of ``steps`` checks one entry. What was checked last, and so where a round goes on after a
    restart, is in the records. ``clock`` returns seconds since 1970, ``forget`` removes the records
    of an entry that was withdrawn for legal reasons.
    """

    def __init__(
        self,
        entries: EntryReader,
        documents: Documents,
        steps: list[Callable[[str], object]],
        *,
        forget: Callable[[str], None],
        clock: Callable[[], float] = time.time,
        day: float = DAY_SECONDS,
    ) -> None:
        self._entries = entries
        self._documents = documents
        self._steps = steps
        self._forget = forget
        self._clock = clock
        self._day = day
        self._last_message = ""

    def start(self, lease: Callable[[], Lease]) -> None:
        """Start the thread."""
        threading.Thread(target=self._run, args=[lease], name="sources", daemon=True).start()

    def plan(self) -> Plan:
        """Return what is due, the longest unchecked first. Raises StoreUnavailable."""
        checked = dict(self._checked())
        live = list(self._live())
        for entry_id in checked.keys() - set(live):
            found = self._entries.live(entry_id)
            if isinstance(found, Withdrawn) and found.legal:
                self._forget(entry_id)
        Pace(self._documents).forget_old()
        due = [(checked.get(it, 0.0) + self._day if checked.get(it) else 0.0, it) for it in live]
        heapq.heapify(due)
        interval = min(self._day / max(1, len(live)), MAX_INTERVAL)
        # After a restart the pace is kept, too.
        last = max((checked.get(it, 0.0) for it in live), default=0.0)
        return Plan(due, interval, min(last, self._clock()) + interval)

    def check(self, entry_id: str) -> None:
        """Check one entry. Raises StoreUnavailable, InvalidSettings."""
        for step in self._steps:
            try:
                step(entry_id)
            except NotFound:
                return  # withdrawn meanwhile

    def _run(self, lease: Callable[[], Lease]) -> None:
        work_under_lease(lease, self.watch, log=log, failure="the round of sources failed")

    def watch(self, is_held: IsHeld) -> None:
        """Work while the lease is held."""
        plan, planned_at = self.plan(), self._clock()
        while is_held():
            now = self._clock()
            if now - planned_at >= PLAN_SECONDS:
                next_at = plan.next_at
                plan, planned_at = self.plan(), now
                plan.next_at = min(max(plan.next_at, next_at), now + plan.interval)
            entry_id = plan.pop(now)
            if entry_id is None:
                time.sleep(LOOK_SECONDS)
                continue
            try:
                self.check(entry_id)
                heapq.heappush(plan.due, (self._clock() + self._day, entry_id))
                self._last_message = ""
            except InsightsError as error:
                if str(error) != self._last_message:
                    log.warning("%s: its sources were not checked: %s", entry_id, error)
                self._last_message = str(error)

    def _live(self) -> Iterator[str]:
        query, after = Query(sort="id"), None
        while rows := self._entries.rows(query, limit=_PAGE, after=after):
            yield from (it.id for it in rows if it.state in ("live", "both"))
            last: Key = key(query.sort, rows[-1])
            after = last

    def _checked(self) -> Iterator[tuple[str, float]]:
        """Yield when each entry was checked last. The records themselves are not read."""
        after = ""
        while found := self._documents.page(COLLECTION, after=after, limit=_PAGE):
            yield from ((it.key, it.rank) for it in found)
            after = found[-1].key


def open_round(settings: Settings, checks: SourceChecks) -> DailyRound:
    """Return the round of a store: an entry's sources, then its article."""
    articles = open_articles(settings, checks.editorial, checks.documents)

    def forget(entry_id: str) -> None:
        checks.forget(entry_id)
        articles.forget(entry_id)

    return DailyRound(
        checks.editorial.entries,
        checks.documents,
        [checks.check_entry, lambda entry_id: articles.look(entry_id, checks.fetcher)],
        forget=forget,
    )
