"""Tells the WebSub hub which feeds have changed (PubSubHubbub 0.4, section 7)."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from widget.config import Settings
from widget.net.http_client import Client, RequestFailed
from widget.record.changes import article_url
from widget.record.corrections import path_of
from widget.storage.lease import IsHeld, Lease, work_under_lease
from widget.store import EntryReader
from widget.store.log_line import LogLine

log = logging.getLogger("insights.websub")

LOOK_SECONDS = 1.0
SETTLED = timedelta(seconds=1.5)
"""From this age of a change on, no worker and no purged cache serves an older feed."""
RECENT = timedelta(minutes=10)
"""Changes of this age are announced by a process that begins: the last one may have ended early."""
PAUSES = (0.0, 2.0, 10.0, 60.0)
"""Seconds before each attempt."""
_FORMS = (".atom", ".json", "")
_MOST = 200
"""Changes that are looked at; of more at once, the oldest are in the same feeds."""


class HubPinger:
    """A daemon thread in every process; only the holder of the lease announces changes.

    It follows the log, so that it notices changes of all processes, of commands and of hands. A hub
    that does not answer delays nothing but later announcements.
    """

    def __init__(
        self, settings: Settings, store: EntryReader, *, pauses: tuple[float, ...] = PAUSES
    ) -> None:
        self._settings = settings
        self._store = store
        self._pauses = pauses
        self._client = Client(connect_seconds=3.0, read_seconds=5.0, max_bytes=64 * 1024)

    def start(self, lease: Callable[[], Lease]) -> None:
        """Start the thread."""
        threading.Thread(target=self._run, args=[lease], name="websub", daemon=True).start()

    def _run(self, lease: Callable[[], Lease]) -> None:
        failure = "telling the hub of changes failed"
        work_under_lease(lease, self._watch, log=log, failure=failure)

    def _watch(self, is_held: IsHeld) -> None:
        begun = datetime.now(UTC)
        old = (it.number for it in self._store.log_changes(limit=_MOST) if begun - it.at > RECENT)
        last = next(old, 0)
        while is_held():
            last = self.announce_after(last)
            time.sleep(LOOK_SECONDS)

    def announce_after(self, number: int) -> int:
        """Announce the changes after the line ``number``; return the number of the newest.

        Returns ``number`` while the newest is younger than SETTLED. Raises StoreUnavailable.
        """
        newest = next(iter(self._store.log_changes(limit=1)), None)
        if newest is None or newest.number <= number:
            return newest.number if newest else 0  # the log is another after a restored backup
        if datetime.now(UTC) - newest.at < SETTLED:
            return number
        changes = self._store.log_changes(before=newest.number + 1, limit=_MOST)
        self._ping(self._topics(it for it in changes if it.number > number))
        return newest.number

    def _topics(self, lines: Iterable[LogLine]) -> list[str]:
        """Return the URLs of the feeds and pages in which any of ``lines`` shows."""
        slugs: dict[str | None, None] = {None: None}
        names = {publication.name: slug for slug, publication in self._settings.slugs.items()}
        for line in lines:
            if subject := self._store.live(line.entry):
                slugs[names[self._settings.publication_for(article_url(subject)).name]] = None
        base = self._settings.base_url or ""
        return [f"{base}/{path_of(slug)}{form}" for slug in slugs for form in _FORMS]

    def _ping(self, topics: list[str]) -> None:
        hub = self._settings.websub_hub or ""
        body = urlencode({"hub.mode": "publish", "hub.url": topics}, doseq=True).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        trouble = ""
        for pause in self._pauses:
            time.sleep(pause)
            try:
                answer = self._client.request("POST", hub, headers=headers, body=body)
            except RequestFailed as error:
                trouble = f"the hub {error}"
                continue
            if 200 <= answer.status < 300:
                return
            trouble = f"the hub answered {answer.status}"
        log.warning("%s; its subscribers learn of the change later", trouble)
