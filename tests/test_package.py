"""The wheel carries everything, and serves the demo where there is no checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from urllib.request import urlopen

import pytest
from running import answers, free_port

ROOT = Path(__file__).parent.parent
SHIPPED = {"widget": "widget", "static": "widget/static", "templates": "widget/templates"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "-q",
        "-w",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(command, check=True)
    (made,) = folder.glob("*.whl")
    return made


def test_the_wheel_carries_every_tracked_file_of_the_package(wheel: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--", *SHIPPED, "examples"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    places = {**SHIPPED, "examples": "widget/examples"}
    expected = {
        f"{places[top]}/{rest}" for top, _, rest in (path.partition("/") for path in listed)
    }
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == expected


@pytest.fixture
def installed(wheel: Path, tmp_path: Path) -> tuple[str, dict[str, str]]:
    """Install the wheel into an environment of its own; return its Python and environment."""
    venv.create(tmp_path / "venv", with_pip=False)
    (folder,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(folder)]
    subprocess.run([*command, str(wheel)], check=True)
    # What it depends on is taken from here. The checkout is not: its .pth counts for nothing
    # in a folder that PYTHONPATH names.
    dependencies = next(path for path in sys.path if path.endswith("site-packages"))
    python = str(tmp_path / "venv" / "bin" / "python")
    return python, {**os.environ, "PYTHONPATH": dependencies}


def test_the_wheel_serves_the_demo(installed: tuple[str, dict[str, str]], tmp_path: Path) -> None:
    python, environment = installed
    where = [python, "-c", "import widget; print(widget.__file__)"]
    said = subprocess.run(
        where, check=True, capture_output=True, text=True, cwd=tmp_path, env=environment
    )
    assert said.stdout.startswith(str(tmp_path))
    port, paper = free_port(), free_port()
    options = ["--port", str(port), "--paper-port", str(paper)]
    child = subprocess.Popen(
        [python, "-m", "widget", "demo", *options], cwd=tmp_path, env=environment
    )
    try:
        answers(f"http://127.0.0.1:{port}/healthz", child)
        answers(f"http://127.0.0.1:{paper}/", child)
        with urlopen(f"http://127.0.0.1:{port}/panel/ferry-fares") as answer:  # loopback
            assert b"Make the ferry free" in answer.read()
        with urlopen(f"http://127.0.0.1:{paper}/ways/include") as answer:  # loopback
            assert b"insights-ferry-fares-title" in answer.read()
    finally:
        child.terminate()
        child.wait(timeout=30)
