"""Processes that read very many entries for the index, on all cores."""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import IO, cast

from widget.store.directory.index_rows import IndexUpdate
from widget.store.quarantine import log

WORTH_PROCESSES = 2_000
"""Fewer entries are read sooner than processes are started."""
_CHUNK = 100
_AHEAD = 3
"""Chunks of each process that are under way or wait for the index."""


class _Worker:
    """One process; ``read`` is called by one thread at a time."""

    def __init__(self, root: str) -> None:
        # Not multiprocessing: it would run the main module of somebody's application once more.
        self._process = subprocess.Popen(  # our own module
            [sys.executable, "-m", "widget.store.directory.index_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path or "." for path in sys.path)},
        )
        self._requests = cast("IO[bytes]", self._process.stdin)
        self._replies = cast("IO[bytes]", self._process.stdout)
        self._root: str | None = root

    def _send(self, value: object) -> None:
        pickle.dump(value, self._requests)
        self._requests.flush()

    def read(self, entry_ids: list[str]) -> list[IndexUpdate]:
        """Return the rows of the entries that need no more than reading."""
        try:
            if self._root:
                self._send(self._root)
                self._root = None
            self._send(entry_ids)
            found: list[IndexUpdate] = pickle.load(self._replies)  # noqa: S301  # our own process
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            log.debug("a process that reads entries is gone: %r", error)
            return []
        return found

    def close(self) -> None:
        self._process.kill()
        with suppress(OSError):  # what could not be sent
            self._requests.close()
        self._replies.close()
        self._process.wait()


def cores() -> int:
    """Return how many processes can run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def read_unchanged(root: str, entry_ids: list[str]) -> Iterator[list[IndexUpdate]]:
    """Yield the rows of those entries whose files are as their revisions say, in batches.

    What is left out has to be read by the caller: all of it, if no process can be started.
    """
    if not _is_python(sys.executable):
        return
    workers: list[_Worker] = []
    idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()

    def read(chunk: list[str]) -> list[IndexUpdate]:
        worker = idle.get()
        try:
            return worker.read(chunk)
        finally:
            idle.put(worker)

    try:
        try:
            for _ in range(cores()):
                workers.append(_Worker(root))
                idle.put(workers[-1])
        except OSError as error:
            log.debug("no process can be started to read entries: %s", error)
            if not workers:
                return
        with ThreadPoolExecutor(len(workers), "reading") as threads:
            under_way: deque[Future[list[IndexUpdate]]] = deque()
            for start in range(0, len(entry_ids), _CHUNK):
                under_way.append(threads.submit(read, entry_ids[start : start + _CHUNK]))
                if len(under_way) >= _AHEAD * len(workers):
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
    finally:
        for worker in workers:
            worker.close()


def _is_python(executable: str | None) -> bool:
    """Say whether this is an interpreter: servers that embed one may name themselves."""
    return bool(executable) and "python" in os.path.basename(executable or "").lower()
