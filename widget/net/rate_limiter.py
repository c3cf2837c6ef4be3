"""Rate limiting: one algorithm, for the API's shared limits and for limits of one process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from widget.errors import Throttled

_ROUNDING = 1e-5
_BUSY_SECONDS = 5.0


class Decision(NamedTuple):
    """``wait`` is 0 where a request is allowed, else the seconds until one is.

    ``due`` is the state to store: when the limit is unused again, in the clock's seconds.
    """

    wait: float
    due: float


def gcra(due: float, now: float, *, limit: int, seconds: float) -> Decision:
    """Decide on one request (generic cell rate algorithm, ITU-T I.371).

    ``due`` is the stored state, ``now`` or earlier for a new key. ``limit`` requests may come at
    once; after that, they are spread evenly over ``seconds``. A request that must wait is not
    counted.
    """
    interval = seconds / limit
    due = max(now, due)
    wait = due - now - (seconds - interval)
    return Decision(float(wait), due) if wait > _ROUNDING else Decision(0.0, due + interval)


class RateLimiter:
    """Limits requests of this process: ``limit`` per ``seconds``, ``at_once`` concurrently.

    ``message`` is that of the Throttled error. Thread-safe.
    """

    def __init__(
        self,
        *,
        limit: int,
        seconds: float,
        at_once: int,
        message: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = limit
        self._seconds = seconds
        self._slots = threading.BoundedSemaphore(at_once)
        self._message = message
        self._clock = clock
        self._lock = threading.Lock()
        self._due = clock()

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Count one request, which lasts as long as the block. Raises Throttled at once."""
        if not self._slots.acquire(blocking=False):
            raise Throttled(self._message, retry_after=_BUSY_SECONDS)
        try:
            with self._lock:
                decision = gcra(self._due, self._clock(), limit=self._limit, seconds=self._seconds)
                self._due = decision.due
            if decision.wait:
                raise Throttled(self._message, retry_after=decision.wait)
            yield
        finally:
            self._slots.release()
