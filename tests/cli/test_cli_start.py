"""What a command imports before it does anything: most of the time that a short one takes."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from commands import done, written

pytestmark = [pytest.mark.process, pytest.mark.usefixtures("a_folder_of_its_own")]

PROGRAM = """
import json, sys
from widget.cli import main
main(sys.argv[1:], standalone_mode=False)
packages = {name.partition(".")[0] for name in sys.modules}
json.dump(sorted(packages - sys.stdlib_module_names), sys.stderr)
"""
OWN = {"__main__", "widget"}
SERVER = {"flask", "gunicorn", "werkzeug", "jinja2", "argon2", "brotli", "psycopg", "urllib3"}
"""What serves, signs in, purges or reads PostgreSQL: no command over a folder needs it."""


def imported(*arguments: str) -> set[str]:
    """Return the packages outside the standard library that a command imported."""
    command = [sys.executable, "-c", PROGRAM, *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0, result.stderr
    return {name for name in json.loads(result.stderr) if not name.startswith("_")} - OWN


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]], ids=str)
def test_what_needs_no_settings_imports_click_alone(arguments: list[str]) -> None:
    assert imported(*arguments) == {"click"}


@pytest.mark.parametrize(
    "arguments",
    [["check", "entry.json"], ["show", "a"], ["history", "a"], ["list"], ["publish", "--help"]],
    ids=" ".join,
)
def test_a_command_over_a_folder_brings_no_server(arguments: list[str]) -> None:
    done("put", "--publish", written("entry.json", id="a"))
    assert not imported(*arguments) & SERVER
