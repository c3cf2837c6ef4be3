"""Kills and fails the store at chosen system calls.

One process imports the package and forks; strace attaches to each child and injects.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from crash_child import CHANGES, state
from store_support import PATHS, entry, rules

from widget.store import open_store

# Calls that change something, or take the lock. Which of them exist depends on the machine.
CALLS = (
    "openat",
    "write",
    "fsync",
    "fdatasync",
    "link",
    "linkat",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "mkdir",
    "mkdirat",
    "ftruncate",
    "flock",
)
State = list[object]


@dataclass
class Run:
    events: list[list[object]]
    calls: list[str]

    @property
    def acked(self) -> int:
        return sum(what[0] == "ack" for what in self.events)

    def first(self, word: str) -> list[object] | None:
        return next((what for what in self.events if what[0] == word), None)


class Rig:
    """Forks children on demand and runs each under strace with one injection."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        command = [
            sys.executable,
            "-c",
            f"import sys; sys.path[:0] = {PATHS}\nimport crash_child\ncrash_child.main()",
        ]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.go = folder / "go"
        os.mkfifo(self.go)
        self.number = 0

    def root(self, template: Path | None = None) -> Path:
        """Return a new folder for a store, with what is in ``template``."""
        self.number += 1
        root = self.folder / f"run{self.number}" / "data"
        if template:
            shutil.copytree(template, root)
        else:
            root.mkdir(parents=True)
        return root

    def start(self, root: Path, scenario: str, *, background: bool = False) -> tuple[int, Path]:
        out = root.parent / f"{scenario}.out"
        out.write_bytes(b"")
        task = {
            "root": str(root),
            "scenario": scenario,
            "out": str(out),
            "go": str(self.go),
            "background": background,
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()
        return int(self._line()), out

    def run(self, root: Path, inject: str | None = None, scenario: str = "changes") -> Run:
        pid, out = self.start(root, scenario)
        log = root.parent / "strace.log"
        options = [
            "-e",
            "trace=" + ",".join(f"?{call}" for call in (*CALLS, "writev")),
            "-e",
            "signal=none",
            "-y",
        ]
        if scenario == "batch":
            options += ["-f"]  # it writes in a thread
        if inject:
            options += ["-e", f"inject={inject}"]
        with subprocess.Popen(
            ["strace", "-o", str(log), *options, "-p", str(pid)], stderr=subprocess.PIPE, text=True
        ) as strace:
            assert strace.stderr is not None
            line = strace.stderr.readline()
            assert "attached" in line, line
            self.let_go()
            self._line()
            strace.wait(30)
        events = [json.loads(line) for line in out.read_text().splitlines()]
        return Run(events, log.read_text().splitlines())

    def let_go(self) -> None:
        self.go.write_bytes(b"g")

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the forking process is gone"
        return line

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    if shutil.which("strace") is None:
        if os.environ.get("CI"):
            pytest.fail("strace is needed to run the crash tests; install it")
        pytest.skip("strace is not installed")
    rig = Rig(tmp_path_factory.mktemp("crash"))
    yield rig
    rig.close()


@dataclass
class Plain:
    """What happens where nothing fails: how often each call is made, each state after an ack."""

    template: Path
    calls: list[str]
    states: list[State]


@pytest.fixture(scope="module")
def plain(rig: Rig) -> Plain:
    """Run without injection, on a store that holds another live entry."""
    template = rig.root()
    store = open_store(f"dir:{template}", rules)
    store.save(entry("other"), actor="ana")
    store.publish("other", actor="ana")
    states = [state(store)]
    watched = open_store(f"dir:{rig.root(template)}", rules)
    for change in CHANGES:
        change(watched)
        states.append(state(watched))
    run = rig.run(rig.root(template))
    assert run.acked == len(CHANGES)
    return Plain(template, run.calls, states)


def names(calls: list[str]) -> list[str]:
    return [match[1] for line in calls if (match := re.match(r"(\w+)\(", line))]


def points(plain: Plain, kind: str) -> list[tuple[str, int]]:
    """Return every call of a kind with its count, as injections name it.

    How often files are read varies a little, so that the last call may not come.
    """
    alike = {"fsync": "f(?:data)?sync", "rename": "rename(?:at2?)?", "openat": "openat"}
    pattern = re.compile(alike.get(kind, f"{kind}(?:at)?"))
    counts: Counter[str] = Counter()
    found = []
    for line in plain.calls:
        call = line.partition("(")[0]
        counts[call] += 1
        # SQLite removes its own files when the process ends, after the last acknowledgement.
        if pattern.fullmatch(call) and not (kind == "unlink" and "/index/" in line):
            found.append((call, counts[call]))
    assert found, f"the store makes no call of the kind {kind}: the test is blind"
    return found


def log_points(calls: list[str]) -> list[tuple[str, int]]:
    """Return every call on the file of the log, as ``points`` does."""
    counts: Counter[str] = Counter()
    found = []
    for line in calls:
        call = line.partition("(")[0]
        counts[call] += 1
        if "/log.jsonl>" in line and call in ("write", "fsync"):
            found.append((call, counts[call]))
    assert found, "the store makes no call on its log: the test is blind"
    return found
