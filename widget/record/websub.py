"""Tells the WebSub hub which feeds have changed (PubSubHubbub 0.4, section 7)."""

from __future__ import annotations

import logging
import threading
from queue import Empty, Queue
from urllib.parse import urlencode

from widget.config import Settings
from widget.errors import InsightsError
from widget.net.http_client import Client, RequestFailed
from widget.record.changes import Changes
from widget.record.corrections import path_of
from widget.store import EntryReader, Revision

log = logging.getLogger("insights.websub")

SETTLED = 1.5
"""From this age of a change on, no worker and no purged cache serves an older feed."""
PAUSES = (0.0, 2.0, 10.0, 60.0)
"""Seconds before each attempt."""
_FORMS = (".atom", ".json", "")


class HubPinger:
    """One thread that pings ``settings.websub_hub`` after changes of this process.

    A hub that does not answer delays nothing but later pings. What a crash cuts short is not made
    up for: the next change brings the hub to the feeds again.
    """

    def __init__(
        self,
        settings: Settings,
        store: EntryReader,
        *,
        settled: float = SETTLED,
        pauses: tuple[float, ...] = PAUSES,
    ) -> None:
        self._settings = settings
        self._changes = Changes(store, settings)
        self._revisions: Queue[tuple[str, int]] = Queue()
        self._client = Client(connect_seconds=3.0, read_seconds=5.0, max_bytes=64 * 1024)
        self._settled, self._pauses = settled, pauses
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="websub", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread, also amid a pause."""
        self._stopped.set()
        self._revisions.put(("", 0))
        self._thread.join()

    def changed(self, revision: Revision) -> None:
        """Have the feeds announced in which ``revision`` shows; returns at once."""
        if revision.action in ("publish", "withdraw"):
            self._revisions.put((revision.entry.id, revision.number))

    def _run(self) -> None:
        while not self._stopped.is_set():
            waiting = [self._revisions.get()]
            if self._stopped.wait(self._settled):
                return
            while True:
                try:
                    waiting.append(self._revisions.get_nowait())
                except Empty:
                    break
            try:
                topics = self._topics(waiting)
            except InsightsError as error:
                log.warning("the hub was not told of a change: %s", error)
                continue
            if topics:
                self._ping(topics)

    def _topics(self, revisions: list[tuple[str, int]]) -> list[str]:
        """Return the URLs of the feeds and pages that show any of ``revisions``."""
        slugs: dict[str | None, None] = {}
        names = {publication.name: slug for slug, publication in self._settings.slugs.items()}
        for revision in revisions:
            if change := self._changes.of_revision(*revision):
                name = self._settings.publication_for(change.article_url).name
                slugs |= {None: None, names[name]: None}
        base = self._settings.base_url or ""
        return [f"{base}/{path_of(slug)}{form}" for slug in slugs for form in _FORMS]

    def _ping(self, topics: list[str]) -> None:
        hub = self._settings.websub_hub or ""
        body = urlencode({"hub.mode": "publish", "hub.url": topics}, doseq=True).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        trouble = ""
        for pause in self._pauses:
            if self._stopped.wait(pause):
                return
            try:
                answer = self._client.request("POST", hub, headers=headers, body=body)
            except RequestFailed as error:
                trouble = f"the hub {error}"
                continue
            if 200 <= answer.status < 300:
                return
            trouble = f"the hub answered {answer.status}"
        log.warning("%s; its subscribers learn of the change later", trouble)
