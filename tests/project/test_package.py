"""The wheel carries everything, and serves the demo where there is no checkout."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from urllib.request import urlopen

import pytest
from running import answers, free_port

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
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


def test_the_readme_s_lines_for_one_s_own_articles_work_as_they_stand(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    (block,) = re.findall(r"For your own articles:\n\n```sh\n(.*?)```", readme, re.DOTALL)
    lines = block.splitlines()
    assert lines.pop() == "insights serve"
    assert any(line.startswith("pip install .") for line in lines)
    files = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split("\0")[:-1]
    for name in files:
        if not name.startswith("tests/"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    # People wrote this one, so that it needs no approval.
    shutil.copy(ROOT / "examples/newspaper/entries/seawall-bill.json", tmp_path / "entry.json")
    # What it depends on and is built with is taken from here, so that nothing is fetched.
    environment = {
        **os.environ,
        "PYTHONPATH": next(path for path in sys.path if path.endswith("site-packages")),
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "false",  # pip's own logic of the negative
        "PIP_NO_INDEX": "1",
    }
    program = "\n".join(["set -eu", *lines, "command -v insights"])
    done = subprocess.run(
        ["sh", "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "seawall-bill: published" in done.stdout
    assert done.stdout.splitlines()[-1] == str(tmp_path / "env" / "bin" / "insights")


def test_the_demo_takes_another_port_where_its_own_is_in_use(tmp_path: Path) -> None:
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            held.bind(("127.0.0.1", 8000))  # where that fails, somebody else has it
            held.listen()
        child = subprocess.Popen(
            [sys.executable, "-m", "widget", "demo"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        with child, child.stdout as said:
            try:
                chosen = next(
                    found
                    for line in said
                    if (found := re.match(r"Port 8000 is in use; using (\d+)", line))
                )
                shown = next(line for line in said if line.startswith("A panel by itself:"))
                assert f"http://127.0.0.1:{chosen[1]}/panel/" in shown
            finally:
                child.terminate()


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
