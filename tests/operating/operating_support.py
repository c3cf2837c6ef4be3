"""`insights serve` as an operator runs it: its process, and what it logs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from running import answers, free_port

from widget import demo
from widget.app import rules
from widget.config import Settings
from widget.editorial.service import Editorial
from widget.store import open_store


@dataclass(frozen=True)
class Served:
    """A service that runs: host and port, its parent process, and its log."""

    host: str
    child: subprocess.Popen[bytes]
    log: Path
    data: Path

    def logged(self) -> str:
        """Return what was logged so far."""
        return self.log.read_text("utf-8")

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
        """Ask over a connection of its own."""
        connection = HTTPConnection(self.host, timeout=20)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, names, answer.read().decode()
        finally:
            connection.close()


@contextmanager
def serving(
    folder: Path, environment: Mapping[str, str], workers: int = 2, config: str = ""
) -> Iterator[Served]:
    """Run the service over the demo's entries, with ``config`` as insights.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    data, log, port = folder / "data", folder / "log", free_port()
    settings = Settings.model_validate({"store": f"dir:{data}"})
    store = open_store(settings.store, rules(settings))
    if not store.ids():
        demo.fill(Editorial(store, settings))
    store.close()
    (folder / "insights.toml").write_text(config)
    own = {
        **{name: value for name, value in os.environ.items() if not name.startswith("INSIGHTS_")},
        "INSIGHTS_STORE": f"dir:{data}",
        "PYTHONPATH": os.pathsep.join(sys.path),
        **environment,
    }
    command = [sys.executable, "-m", "widget", "serve", "--port", str(port)]
    with log.open("wb") as output:
        child = subprocess.Popen(
            [*command, "--workers", str(workers)],
            env=own,
            cwd=folder,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        answers(f"http://127.0.0.1:{port}/healthz", child)
        yield Served(f"127.0.0.1:{port}", child, log, data)
    finally:
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait(timeout=20)
                raise
        # pytest shows this where a test fails.
        print(log.read_text("utf-8", "replace")[-10_000:])
