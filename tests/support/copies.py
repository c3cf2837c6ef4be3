"""The examples as a publisher would use them: copied, with the service's own address put in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
NODE = ROOT / "tests" / "node" / "node_modules"
ADDRESS = "https://insights.example"


def copied(name: str, folder: Path, service: str) -> Path:
    """Copy the example, and return where it is."""
    made = folder / name
    shutil.copytree(EXAMPLES / name, made, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (path for path in made.rglob("*") if path.is_file()):
        file.write_text(file.read_text("utf-8").replace(ADDRESS, service), "utf-8")
    return made


def with_node(folder: Path, *tools: str) -> Path:
    """Give a copied example Node's packages of the tests; skip where they are not there."""
    for tool in tools:
        needed(shutil.which("node") and (NODE / tool).exists(), f"npm's {tool}")
    (folder / "node_modules").symlink_to(NODE)
    return folder


def needed(there: object, what: str) -> None:
    """Skip the test where something is missing, which CI does not allow."""
    if not there:
        assert not os.environ.get("CI"), f"{what} is not there"
        pytest.skip(f"{what} is not there; `make test` installs it, or your system's packages do")


def run(command: list[str], folder: Path, text: str = "") -> str:
    """Run a command in ``folder`` with ``text`` as its input, and return what it prints."""
    done = subprocess.run(
        command, cwd=folder, input=text, capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def python(program: str, folder: Path) -> str:
    """Run a Python program in ``folder``, and return what it prints."""
    return run([sys.executable, "-W", "error", "-"], folder, program)
