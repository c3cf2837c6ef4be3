"""What a process holds of the database, and how sure it is that this is current."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable

from widget.errors import StoreUnavailable
from widget.store.protocol import UNKNOWN, Live, Unknown, Withdrawn

FRESH_SECONDS = 0.6
"""What is held is served without a question for so long after a look at the database."""
ENTRIES = 1_000
ADDRESSES = 10_000
"""So many are held of those that were asked for last."""


Answer = Live | Withdrawn | str | None
"""What readers see of an entry, or whose address it is; None: there is none."""


class Held:
    """Answers by key, of which those asked for long ago go first.

    ``doubtful`` were right at a time (``time.monotonic``), and may have changed unnoticed since.
    """

    def __init__(self, most: int) -> None:
        self.items: OrderedDict[str, Answer] = OrderedDict()
        self.doubtful: OrderedDict[str, tuple[Answer, float]] = OrderedDict()
        self._most = most

    def put(self, key: str, answer: Answer) -> None:
        """Hold what is right."""
        self.items[key] = answer
        self.items.move_to_end(key)
        self.doubtful.pop(key, None)
        if len(self.items) > self._most:
            self.items.popitem(last=False)

    def doubt(self, at: float) -> None:
        """Take what is held for what was right at ``at``."""
        for key, answer in self.items.items():
            self.doubtful[key] = answer, at
            self.doubtful.move_to_end(key)
        self.items.clear()
        while len(self.doubtful) > self._most:
            self.doubtful.popitem(last=False)

    def forget(self, key: str) -> None:
        """Hold nothing of it."""
        self.items.pop(key, None)
        self.doubtful.pop(key, None)

    def forget_answers(self, entry_ids: set[str]) -> None:
        """Hold no key whose answer is one of ``entry_ids``, or that there is none."""
        held = [*self.items.items(), *((key, it) for key, (it, _) in self.doubtful.items())]
        for key, answer in held:
            if answer is None or answer in entry_ids:
                self.forget(key)


class Memory:
    """What readers were answered. Safe for threads.

    ``stale_seconds`` is for how long it is served while the database is away; ``away`` says
    why it is, "" that it is not. ``generation`` grows with every change that is noticed.
    """

    def __init__(self, stale_seconds: float) -> None:
        self.entries = Held(ENTRIES)
        self.addresses = Held(ADDRESSES)
        self.generation = 0
        self.away = ""
        self._stale_seconds = stale_seconds
        self._looked = float("-inf")
        self._lock = threading.Lock()

    def is_fresh(self) -> bool:
        """Say whether what is held from now on may be served without a question."""
        return not self.away and time.monotonic() - self._looked <= FRESH_SECONDS

    def get(self, held: Held, key: str) -> Answer | Unknown:
        """Return what is held."""
        with self._lock:
            found = held.items.get(key, UNKNOWN)
            if found is not UNKNOWN:
                held.items.move_to_end(key)
        return found

    def put(self, held: Held, key: str, answer: Answer, generation: int) -> None:
        """Hold an answer that was asked for at ``generation``, unless something changed since."""
        with self._lock:
            if generation == self.generation:
                held.put(key, answer)

    def stale(self, held: Held, key: str, why: str) -> Answer:
        """Return what is held although nobody can be asked. Raises StoreUnavailable.

        That there is no such entry is never said so: it may have been published since.
        """
        with self._lock:
            if key in held.items:
                found, at = held.items[key], self._looked
            else:
                found, at = held.doubtful.get(key, (None, 0.0))
        if found is None or time.monotonic() - at > self._stale_seconds:
            raise StoreUnavailable(why)
        return found

    def forget(self, entry_ids: Iterable[str]) -> None:
        """Hold nothing of entries that changed."""
        with self._lock:
            self._forget(set(entry_ids))

    def looked(self, began: float, changed: Iterable[str] | None) -> None:
        """Take note of a look at the database that began at ``began`` (``time.monotonic``).

        ``changed`` are the ids of entries that changed since the look before; None: any.
        """
        with self._lock:
            if changed is None:
                self.generation += 1
                self.entries.doubt(self._looked)
                self.addresses.doubt(self._looked)
            else:
                self._forget(set(changed))
            self._looked = began
            self.away = ""

    def lost(self, why: str) -> None:
        """Take note that the database cannot be asked."""
        self.away = why

    def _forget(self, entry_ids: set[str]) -> None:
        if not entry_ids:
            return
        self.generation += 1
        for entry_id in entry_ids:
            self.entries.forget(entry_id)
        # An address that was nobody's may be one of theirs now.
        self.addresses.forget_answers(entry_ids)
