"""Lists from the index, which is filled again where somebody removed or broke it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TypeVar

from widget.errors import StoreUnavailable
from widget.store.directory.entry_cache import EntryCache
from widget.store.directory.search_index import Index, IndexRebuilt

T = TypeVar("T")

AT_ONCE = 2_000
"""Up to so many entries are read again while somebody waits; more, beside it."""


class Lists:
    """The index of a shelf, as current as the shelf is."""

    def __init__(self, index: Index, shelf: EntryCache) -> None:
        self._index = index
        self._shelf = shelf
        self._filling = threading.Lock()
        self._version = 0

    def open(self) -> None:
        """Take over what the index says of files that did not change since."""
        with suppress(IndexRebuilt):
            self._shelf.load()

    def opened(self) -> None:
        """Complete the index, once all files were looked at."""
        with suppress(IndexRebuilt):
            gone = self._index.ids() - self._shelf.ids() - self._shelf.entries.keys()
            with self._shelf.together():
                for entry_id in gone:  # removed while nobody looked
                    self._shelf.bring_up_to_date(entry_id, judge=True)
            self._index.say_whole()
            self._version, _ = self._index.since(0)

    def ask(self, question: Callable[[Index], T]) -> T:
        """Return the index's answer. Raises StoreUnavailable."""
        for _ in range(2):
            self._shelf.write()
            try:
                self._index.check()
                if self._index.is_whole():
                    return question(self._index)
            except IndexRebuilt:
                pass
            self._fill()
        raise StoreUnavailable("the index of the entries cannot be used; look at the log")

    def rivals(self, keys: Iterable[str]) -> set[str] | None:
        """Return which entries may own one of ``keys``; None where the index cannot tell."""
        self._shelf.write()
        try:
            self._index.check()
            return self._index.rivals(keys) if self._index.is_whole() else None
        except IndexRebuilt:
            return None

    def promise(self, entry_id: str) -> None:
        """Note that an entry is about to change."""
        with suppress(IndexRebuilt):
            self._index.promise(entry_id)

    def fulfil(self, entry_id: str) -> None:
        """Note that the index says what became of it."""
        with suppress(IndexRebuilt):
            self._index.fulfil(entry_id)

    def changed_elsewhere(self) -> list[str]:
        """Return the ids of which a row was written since the last call, by whomever."""
        try:
            self._version, ids = self._index.since(self._version)
        except IndexRebuilt:
            self._version, ids = 0, []
        return ids

    def _fill(self) -> None:
        if len(self._shelf.ids()) <= AT_ONCE:
            self._shelf.fill()
            return
        if self._filling.acquire(blocking=False):
            threading.Thread(target=self._fill_beside, name="index", daemon=True).start()
        message = "the list is made anew from the files, which takes a few minutes; try again"
        raise StoreUnavailable(message)

    def _fill_beside(self) -> None:
        try:
            self._shelf.fill()
        finally:
            self._filling.release()
