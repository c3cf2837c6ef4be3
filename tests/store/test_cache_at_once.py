"""The cache of a folder is listed while other threads change it."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from store_support import entry, rules

from widget.store import open_store
from widget.store.directory.store import DirStore

pytestmark = pytest.mark.unit


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DirStore]:
    opened = open_store(f"dir:{tmp_path}", rules)
    assert isinstance(opened, DirStore)
    for number in range(5):
        opened.save(entry(f"e{number}"), actor="ana")
    yield opened
    opened.close()


@pytest.fixture
def another(store: DirStore) -> Iterator[None]:
    """Add to the cache with each collection of garbage, as a thread may that runs meanwhile."""
    entries, names = store._cache.entries, itertools.count()
    snapshot = next(iter(entries.values()))

    def add(*_: object) -> None:
        entries[f"new-{next(names)}"] = snapshot

    thresholds = gc.get_threshold()
    gc.callbacks.append(add)
    gc.set_threshold(1)
    yield
    gc.set_threshold(*thresholds)
    gc.callbacks.remove(add)


@pytest.mark.usefixtures("another")
def test_all_is_listed_that_was_there(store: DirStore) -> None:
    there = {f"e{number}" for number in range(5)}
    assert store._cache.ids() >= there
    assert store._cache.hand_edits() == []
    assert set(store._scanner.changed()) <= there | store._cache.entries.keys()
