"""Commands run in this process, and as processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result
from samples import ROOT, sample_bytes

from widget.cli import main

ID = "night-trains"
"""The entry of ``written``."""


def run(*arguments: str, stdin: bytes | None = None) -> Result:
    result = CliRunner().invoke(main, arguments, input=stdin, prog_name="insights")
    assert "Traceback" not in result.output
    if result.exception is not None:
        assert isinstance(result.exception, SystemExit), result.exc_info
    return result


def done(*arguments: str, stdin: bytes | None = None) -> str:
    result = run(*arguments, stdin=stdin)
    assert result.exit_code == 0, result.output
    return result.stdout


def written(name: str, **changes: object) -> str:
    """Write an entry by people, which commands publish without a review, unless changed."""
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_bytes(sample_bytes(**{"provenance__origin": "human", **changes}))
    return name


def process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("INSIGHTS_")}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "widget", *arguments],
        env={**kept, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
