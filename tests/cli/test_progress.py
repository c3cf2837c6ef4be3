"""Long commands say how much is done, how fast, and how long it still takes."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from samples import ROOT, sample_document

from widget.cli.progress import Progress


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def after(clock: Clock, shown: Progress, seconds: float, count: int) -> str:
    clock.now += seconds
    shown.add(count)
    return shown.line()


@pytest.mark.unit
def test_progress_says_the_rate_and_the_time_left() -> None:
    clock = Clock()
    shown = Progress("Copying", 10_000, clock)
    assert shown.line() == "Copying: 0 of 10,000"
    assert after(clock, shown, 2, 1_000) == "Copying: 1,000 of 10,000, 500 a second, 18 s left"
    assert after(clock, shown, 2, 500) == "Copying: 1,500 of 10,000, 375 a second, 23 s left"
    # What was fast long ago says nothing about what is left.
    for _ in range(10):
        last = after(clock, shown, 5, 50)
    assert last == "Copying: 2,000 of 10,000, 10 a second, 13 min 20 s left"
    assert after(clock, shown, 1, 8_000).startswith("Copying: 10,000 of 10,000, ")
    assert "left" not in shown.line()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("seconds", "line"),
    [
        (1, "Exporting: 2 of 10, 2 a second, 4 s left"),
        (60, "Exporting: 2 of 10, 2 a minute, 4 min 0 s left"),
        (7_200, "Exporting: 2 of 10, 1 an hour, 8 h 0 min left"),
    ],
)
def test_slow_work_is_told_by_the_minute(seconds: float, line: str) -> None:
    clock = Clock()
    assert after(clock, Progress("Exporting", 10, clock), seconds, 2) == line


def imported(tmp_path: Path, *options: str) -> str:
    """Import at a terminal; return what it shows."""
    lines = [
        json.dumps(
            sample_document(id=f"e{n}", article__url=f"https://p.example/{n}", article__aliases=[])
        )
        for n in range(300)
    ]
    (tmp_path / "all.jsonl").write_text("\n".join(lines))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "widget", *options]
    subprocess.run(
        [*command, "init"], cwd=tmp_path, env=environment, check=True, capture_output=True
    )
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*command, "import", "all.jsonl"],
        cwd=tmp_path,
        env=environment,
        stderr=theirs,
        stdout=subprocess.DEVNULL,
    ) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            shown += part
        assert process.wait() == 0
    os.close(ours)
    return shown.decode()


@pytest.mark.process
def test_a_terminal_sees_it_and_quiet_does_not(tmp_path: Path) -> None:
    shown = imported(tmp_path)
    assert re.search(r"Importing: 250 of 300, [\d,]+ a second, \d+ s left", shown), shown
    assert re.search(r"Importing: 300 of 300, [\d,]+ a second\r\n$", shown), shown
    assert imported(tmp_path, "--quiet") == ""
