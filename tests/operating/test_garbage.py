"""The collection of reference cycles in a worker, which stops all of its requests."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from widget.server.garbage import collect_rarely

pytestmark = pytest.mark.unit


@pytest.fixture
def as_before() -> Iterator[None]:
    thresholds, frozen = gc.get_threshold(), gc.get_freeze_count()
    yield
    gc.unfreeze()
    if frozen:  # by conftest.py, once the tests were collected
        gc.freeze()
    gc.set_threshold(*thresholds)


@pytest.mark.usefixtures("as_before")
def test_what_is_loaded_is_looked_at_no_more_and_cycles_of_requests_are_still_found() -> None:
    loaded = [[number] for number in range(10_000)]
    collect_rarely()
    assert gc.get_freeze_count() > len(loaded)
    assert len(gc.get_objects()) < len(loaded)
    young, middle, full = gc.get_threshold()
    assert min(young, middle) > 0, "cycles that requests leave are collected as ever"
    assert full >= 100
    cycle: list[object] = []
    cycle.append(cycle)
    del cycle
    assert gc.collect(0) >= 1
