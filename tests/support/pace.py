"""Bounds on time that hold on a slow machine, too, and beside other tests on a busy one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

_STEPS = 1_000_000
_SECONDS = 0.01
"""How long a loop of so many steps takes on a machine that bounds on time are made for."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Fail where the block took this thread longer than ``seconds`` on a machine of that pace."""
    before, start = _slowness(), time.thread_time()
    yield
    took, after = time.thread_time() - start, _slowness()
    slowness = max(1.0, before, after)
    assert took < seconds * slowness, (
        f"{took:.2f} s, and {took / slowness:.2f} s where a loop takes {_SECONDS} s"
    )


def _slowness() -> float:
    """Return how many times as long a loop takes as it should, by this thread's own time."""
    start = time.thread_time()
    for _step in range(_STEPS):
        pass
    return (time.thread_time() - start) / _SECONDS
