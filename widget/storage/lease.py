"""A lease: of all processes that share a store, one at a time does some work."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import NoReturn

from widget.errors import InsightsError
from widget.storage.lock import Busy, ReadOnly, StoreLock

IsHeld = Callable[[], bool]
"""Says whether the lease is still held; it is lost where the database connection is."""
Lease = AbstractContextManager[IsHeld]
"""Held for the length of the block, and no longer than the process lives. Raises Busy where
another process holds it, StoreUnavailable."""

WAIT_SECONDS = 1.0
"""How often a process that waits for a lease tries to get it."""


@contextmanager
def locked_lease(lock: StoreLock) -> Iterator[IsHeld]:
    """Hold the lease of a directory store, which is the lock of a file."""
    with lock.held(patience=0):
        yield lambda: True


def work_under_lease(
    lease: Callable[[], Lease],
    work: Callable[[IsHeld], None],
    *,
    log: logging.Logger,
    failure: str,
) -> NoReturn:
    """Wait for the lease and do ``work`` while it is held, again and again, in a thread.

    ``work`` returns where the lease is lost. ``failure`` is logged with an unexpected error.
    """
    last_message = ""
    while True:
        try:
            with lease() as is_held:
                work(is_held)
        except (Busy, ReadOnly):  # the store itself reports that it is read-only
            time.sleep(WAIT_SECONDS)
        except InsightsError as error:
            if str(error) != last_message:
                log.warning("%s", error)
            last_message = str(error)
            time.sleep(WAIT_SECONDS)
        except Exception:
            log.exception("%s; trying again", failure)
            time.sleep(WAIT_SECONDS)
