"""Looks through all entries for revisions that nobody has turned into events."""

from __future__ import annotations

import time

from widget.notifying.collector import Collector
from widget.store import EntryReader

CHUNK_SECONDS = 0.05
SCAN_SECONDS = 5.0
SHARE = 0.05
"""The fraction of one processor's time that scanning may take, after the first scan."""


class Scanner:
    """Scans in small steps, again and again, for as long as one process holds the lease."""

    def __init__(self, entries: EntryReader, collector: Collector) -> None:
        self._entries = entries
        self._collector = collector
        self._heads: dict[str, int] = {}
        self._remaining: list[str] = []
        self._next = 0.0
        self._spent = 0.0

    def step(self) -> None:
        """Look at some entries. Raises StoreUnavailable; the next step goes on."""
        began = time.monotonic()
        if not self._remaining:
            if began < self._next:
                return
            self._remaining, self._spent = self._entries.ids(), 0.0
        try:
            while self._remaining and time.monotonic() < began + CHUNK_SECONDS:
                entry_id = self._remaining.pop()
                if self._entries.head(entry_id) != self._heads.get(entry_id):
                    self._heads[entry_id] = self._collector.collect(entry_id)
        finally:
            now = time.monotonic()
            self._spent += now - began
            self._next = now + max(SCAN_SECONDS, self._spent / SHARE)
