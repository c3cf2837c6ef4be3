"""Running an application of slow_app, which takes its time, under our server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from running import children, free_port

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Slow:
    """Its port, its first process, the sign that it leaves, and what it said."""

    port: int
    child: subprocess.Popen[bytes]
    began: Path
    log: Path

    def workers(self) -> set[int]:
        """Return the processes that serve."""
        return set(children(self.child.pid))

    def runs(self) -> bool:
        """Say whether any process of its is left."""
        try:
            os.killpg(self.child.pid, 0)
        except ProcessLookupError:
            return False
        return True


@contextmanager
def slow(
    name: str, folder: Path, *settings: str, seconds: float = 0, workers: int = 2
) -> Iterator[Slow]:
    """Run the application ``name``, with ``settings`` of the server such as ``HEAD_SECONDS=1``."""
    began, log, port = folder / "began", folder / "log", free_port()
    environment = {
        **os.environ,
        "INSIGHTS_TEST_BEGAN": str(began),
        "INSIGHTS_TEST_SECONDS": str(seconds),
        "INSIGHTS_TEST_WORKERS": str(workers),
        "PYTHONPATH": os.pathsep.join([str(HERE), *sys.path]),
    }
    command = [sys.executable, str(HERE / "slow_app.py"), name, str(port), *settings]
    with log.open("wb") as output:
        child = subprocess.Popen(
            command, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    running = Slow(port, child, began, log)
    try:
        yield running
    finally:
        if running.runs():
            os.killpg(child.pid, signal.SIGKILL)
        child.wait(timeout=30)
