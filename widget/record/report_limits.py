"""How many reports are accepted: of one network, and of all readers together, by all processes."""

from __future__ import annotations

import time
from collections.abc import Callable

from pydantic import BaseModel, ConfigDict

from widget.errors import Throttled
from widget.net.rate_limiter import gcra
from widget.record.report_keys import DAY, ReportKeys
from widget.storage.documents import Collection, Documents

HOUR = 3_600.0
NETWORK_PER_HOUR = 10
"""Reports of one network; a newsroom's or a school's readers may share one."""
ALL_PER_HOUR = 300
_ALL = "all"
_MESSAGE = "too many reports just now"


class _Due(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    due: float


class ReportLimits:
    """The shared limits, in the store. Networks are there as today's hashes only."""

    def __init__(
        self, documents: Documents, keys: ReportKeys, clock: Callable[[], float] = time.time
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._limits = Collection(documents, "report-limits", _Due, rank=lambda it: it.due)

    def count(self, address: str) -> None:
        """Count one report of the reader at ``address``. Raises Throttled, StoreUnavailable."""
        self._count(self._keys.network(address), NETWORK_PER_HOUR)
        self._count(_ALL, ALL_PER_HOUR)

    def remove_old(self) -> int:
        """Remove what is used up, and all hashes of earlier days; return how many."""
        now = self._clock()
        removed = self._limits.remove(below=now)
        today = f"{int(now) // DAY}/"
        after = ""
        while page := self._limits.page(after=after, limit=500):
            for key, _ in page:
                if key != _ALL and not key.startswith(today):
                    self._limits.update(key, lambda _: None)
                    removed += 1
            after = page[-1][0]
        return removed

    def _count(self, key: str, limit: int) -> None:
        now = self._clock()

        def counted(before: _Due | None) -> _Due:
            decision = gcra(before.due if before else now, now, limit=limit, seconds=HOUR)
            if decision.wait:
                raise Throttled(_MESSAGE, retry_after=decision.wait)
            return _Due(due=decision.due)

        self._limits.update(key, counted)
