"""Takes changes in, has every cache purged, and keeps the ledger."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from widget.errors import InsightsError
from widget.purging import keys
from widget.purging.caches import Cache
from widget.purging.jobs import Order, PurgeOutbox, What, new_order
from widget.purging.worker import SETTLED, Due, Line, rounds
from widget.store import Revision

log = logging.getLogger("insights.purging")

ORPHAN_SECONDS = 2.0
"""An order that is due for so long is nobody's: the process that made it has ended."""


@dataclass(slots=True)
class _Open:
    """An order, and by line how old the change was at its last purge, and what failed."""

    order: Order
    purged: dict[int, float] = field(default_factory=dict)
    trouble: dict[int, str] = field(default_factory=dict)


class Purger:
    """Purges what changes make wrong, in threads of its own."""

    def __init__(self, caches: Sequence[Cache], ledger: PurgeOutbox) -> None:
        self.ledger = ledger
        self._lines = [Line(cache, self._hear) for cache in caches]
        self._open: dict[str, _Open] = {}
        self._closed: deque[Order] = deque(maxlen=1000)
        self._changed = threading.Condition()
        self._writing = threading.Lock()

    def changed(self, revision: Revision) -> None:
        """Hear of a change, as a ``ChangeListener``: write it down, and leave the rest to threads.

        Raises nothing: the change is made, whatever becomes of the purge.
        """
        if revision.action in ("publish", "withdraw"):
            self._order(revision.entry.id, revision.action, keys.of_revision(revision))

    def started(self) -> None:
        """Purge everything once.

        Settings and templates may be others than before, and a process may have ended between
        a change and what it was to write down.
        """
        self._order("", "start", (keys.ALL,))

    def adopt(self) -> None:
        """Take on the orders that nobody works on any more. Raises StoreUnavailable."""
        now = time.time()
        for order in self.ledger.pending():
            if now - order.due > ORPHAN_SECONDS and order.token not in self._open:
                adopted = replace(order, due=now)
                self.ledger.note(adopted)
                self._put(adopted)

    def wait(self, seconds: float) -> list[Order]:
        """Wait until all orders of this process are done; return how they stand by then."""
        with self._changed:
            self._changed.wait_for(lambda: not self._open, timeout=seconds)
            return [*self._closed, *(known.order for known in self._open.values())]

    def _order(self, entry_id: str, what: What, named: tuple[str, ...]) -> None:
        order = new_order(entry_id, what, named)
        try:
            self.ledger.add(order)
        except InsightsError as error:
            log.error("%s; purging goes on without it", error)
        self._put(order)

    def _put(self, order: Order) -> None:
        with self._changed:
            self._open[order.token] = _Open(order)
        for line in self._lines:
            line.put(order)

    def _hear(self, line: Line, batch: list[Due], trouble: str, again: float) -> None:
        """Hear from a line of a purge, in its thread."""
        number = self._lines.index(line)
        if trouble:
            log.warning("%s; tried again in %.1f s", trouble, max(0.0, again - time.time()))
        for due in batch:
            with self._writing:
                known = self._open[due.order.token]
                known.purged[number], known.trouble[number] = due.purged, trouble
                known.order, done = self._standing(known, failed=bool(trouble), again=again)
                try:
                    if done:
                        self.ledger.cross_out(known.order)
                    else:
                        self.ledger.note(known.order)
                except InsightsError as error:
                    log.error("%s", error)
            if done:
                with self._changed:
                    self._closed.append(self._open.pop(due.order.token).order)
                    self._changed.notify_all()

    def _standing(self, known: _Open, *, failed: bool, again: float) -> tuple[Order, bool]:
        """Return how an order stands over all lines, and whether it is done."""
        order, now = known.order, time.time()
        purged = min(known.purged.get(number, -1.0) for number in range(len(self._lines)))
        later = [wait for wait in rounds(order) if wait > purged]
        confirmed = order.confirmed
        if confirmed is None and purged >= SETTLED:
            confirmed = now - order.at
        order = replace(
            order,
            confirmed=confirmed,
            due=max(order.at + later[0], again) if later else now,
            tries=order.tries + failed,
            trouble="; ".join(filter(None, known.trouble.values())),
        )
        return order, not later
