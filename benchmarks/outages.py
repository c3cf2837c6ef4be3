"""Failures while components die under load: workers, the database, Varnish, in turn.

Two services of two workers each share one PostgreSQL; Varnish stands before the first. Readers
ask at three doors, an editor publishes at both services, and one thing after the other is
killed. What died is started again as systemd would; nothing else helps.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import postgres
import psycopg
from caching import example, varnish
from running import children, free_port

from benchmarks import newsroom, takedown
from benchmarks.serving import Served, serving
from widget.app import rules
from widget.config import Settings
from widget.store import Live, Store, open_store

PANELS = 20
READERS = 3
QUIET_SECONDS = 5.0
DOWN_SECONDS = 3.0
PATIENCE = 60.0


@dataclass
class Reader:
    """Requests panels of one server on a persistent connection, and reconnects if it breaks."""

    door: str
    port: int
    paths: list[str]
    answers: list[tuple[float, int]] = field(default_factory=list)

    def run(self, stop: threading.Event) -> None:
        """Send requests until stopped; status 0 is a failed connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        while not stop.is_set():
            path = self.paths[len(self.answers) % len(self.paths)]
            try:
                connection.request("GET", path, headers={"Accept-Encoding": "br"})
                answer = connection.getresponse()
                answer.read()
                status = answer.status
            except (OSError, http.client.HTTPException):
                connection.close()
                status = 0
                time.sleep(0.01)  # as long as a browser takes to open another
            self.answers.append((time.monotonic(), status))
        connection.close()


@dataclass
class Writer:
    """Publishes one edition after the other, at one service and the other in turn."""

    store_url: str
    editors: list[takedown.Editor]
    documents: list[dict[str, Any]]
    acknowledged: dict[str, tuple[int, str]] = field(default_factory=dict)
    published_at: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)

    def run(self, stop: threading.Event) -> None:
        """Publish until stopped."""
        for number in range(1_000_000):
            if stop.is_set():
                return
            document = self.documents[number % len(self.documents)]
            editor = self.editors[number % len(self.editors)]
            title = f"Edition {number}"
            document = {**document, "article": {**document["article"], "title": title}}
            try:
                revision = editor.edition(document)
            except (OSError, http.client.HTTPException, AssertionError):
                self.refused.append(time.monotonic())
                time.sleep(0.05)
            else:
                self.acknowledged[document["id"]] = revision, title
                self.published_at.append(time.monotonic())


@dataclass(frozen=True)
class Phase:
    """One failure: start and end."""

    name: str
    began: float
    ended: float


def measure() -> dict[str, Any]:
    """Return the failures of each phase, and acknowledged changes that were lost."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        server = stack.enter_context(postgres.server(folder / "database"))
        url = stack.enter_context(postgres.database(server.url))
        _fill(url)
        ports = free_port(), free_port()
        here = f"127.0.0.1:{free_port()}"
        purge = json.dumps([{"kind": "varnish", "url": f"http://{here}"}])
        vcl = example("deploy/varnish.vcl", ('.port = "8000"', f'.port = "{ports[0]}"'))
        services = [
            stack.enter_context(
                serving(url, workers=2, port=port, settings={"INSIGHTS_PURGE": purge})
            )
            for port in ports
        ]
        caching = stack.enter_context(ExitStack())
        cache = [caching.enter_context(varnish(folder / "varnish", vcl, here, "/healthz"))]
        doors = {
            "first service": ports[0],
            "second service": ports[1],
            "Varnish": int(here.rpartition(":")[2]),
        }
        documents = list(takedown.live(PANELS))
        paths = [f"/panel/{document['id']}" for document in documents]
        readers = [
            Reader(door, port, paths) for door, port in doors.items() for _ in range(READERS)
        ]
        writer = Writer(url, [takedown.Editor(url, port) for port in ports], documents)

        def again() -> None:
            caching.close()
            cache[0] = caching.enter_context(varnish(folder / "varnish", vcl, here, "/healthz"))

        trouble: dict[str, Callable[[], None]] = {
            "nothing": lambda: time.sleep(QUIET_SECONDS),
            "a worker is killed": lambda: _kill_worker(services[0]),
            "a backend of the database is killed": lambda: _kill_backend(url, server),
            "the database crashes, and is away 3 s": lambda: _crash(server),
            "Varnish's worker is killed": lambda: _kill(children(cache[0].pid)[0]),
            "Varnish is killed, and is away 3 s": lambda: _end(cache[0], again),
        }
        stop = threading.Event()
        threads = [threading.Thread(target=it.run, args=(stop,)) for it in (*readers, writer)]
        for thread in threads:
            thread.start()
        phases = []
        try:
            for name, happen in trouble.items():
                began = time.monotonic()
                happen()
                _recovered(readers, writer, time.monotonic())
                phases.append(Phase(name, began, time.monotonic()))
                time.sleep(1)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        store = _open(url)
        lost = _lost(store, writer)
        stale = _stale(store, doors.values(), paths)
        store.close()
    return {
        "phases": {phase.name: _outcome(phase, readers, writer) for phase in phases},
        "acknowledged": len(writer.published_at),
        "acknowledged and lost": lost,
        "panels that a door shows in an old version": stale,
    }


def _open(url: str) -> Store:
    settings = Settings.model_validate({"store": url, "publications": [newsroom.PUBLICATION]})
    return open_store(settings.store, rules(settings))


def _fill(url: str) -> None:
    store = _open(url)
    takedown.publish(store, takedown.live(PANELS))
    store.close()


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def _kill_worker(service: Served) -> None:
    before_kill = set(children(service.pid))
    _kill(next(iter(before_kill)))
    _wait_for(lambda: len(set(children(service.pid)) - before_kill) == 1)


def _kill_backend(url: str, server: postgres.Server) -> None:
    """Kill one connection's process; the server ends all others and recovers by itself."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name = 'insights' LIMIT 1"
        ).fetchone()
    assert found
    _kill(found[0])
    assert server.process


