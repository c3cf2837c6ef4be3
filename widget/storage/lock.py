"""A lock for all threads and processes that change a folder."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from widget.errors import StoreUnavailable
from widget.storage.atomic import is_refused, reason

PATIENCE_SECONDS = 15.0


class Busy(StoreUnavailable):
    """Another thread or process holds the lock."""


class ReadOnly(StoreUnavailable):
    """The lock's file cannot be opened for writing."""


class StoreLock:
    """flock on a file, which the kernel releases however its holder dies.

    Why not a library: ``docs/decisions/0001-libraries.md``.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._threads = threading.Lock()

    @contextmanager
    def held(self, *, patience: float = PATIENCE_SECONDS) -> Iterator[None]:
        """Hold the lock. Raises Busy after ``patience`` seconds, ReadOnly, StoreUnavailable."""
        deadline = time.monotonic() + patience
        if (
            not self._threads.acquire(timeout=patience)
            if patience
            else not (self._threads.acquire(blocking=False))
        ):
            raise Busy("another change is taking too long: nothing was saved")
        try:
            descriptor = self._lock(deadline)
            try:
                yield
            finally:
                os.close(descriptor)
        finally:
            self._threads.release()

    def _lock(self, deadline: float) -> int:
        pause = 0.0005
        while True:
            # Opened each time: a descriptor that is inherited by a fork would share the lock.
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            try:
                descriptor = os.open(self._path, flags, 0o600)
            except OSError as error:
                if is_refused(error):
                    folder = os.path.dirname(self._path)
                    raise ReadOnly(f"{folder} is read-only ({reason(error)})") from error
                raise StoreUnavailable(f"{reason(error)}: nothing was saved") from error
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.path.samestat(os.fstat(descriptor), os.lstat(self._path)):
                    return descriptor
            except (BlockingIOError, FileNotFoundError):
                pass  # held by another process, or the file was replaced: try again
            except OSError as error:
                os.close(descriptor)
                raise StoreUnavailable(f"{reason(error)}: nothing was saved") from error
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)
            if time.monotonic() >= deadline:
                raise Busy("another change is taking too long: nothing was saved")
            time.sleep(pause)
            pause = min(pause * 2, 0.01)
