"""The real service and the demo's newspaper, running as processes on loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from hosting import Host, hosting

from widget import demo
from widget.app import rules
from widget.config import ENV_PREFIX, Publication, Settings
from widget.store import Store, open_store


@dataclass(frozen=True)
class Running:
    """Where things run. ``unlisted`` is the newspaper at an origin that may not embed;
    ``host`` a site for pages of a test's own."""

    service: str
    paper: str
    unlisted: str
    host: Host
    data: Path
    publication: Publication

    def store(self) -> Store:
        """Open the service's store from this process, as a command would."""
        settings = Settings.model_validate(
            {"store": f"dir:{self.data}", "publications": [self.publication]}
        )
        return open_store(settings.store, rules(settings))


@contextmanager
def running(data: Path, *, workers: int = 1) -> Iterator[Running]:
    """Run the service over the demo's entries, and the newspaper, until the block ends."""
    port, paper_port = free_port(), free_port()
    service, paper = f"http://127.0.0.1:{port}", f"http://localhost:{paper_port}"
    unlisted = f"http://127.0.0.1:{paper_port}"
    with ExitStack() as stack:
        host = stack.enter_context(hosting())
        publication = demo.publication(paper, host.origin)
        place = Running(service, paper, unlisted, host, data, publication)
        store = place.store()
        demo.fill(store)
        store.close()
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(ENV_PREFIX)}
        environment = {
            **inherited,
            f"{ENV_PREFIX}STORE": f"dir:{data}",
            f"{ENV_PREFIX}PUBLICATIONS": f"[{publication.model_dump_json()}]",
            demo.SERVICE_VARIABLE: service,
        }
        several = ["--workers", str(workers)]
        for command, url in (
            (["widget", "serve", "--port", str(port), *several], f"{service}/healthz"),
            (["widget.demo", str(paper_port)], f"{unlisted}/"),
        ):
            stack.enter_context(process(command, url, environment))
        yield place


@contextmanager
def process(module: list[str], url: str, environment: dict[str, str]) -> Iterator[None]:
    """Run ``python -m MODULE…`` until the block ends; begins when ``url`` answers."""
    child = subprocess.Popen([sys.executable, "-m", *module], env=environment)
    try:
        answers(url, child)
        yield
    finally:
        child.terminate()
        child.wait(timeout=20)


def answers(url: str, child: subprocess.Popen[bytes], seconds: float = 60) -> None:
    """Wait until ``url`` answers; fail at once where its process has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert child.poll() is None, f"{url}: its process ended with {child.returncode}"
        try:
            urlopen(url, timeout=5).close()  # noqa: S310  # loopback, http
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"{url} did not answer within {seconds} s")


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
