"""The real service and the demo's newspaper, running as processes on loopback."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal
from urllib.request import urlopen

import https
from hosting import Host, hosting

from widget import demo
from widget.app import rules
from widget.config import ENV_PREFIX, Publication, Settings
from widget.editorial.service import Editorial
from widget.store import Store, open_store


@dataclass(frozen=True)
class Running:
    """Where things run. ``unlisted`` is the newspaper at an origin that may not embed;
    ``host`` a site for pages of a test's own. ``static``: the service is an exported site.
    ``environment``: settings beside the store and the publication. ``backend``: the service's
    address for who is no browser, and knows no host names of the tests' own."""

    service: str
    paper: str
    unlisted: str
    host: Host
    data: Path
    publication: Publication
    static: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    backend: str = ""

    @property
    def settings(self) -> Settings:
        """The settings that the service runs with."""
        return Settings.model_validate(
            {"store": f"dir:{self.data}", "publications": [self.publication]}
        )

    def store(self) -> Store:
        """Open the service's store from this process, as a command would."""
        return open_store(self.settings.store, rules(self.settings))


@contextmanager
def running(
    data: Path,
    *origins: str,
    workers: int = 1,
    environment: Mapping[str, str] | None = None,
    port: int | None = None,
    named: bool = False,
    review: Literal["required", "optional"] = "optional",
) -> Iterator[Running]:
    """Run the service over the demo's entries, and the newspaper, until the block ends.

    ``origins`` may embed panels, too; ``environment`` holds more settings. ``named``: browsers
    find everything at host names of the tests' own, over https, the service on a site of its own.
    """
    settings = dict(environment or {})
    port, paper_port = port or free_port(), free_port()
    service, paper = f"http://127.0.0.1:{port}", f"http://localhost:{paper_port}"
    unlisted = f"http://127.0.0.1:{paper_port}"
    backend, paper_backend, also = service, unlisted, list[str]()
    with ExitStack() as stack:
        host = stack.enter_context(hosting(named=named))
        if named:
            service = f"https://{https.SERVICE}:{stack.enter_context(https.over_https(port))}"
            settings[f"{ENV_PREFIX}BASE_URL"] = service
            also = [host.same_site, host.backend]  # the doctor knows no names of ours
            named_port = stack.enter_context(https.over_https(paper_port))
            paper, unlisted = (
                f"https://{name}:{named_port}" for name in (https.PAPER, https.UNLISTED)
            )
        publication = demo.publication(paper, host.origin, *also, *origins)
        publication = publication.model_copy(update={"review": review})
        place = Running(
            service, paper, unlisted, host, data, publication,
            environment=settings, backend=backend,
        )  # fmt: skip
        store = place.store()
        demo.fill(Editorial(store, place.settings))
        store.close()
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(ENV_PREFIX)}
        own = {
            **inherited,
            **settings,
            f"{ENV_PREFIX}STORE": f"dir:{data}",
            f"{ENV_PREFIX}PUBLICATIONS": f"[{publication.model_dump_json()}]",
            demo.SERVICE_VARIABLE: service,
            demo.BACKEND_VARIABLE: backend,
        }
        several = ["--workers", str(workers)]
        for command, url in (
            (["widget", "serve", "--port", str(port), *several], f"{backend}/healthz"),
            (["widget.demo", str(paper_port)], f"{paper_backend}/"),
        ):
            stack.enter_context(process(command, url, own))
        yield place


@contextmanager
def process(
    module: list[str], url: str, environment: dict[str, str], output: IO[bytes] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``python -m MODULE…`` until the block ends; begins when ``url`` answers."""
    command = [sys.executable, "-m", *module]
    child = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        answers(url, child)
        yield child
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


def children(pid: int) -> list[int]:
    """Return the processes that ``pid`` started, such as a server's workers."""
    return [int(it) for it in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def free_port() -> int:
    """Return a port that nothing listens on.

    Not one of those that the system gives to outgoing connections (32768 and up): between this
    look and the service's own, a browser's connection might take it. Chosen by the system's
    own chance, since the tests' random numbers begin alike in every worker.
    """
    chance = random.SystemRandom()
    while True:
        port = chance.randrange(10_240, 32_768)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def described(pid: int) -> str:
    """Return a line for each process that ``pid`` started: its state, and what it waits for."""
    return "\n".join(f"{it}: {_state(it)}" for it in children(pid))


def _state(pid: int) -> str:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        waits = Path(f"/proc/{pid}/wchan").read_text()
    except OSError as error:
        return repr(error)
    lines = [it for it in status.splitlines() if it.startswith(("State", "Threads", "SigBlk"))]
    return ", ".join([*lines, f"waits for {waits}"])


def until(
    true: Callable[[], bool], seconds: float = 60, explain: Callable[[], str] = lambda: ""
) -> None:
    """Wait until something is so; fail where it does not come to be, with an explanation."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not so within {seconds} s\n{explain()}"
        time.sleep(0.01)
