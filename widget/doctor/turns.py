"""How often pages are fetched: the doctor is open to anyone, and each fetch holds a thread."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from widget.errors import Throttled

IN_A_MINUTE = 20
AT_ONCE = 2


class Turns:
    """At most ``in_a_minute`` turns of this process, and ``at_once`` side by side."""

    def __init__(
        self,
        *,
        in_a_minute: int = IN_A_MINUTE,
        at_once: int = AT_ONCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._free = threading.BoundedSemaphore(at_once)
        self._begun: deque[float] = deque(maxlen=in_a_minute)
        self._lock = threading.Lock()
        self._clock = clock

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Take a turn for the length of a block. Raises Throttled at once where none is free."""
        if not self._free.acquire(blocking=False):
            raise _busy(5.0)
        try:
            with self._lock:
                now = self._clock()
                if len(self._begun) == self._begun.maxlen and now - self._begun[0] < 60:
                    raise _busy(60 - (now - self._begun[0]))
                self._begun.append(now)
            yield
        finally:
            self._free.release()


def _busy(seconds: float) -> Throttled:
    return Throttled(
        "Many pages are being fetched just now. Try again in a moment, or paste the page's HTML, "
        "which can be looked at any time.",
        retry_after=seconds,
    )
