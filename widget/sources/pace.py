"""The pace of requests: one a second for each host, over all processes of a store."""

from __future__ import annotations

import time
from collections.abc import Callable

from pydantic import BaseModel, ConfigDict

from widget.storage.documents import Collection, Documents

SECONDS = 1.0
"""The least time between two requests to one host."""
MAX_PAUSE = 24 * 3600.0
_LATE_SECONDS = 0.01
_KEPT_SECONDS = 3600.0


class Postponed(Exception):  # an event
    """The host may not be asked for longer than anybody waits here."""


class HostPace(BaseModel):
    """When the next request to a host may begin, in seconds since 1970."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    next_at: float


class Pace:
    """Gives each request to a host its time. Thread-safe. Raises StoreUnavailable."""

    def __init__(
        self,
        documents: Documents,
        *,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._hosts: Collection[HostPace] = Collection(
            documents, "source-hosts", HostPace, rank=lambda it: it.next_at
        )
        self._seconds = seconds
        self._clock = clock

    def reserve(self, host: str, *, within: float) -> float:
        """Return how many seconds to wait before the next request to ``host``.

        Raises Postponed, and reserves nothing, where that is longer than ``within``.
        """
        now = self._clock()
        at = now

        def later(pace: HostPace | None) -> HostPace:
            nonlocal at
            at = max(now, pace.next_at) if pace else now
            if at - now > within:
                raise Postponed
            return HostPace(next_at=at + self._seconds)

        self._hosts.update(host, later)
        return at - now

    def began(self, host: str, planned: float) -> None:
        """Count from now where a request begins later than at the ``planned`` time it was given."""
        now = self._clock()
        if now - planned > _LATE_SECONDS:
            at = now + self._seconds
            self._hosts.update(host, lambda it: HostPace(next_at=max(at, it.next_at) if it else at))

    def wait(self, host: str, *, within: float) -> None:
        """Wait for the time of the next request to ``host``. Raises Postponed, as ``reserve``."""
        planned = self._clock() + self.reserve(host, within=within)
        time.sleep(max(0.0, planned - self._clock()))
        self.began(host, planned)

    def pause(self, host: str, seconds: float) -> None:
        """Let no request to ``host`` begin for so long, as it asked by ``Retry-After``."""
        until = self._clock() + min(seconds, MAX_PAUSE)
        self._hosts.update(
            host, lambda it: HostPace(next_at=max(until, it.next_at) if it else until)
        )

    def forget_old(self) -> None:
        """Remove what does not matter any more."""
        self._hosts.remove(below=self._clock() - _KEPT_SECONDS)