def _crash(server: postgres.Server) -> None:
    server.stop(signal.SIGQUIT)
    time.sleep(DOWN_SECONDS)
    server.start()


def _end(cache: Any, again: Callable[[], None]) -> None:  # noqa: ANN401  # a Popen
    for pid in (cache.pid, *children(cache.pid)):
        with suppress(ProcessLookupError):
            _kill(pid)
    time.sleep(DOWN_SECONDS)
    again()


def _recovered(readers: list[Reader], writer: Writer, since: float) -> None:
    """Wait until every reader gets panels, and both services have published."""
    published_at = len(writer.published_at)

    def good() -> bool:
        newest = [it.answers[-1] for it in readers]
        served = all(status == 200 and at > since for at, status in newest)
        return served and len(writer.published_at) >= published_at + 2 * len(writer.editors)

    _wait_for(good)


def _wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "no recovery"
        time.sleep(0.005)


def _lost(store: Store, writer: Writer) -> int:
    lost = 0
    for entry_id, (number, title) in writer.acknowledged.items():
        lost += store.revision(entry_id, number).entry.article.title != title
    return lost


def _stale(store: Store, ports: Any, paths: list[str]) -> int:  # noqa: ANN401  # a dict's values
    """Count the stale panels of a server, two seconds after the last change."""
    time.sleep(2)
    stale = 0
    for path in paths:
        live = store.live(path.rpartition("/")[2])
        assert isinstance(live, Live)
        for port in ports:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", path)
            stale += live.entry.article.title not in connection.getresponse().read().decode()
            connection.close()
    return stale


def _outcome(phase: Phase, readers: list[Reader], writer: Writer) -> dict[str, Any]:
    within = lambda at: phase.began <= at <= phase.ended  # noqa: E731
    failed: Counter[str] = Counter()
    request_count, gap = 0, 0.0
    for reader in readers:
        good = phase.began
        for at, status in reader.answers:
            if not within(at):
                continue
            request_count += 1
            if status == 200:
                gap, good = max(gap, at - good), at
            else:
                failed[f"{reader.door}: {status or 'no connection'}"] += 1
    published = [phase.began, *(at for at in writer.published_at if within(at))]
    pauses = [later - at for at, later in pairwise(published)]
    return {
        "seconds": round(phase.ended - phase.began, 2),
        "asked": request_count,
        "failed": dict(failed),
        "longest without an answer, seconds": round(gap, 2),
        "published": len(published) - 1,
        "refused": sum(map(within, writer.refused)),
        "longest without a publication, seconds": round(max(pauses, default=0.0), 2),
    }


def table(found: dict[str, Any]) -> str:
    """Return the outcome as text."""
    lines = [
        f"  {'':38}{'asked':>8}{'failed':>8}{'gap s':>8}{'published':>11}{'refused':>9}{'gap s':>8}"
    ]
    for name, it in found["phases"].items():
        failed = sum(it["failed"].values())
        lines.append(
            f"  {name:38}{it['asked']:8,}{failed:8}{it['longest without an answer, seconds']:8.2f}"
            f"{it['published']:11}{it['refused']:9}"
            f"{it['longest without a publication, seconds']:8.2f}"
        )
        lines += [f"    {what} {count}" for what, count in it["failed"].items()]
    lines.append(
        f"  {found['acknowledged']} publications acknowledged, of which lost: "
        f"{found['acknowledged and lost']}; panels in an old version at the end: "
        f"{found['panels that a door shows in an old version']}"
    )
    return "\n".join(lines)
