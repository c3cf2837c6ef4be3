"""How long short commands take from their start to their end, beside Python alone."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.serving import environment

RUNS = 15
ALONE = "python -c pass"


class Run(NamedTuple):
    """The duration of one run and its CPU time, user and system, in milliseconds."""

    wall: float
    cpu: float


def measure(folder: Path) -> dict[str, list[Run]]:
    """Return the runs of each command over the store in ``folder``, taken in turns."""
    entry = next((folder / "live").iterdir())
    lines = (
        ALONE,
        "insights --help",
        "insights --version",
        "insights publish --help",
        f"insights check {entry}",
        f"insights show {entry.stem}",
        f"insights history {entry.stem}",
        "insights list",
        f"insights snippet {entry.stem} --base https://insights.example",
    )
    found: dict[str, list[Run]] = {line: [] for line in lines}
    for _ in range(RUNS):
        for line, runs in found.items():
            runs.append(_run(line, folder))
    return {
        line.replace(str(entry), "FILE").replace(entry.stem, "ID"): found[line] for line in lines
    }


def _run(line: str, folder: Path) -> Run:
    program, *rest = line.split()
    # The installed command, as people start it, not "python -m".
    command = [sys.executable if program == "python" else str(_beside_python(program)), *rest]
    before = time.perf_counter()
    child = subprocess.Popen(
        command, env=environment(f"dir:{folder}"), stdout=subprocess.DEVNULL, cwd=folder
    )
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - before
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0, line
    return Run(wall * 1000, (usage.ru_utime + usage.ru_stime) * 1000)


def _beside_python(program: str) -> Path:
    return Path(sys.executable).with_name(program)


def table(found: dict[str, list[Run]]) -> str:
    """Return the medians, and how many times Python alone each takes."""
    alone = statistics.median(run.wall for run in found[ALONE])
    lines = [f"  {'':58}{'ms':>7}{'min':>6}{'max':>6}{'CPU':>6}{'times python':>14}"]
    for name, runs in found.items():
        walls = [run.wall for run in runs]
        middle = statistics.median(walls)
        cpu = statistics.median(run.cpu for run in runs)
        lines.append(
            f"  {name:58}{middle:7.0f}{min(walls):6.0f}{max(walls):6.0f}{cpu:6.0f}"
            f"{middle / alone:14.1f}"
        )
    return "\n".join(lines)
