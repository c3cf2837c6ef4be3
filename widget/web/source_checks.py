"""The checks of sources in a service: for its pages, its API and its daily round."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import TYPE_CHECKING

from flask import Flask, current_app

from widget.config import Settings
from widget.config.archive import Archive
from widget.editorial.service import Editorial
from widget.storage.store_lease import store_lease
from widget.store import Revision

if TYPE_CHECKING:
    from widget.notifying.events import Event
    from widget.sources.service import SourceChecks

_EXTENSION = "insights.sources"
_LOCK = 0x1051D8
_ARCHIVE_LOCK = 0x1051DA
MAX_FOLLOWED = 100
"""How many articles wait to be read right after a publication."""


def _say_nothing(_event: Event) -> None:
    return


@dataclass(slots=True)
class _Opener:
    """Opens the checks at their first use: a service that checks nothing imports nothing."""

    settings: Settings
    editorial: Editorial
    tell: Callable[[Event], None] = _say_nothing
    _opened: SourceChecks | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self) -> SourceChecks:
        with self._lock:
            if self._opened is None:
                # Imported here: its libraries are an extra of the package.
                from widget.sources.service import open_sources

                self._opened = open_sources(
                    self.settings, self.editorial, tell=lambda event: self.tell(event)
                )
            return self._opened


def init_app(app: Flask, settings: Settings, editorial: Editorial) -> None:
    """Give ``app`` the checks of ``editorial``'s entries."""
    opener = app.extensions[_EXTENSION] = _Opener(settings, editorial)
    editorial.forgetting.append(lambda entry_id: opener.get().forget(entry_id))


def start(
    app: Flask, settings: Settings, tell: Callable[[Event], None] | None
) -> Callable[[Revision], None]:
    """Start the daily round and the archive where they are on.

    ``tell`` gets the events of sources that go bad. Returns what is to be called with each
    revision.
    """
    opener: _Opener = app.extensions[_EXTENSION]
    opener.tell = tell or opener.tell
    if settings.sources.round == "daily":
        from widget.sources.round import open_round
        from widget.sources.service import check_libraries

        check_libraries()
        lease = store_lease(settings.store, name="sources", lock=_LOCK)
        open_round(settings, opener.get()).start(lease)
    if settings.archive:
        _start_archiving(settings, settings.archive, opener)
    return _follower(settings, opener)


def _start_archiving(settings: Settings, archive: Archive, opener: _Opener) -> None:
    # Imported here: no copies are made until an archive is configured.
    from widget.sources.archiving import open_archiver
    from widget.sources.archiving.capture import capture_with
    from widget.sources.archiving.queue import ArchiveQueue
    from widget.sources.archiving.worker import ArchiveWorker, CopyRecorder

    checks = opener.get()
    archiver = open_archiver(archive, capture_with(checks.fetcher))
    recorder = CopyRecorder(checks.documents, opener.editorial.annotating)
    lease = store_lease(settings.store, name="archive", lock=_ARCHIVE_LOCK)
    ArchiveWorker(ArchiveQueue(checks.documents), archiver, recorder).start(lease)


def _follower(settings: Settings, opener: _Opener) -> Callable[[Revision], None]:
    """Return what has the articles of new analyses read, in a thread."""
    published: SimpleQueue[str] = SimpleQueue()

    def run() -> None:
        while True:
            entry_id = published.get()
            # Imported here: a service that publishes nothing needs none of it.
            from widget.sources.articles.follower import follow

            checks = opener.get()
            if checks.articles:
                fetcher = checks.fetcher if settings.sources.round == "daily" else None
                follow(checks.articles, entry_id, fetcher)

    def changed(revision: Revision) -> None:
        # After an import the daily round reads the articles.
        if revision.action == "publish" and published.qsize() < MAX_FOLLOWED:
            published.put_nowait(revision.entry.id)

    threading.Thread(target=run, name="articles", daemon=True).start()
    return changed


def source_checks() -> SourceChecks:
    """Return the checks of the current application. Raises InvalidSettings, StoreUnavailable."""
    opener: _Opener = current_app.extensions[_EXTENSION]
    return opener.get()
