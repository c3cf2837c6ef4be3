"""What readers see, cached by each process, and whether it is still certain."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable

from cachetools import LRUCache

from widget.errors import StoreUnavailable
from widget.store.protocol import UNKNOWN, Live, Unknown, Withdrawn

FRESH_SECONDS = 0.6
"""The cache is served without a query for this long after a poll of the database."""
MAX_ENTRIES = 1_000
MAX_URLS = 10_000

Value = Live | Withdrawn | str | None
"""What readers see of an entry, or the id that owns a URL; None: there is none."""


class Values:
    """The values that were read last, by key.

    ``unconfirmed`` ones were current at a time (``time.monotonic``); later changes may have been
    missed.
    """

    def __init__(self, maxsize: int) -> None:
        self.current: LRUCache[str, Value] = LRUCache(maxsize)
        self.unconfirmed: LRUCache[str, tuple[Value, float]] = LRUCache(maxsize)

    def put(self, key: str, value: Value) -> None:
        """Add a current value."""
        self.current[key] = value
        self.unconfirmed.pop(key, None)

    def unconfirm(self, at: float) -> None:
        """Mark all values as current at ``at``, and uncertain since."""
        for key, value in list(self.current.items()):
            self.unconfirmed[key] = value, at
        self.current.clear()

    def invalidate(self, key: str) -> None:
        """Remove a value."""
        self.current.pop(key, None)
        self.unconfirmed.pop(key, None)

    def invalidate_values(self, entry_ids: set[str]) -> None:
        """Remove all keys whose value is one of ``entry_ids`` or None."""
        values = list(self.current.items())
        values += [(key, value) for key, (value, _) in list(self.unconfirmed.items())]
        for key, value in values:
            if value is None or value in entry_ids:
                self.invalidate(key)


class LiveCache:
    """Live entries by id, and owners of URLs by lookup key. Safe for threads.

    ``outage`` says why the database is unavailable, "" if it is available; meanwhile the cache is
    served for ``stale_seconds``. ``generation`` grows with every invalidation.
    """

    def __init__(self, stale_seconds: float) -> None:
        self.entries = Values(MAX_ENTRIES)
        self.url_owners = Values(MAX_URLS)
        self.generation = 0
        self.outage = ""
        self.polled = float("-inf")
        self._stale_seconds = stale_seconds
        self._lock = threading.Lock()

    def is_fresh(self) -> bool:
        """Say whether a value that is read after this call may be served without a query."""
        return not self.outage and time.monotonic() - self.polled <= FRESH_SECONDS

    def get(self, values: Values, key: str) -> Value | Unknown:
        """Return a current value, UNKNOWN if there is none."""
        with self._lock:
            return values.current.get(key, UNKNOWN)

    def put(self, values: Values, key: str, value: Value, generation: int) -> None:
        """Add a value that was queried at ``generation``, unless something changed since."""
        with self._lock:
            if generation == self.generation:
                values.put(key, value)

    def get_stale(self, values: Values, key: str, why: str) -> Value:
        """Return a value during an outage. Raises StoreUnavailable with ``why`` if it is too old.

        Never serves a stale negative lookup: the entry may have been published since.
        """
        with self._lock:
            if key in values.current:
                value, at = values.current[key], self.polled
            else:
                value, at = values.unconfirmed.get(key, (None, 0.0))
        if value is None or time.monotonic() - at > self._stale_seconds:
            raise StoreUnavailable(why)
        return value

    def invalidate(self, entry_ids: Iterable[str]) -> None:
        """Remove changed entries."""
        with self._lock:
            self._invalidate(set(entry_ids))

    def confirm(self, polled: float, changed: Iterable[str] | None) -> None:
        """Apply the result of a poll that began at ``polled`` (``time.monotonic``).

        ``changed`` are the ids of entries that changed since the poll before; None: perhaps all.
        """
        with self._lock:
            if changed is None:
                self.generation += 1
                self.entries.unconfirm(self.polled)
                self.url_owners.unconfirm(self.polled)
            else:
                self._invalidate(set(changed))
            self.polled = polled
            self.outage = ""

    def _invalidate(self, entry_ids: set[str]) -> None:
        if not entry_ids:
            return
        self.generation += 1
        for entry_id in entry_ids:
            self.entries.invalidate(entry_id)
        # A URL that no entry owned may be one of theirs now.
        self.url_owners.invalidate_values(entry_ids)
