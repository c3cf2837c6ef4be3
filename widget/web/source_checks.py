"""The checks of sources in a service: for its pages, its API and its daily round."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import Flask, current_app

from widget.config import Settings
from widget.editorial.service import Editorial
from widget.storage.store_lease import store_lease

if TYPE_CHECKING:
    from widget.notifying.events import Event
    from widget.sources.service import SourceChecks

_EXTENSION = "insights.sources"
_LOCK = 0x1051D7


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


def start(app: Flask, settings: Settings, tell: Callable[[Event], None] | None) -> None:
    """Start the daily round where it is on. ``tell`` gets the events of sources that go bad."""
    opener: _Opener = app.extensions[_EXTENSION]
    opener.tell = tell or opener.tell
    if settings.sources.round == "daily":
        from widget.sources.round import open_round

        lease = store_lease(settings.store, name="sources", lock=_LOCK)
        open_round(settings, opener.get()).start(lease)


def source_checks() -> SourceChecks:
    """Return the checks of the current application. Raises InvalidSettings, StoreUnavailable."""
    opener: _Opener = current_app.extensions[_EXTENSION]
    return opener.get()
