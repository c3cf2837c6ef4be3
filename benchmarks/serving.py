"""Runs ``insights serve`` over a store of the newsroom on loopback."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from running import children, free_port

from benchmarks.newsroom import PUBLICATION
from widget.accounts import open_accounts
from widget.config import ENV_PREFIX


@dataclass
class Browser:
    """A persistent connection of a signed-in user; times are in milliseconds."""

    port: int
    cookie: str = ""
    csrf: str = ""

    def __post_init__(self) -> None:
        self._open()

    def _open(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)

    def timed(self, path: str, form: dict[str, str] | None = None) -> tuple[float, str]:
        """Return the time and the text of a response. Its status must be a success."""
        body = urlencode({"csrf": self.csrf, **form}) if form is not None else None
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        headers = {"Cookie": self.cookie, **kind}
        before = time.perf_counter()
        try:
            answer = self._ask(body, path, headers)
        except (http.client.HTTPException, OSError):
            self._open()  # the server closed a connection that was idle
            before = time.perf_counter()
            answer = self._ask(body, path, headers)
        text = answer.read().decode()
        took = (time.perf_counter() - before) * 1000
        assert answer.status in (200, 204, 303), (path, answer.status, text[:500])
        if answer.headers.get("Set-Cookie"):
            self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        return took, text

    def _ask(
        self, body: str | None, path: str, headers: dict[str, str]
    ) -> http.client.HTTPResponse:
        self.connection.request("POST" if body else "GET", path, body, headers)
        return self.connection.getresponse()

    def sign_in(self, store_url: str) -> None:
        """Sign in as a publisher."""
        accounts = open_accounts(store_url)
        user = accounts.user("ana") or accounts.add_user("ana", "admin", "measured, not guessed")
        self.cookie = f"insights={accounts.open_session(user)}"

    def learn_token(self) -> None:
        """Read the CSRF token from a page."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.timed("/admin/entries/new")[1])
        assert found
        self.csrf = found[1]


@dataclass(frozen=True)
class Served:
    """A running service; ``ready_seconds`` is the time from its start until ``/readyz``."""

    port: int
    ready_seconds: float
    pid: int

    def memory(self) -> list[int]:
        """Return the unique memory (USS) of each worker in MB, largest first."""
        return sorted(map(_alone, children(self.pid)), reverse=True)


@contextmanager
def serving(
    store_url: str,
    *,
    workers: int = 1,
    port: int | None = None,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Served]:
    """Run ``insights serve`` for the length of the block; waits until it is ready."""
    port = port or free_port()
    command = [sys.executable, "-m", "widget", "serve", "--port", str(port)]
    before = time.perf_counter()
    own = {**environment(store_url), **(settings or {})}
    child = subprocess.Popen([*command, "--workers", str(workers)], env=own)
    try:
        while not _is_ready(port):
            assert child.poll() is None, "the service ended"
            time.sleep(0.02)
        yield Served(port, time.perf_counter() - before, child.pid)
    finally:
        child.terminate()
        try:
            child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            # A worker that is just starting may miss the signal and never end.
            for pid in children(child.pid):
                os.kill(pid, signal.SIGKILL)
            child.kill()
            child.wait(timeout=20)


def environment(store_url: str) -> dict[str, str]:
    """Return the environment of a service over the newsroom's store."""
    return {
        **{k: v for k, v in os.environ.items() if not k.startswith(ENV_PREFIX)},
        f"{ENV_PREFIX}STORE": store_url,
        f"{ENV_PREFIX}PUBLICATIONS": f"[{PUBLICATION.model_dump_json()}]",
    }


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _alone(pid: int) -> int:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    kinds = re.findall(r"Private_\w+:\s+(\d+) kB", text)
    return sum(map(int, kinds)) // 1024
