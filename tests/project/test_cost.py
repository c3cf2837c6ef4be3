"""Every test says what it costs, by exactly one mark."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from samples import ROOT

pytestmark = pytest.mark.process


def ran(folder: Path, source: str) -> subprocess.CompletedProcess[str]:
    """Run a test module of its own with the plugin."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_it.py").write_text(f"import subprocess, sys\nimport pytest\n\n{source}")
    command = [sys.executable, "-m", "pytest", "-p", "cost", "-q", "-p", "no:cacheprovider"]
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "tests" / "support"),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("marks", "problem"),
    [
        ("", "test_it.py::test_it carries none: mark it with exactly one of unit, database"),
        (
            "@pytest.mark.unit\n@pytest.mark.browser\n",
            "test_it.py::test_it carries browser and unit",
        ),
    ],
)
def test_without_exactly_one_mark_no_test_runs(tmp_path: Path, marks: str, problem: str) -> None:
    ended = ran(tmp_path, f"{marks}def test_it():\n    pass\n")
    assert ended.returncode == pytest.ExitCode.USAGE_ERROR
    assert problem in ended.stdout + ended.stderr


def test_with_one_it_runs(tmp_path: Path) -> None:
    ended = ran(tmp_path, "@pytest.mark.unit\ndef test_it():\n    pass\n")
    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize(("mark", "fails"), [("unit", True), ("process", False)])
def test_a_unit_test_starts_no_process(tmp_path: Path, mark: str, *, fails: bool) -> None:
    ended = ran(
        tmp_path,
        f"@pytest.mark.{mark}\ndef test_it():\n    subprocess.run([sys.executable, '-c', ''])\n",
    )
    assert ("is marked unit and starts a process" in ended.stdout) == fails
    assert (ended.returncode != 0) == fails
