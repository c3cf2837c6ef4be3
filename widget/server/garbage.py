"""Python's collection of reference cycles, set for a process that answers requests."""

from __future__ import annotations

import gc

_FULL_AFTER = 100
"""Collections of the middle generation, of which Python allows 10 before a full one."""


def collect_rarely() -> None:
    """Make full collections rare: each stops all requests of the process for 0.03 to 0.1 s.

    To be called once everything is loaded. What is loaded and cached lives long, and the younger
    generations collect the cycles that requests leave.
    """
    gc.collect()
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, _FULL_AFTER)
