"""Bulk work: the index anew, copying, importing and exporting very many entries.

Each command runs in a process of its own, as a newsroom would run it. Times are seconds by the wall
clock and of CPU, that of the processes it starts included, and of PostgreSQL where it works.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import postgres
import psycopg

from benchmarks import newsroom
from benchmarks.newsroom import PUBLICATION
from widget.entry import parse_entry
from widget.store import Action, Revision, Rules, open_store

KINDS = ("index", "copy", "import", "export")
_RUNS = 3
_BATCH = 250
_STORY: tuple[Action, ...] = ("save", "publish", "save")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Took:
    """What one run took, in seconds."""

    wall: float
    cpu: float
    database: float


class Bench:
    """The files of the measurements, with ``count`` entries, in ``folder``."""

    def __init__(self, folder: Path, count: int, server: postgres.Server) -> None:
        self.folder = folder
        self.count = count
        self._server = server
        self._numbers = iter(range(1_000_000))
        settings = {"publications": [{"name": PUBLICATION.name, "origins": [newsroom.PAPER]}]}
        self._settings = folder / "insights.toml"
        origins = json.dumps(settings["publications"][0]["origins"])
        self._settings.write_text(
            f'[[publications]]\nname = "{PUBLICATION.name}"\norigins = {origins}\n'
            'review = "optional"\n'
        )
        self.lines = folder / "entries.jsonl"
        with self.lines.open("w") as out:
            for made in newsroom.entries(count):
                out.write(json.dumps(made.history[-1][1], ensure_ascii=False) + "\n")

    def database(self) -> str:
        """Return the URL of a new database."""
        name = f"bulk{next(self._numbers)}"
        with psycopg.connect(self._server.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]  # no input
        return self._server.url.replace("/postgres", f"/{name}")

    def path(self) -> str:
        """Return the URL of a new folder."""
        return f"dir:{self.folder / f'store{next(self._numbers)}'}"

    def source(self) -> str:
        """Return the URL of a folder with three revisions of each entry."""
        url = self.path()
        store = open_store(url, Rules(lambda _: []))
        batch = []
        for made in newsroom.entries(self.count):
            documents = [document for _, document in made.history] * 3
            batch.append(
                [
                    Revision(
                        number,
                        made.at + timedelta(minutes=number),
                        "ana",
                        action,
                        "",
                        parse_entry(json.dumps(document).encode()),
                    )
                    for number, (action, document) in enumerate(
                        zip(_STORY, documents, strict=False), 1
                    )
                ]
            )
            if len(batch) == _BATCH:
                _append(store.adopt_all, batch)
                batch = []
        _append(store.adopt_all, batch)
        store.close()
        return url

    def run(self, *arguments: str) -> Took:
        """Run a command of ours."""
        command = [sys.executable, "-m", "widget", "--config", str(self._settings), *arguments]
        return self.time(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))

    def time(self, call: Callable[[], object]) -> Took:
        """Call once."""
        before, server = _cpu(), self._server_cpu()
        began = time.perf_counter()
        call()
        wall = time.perf_counter() - began
        return Took(wall, _cpu() - before, self._server_cpu() - server)

    def _server_cpu(self) -> float:
        process = self._server.process
        assert process
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(stat.parent.name) == process.pid:
                ticks += sum(map(int, fields[11:15]))  # its own, and of backends that ended
            elif int(fields[1]) == process.pid:
                ticks += sum(map(int, fields[11:13]))
        return ticks / _TICKS


def _append(adopt: Callable[[list[list[Revision]]], list[object]], batch: list[object]) -> None:
    if batch and any(adopt(batch)):  # type: ignore[arg-type]
        raise RuntimeError("the source of a copy cannot be made")


def _cpu() -> float:
    used = [resource.getrusage(it) for it in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(it.ru_utime + it.ru_stime for it in used)


def _index_anew(bench: Bench, folder: Path) -> Took:
    shutil.rmtree(folder / "index", ignore_errors=True)

    def open_once() -> None:
        open_store(f"dir:{folder}", Rules(lambda _: [])).close()

    return bench.time(open_once)


def works(bench: Bench, only: str | None) -> Iterator[tuple[str, int, Callable[[], Took]]]:
    """Yield each piece of work: its name, of how many items it is, and what does it once."""
    count = bench.count
    filled = bench.folder / "newsroom"
    if only in (None, "index"):
        newsroom.fill(filled, count)
        yield "index anew", count, lambda: _index_anew(bench, filled)
    if only in (None, "copy"):
        source = bench.source()
        database = bench.database()
        yield (
            "copy, folder to PostgreSQL",
            3 * count,
            lambda: bench.run("copy", source, bench.database()),
        )
        bench.run("copy", source, database)
        yield (
            "copy, PostgreSQL to folder",
            3 * count,
            lambda: bench.run("copy", database, bench.path()),
        )
    if only in (None, "import"):
        for name, new in (("PostgreSQL", bench.database), ("folder", bench.path)):
            for option in ((), ("--publish",)):

                def imported(
                    new: Callable[[], str] = new, option: tuple[str, ...] = option
                ) -> Took:
                    url = new()
                    bench.run("--store", url, "init")
                    return bench.run("--store", url, "import", *option, str(bench.lines))

                yield f"import{' --publish' if option else ''} to {name}", count, imported
    if only in (None, "export"):
        url = bench.path()
        bench.run("--store", url, "init")
        bench.run("--store", url, "import", "--publish", str(bench.lines))
        base = ("--base", "https://cdn.example/insights")
        yield (
            "export, a site",
            count,
            lambda: bench.run("--store", url, "export", bench.path()[4:], *base),
        )
        yield (
            "export, entries",
            count,
            lambda: bench.run(
                "--store", url, "export", "--as", "entries", f"{bench.path()[4:]}.jsonl"
            ),
        )


def measure(count: int, only: str | None = None, runs: int = _RUNS) -> dict[str, object]:
    """Return the measurements of each piece of work, raw and as medians."""
    found: dict[str, object] = {}
    with opened(count) as bench:
        for name, items, work in works(bench, only):
            took = [work() for _ in range(runs)]
            found[name] = {
                "items": items,
                "load": round(os.getloadavg()[0], 1),
                **{
                    field: [round(getattr(it, field), 2) for it in took]
                    for field in ("wall", "cpu", "database")
                },
                "median seconds": round(statistics.median(it.wall for it in took), 2),
                "a second": round(items / statistics.median(it.wall for it in took)),
            }
            print(line(name, found[name]), flush=True)
    return found


@contextmanager
def opened(count: int) -> Iterator[Bench]:
    """Start PostgreSQL with its usual settings; everything is in a temporary folder."""
    with tempfile.TemporaryDirectory() as passing:
        Path(passing).chmod(0o755)  # the server does not run as root
        with postgres.server(Path(passing) / "postgres") as server:
            yield Bench(Path(passing), count, server)


def line(name: str, found: object) -> str:
    """Return the result of one piece of work as a line."""
    assert isinstance(found, dict)
    cpu = statistics.median(found["cpu"])
    return (
        f"  {name:30}{found['median seconds']:9.1f} s {found['a second']:8,} a second"
        f"   CPU {cpu:6.1f} s + {statistics.median(found['database']):5.1f} s in PostgreSQL"
        f"   load {found['load']}"
    )
