"""Renews every lock: ``make update``.

Each lock names one version of each package with the hashes of all its files, for every platform and
for every Python that pyproject.toml allows, and no index's address: what is fetched is the same
wherever it is fetched from. All are taken from one resolution, so that they agree.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ROOT / "locks"
NODE = ROOT / "tests" / "node"
# The extras that each lock of Python packages holds beside what the service itself needs.
EXTRAS = {"runtime": (), "test": ("test",), "lint": ("lint",)}


def main() -> None:
    """Write all locks anew. Exits with a message where one cannot be had."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    builds = project["build-system"]["requires"]
    groups = project["dependency-groups"]
    with tempfile.TemporaryDirectory() as folder:
        every = Path(folder, "every.txt")
        more = Path(folder, "more.in")
        more.write_text("\n".join([*builds, *groups["update"], *groups["model"]]), "utf-8")
        extras = [f"--extra={extra}" for named in EXTRAS.values() for extra in named]
        resolve(every, "pyproject.toml", str(more), *extras)
        agreeing = f"--constraint={every}"
        for name, named in EXTRAS.items():
            extras = [f"--extra={extra}" for extra in named]
            resolve(LOCKS / f"{name}.txt", "pyproject.toml", agreeing, *extras)
        for name, requirements in {"build": builds, **groups}.items():
            more.write_text("\n".join(requirements), "utf-8")
            resolve(LOCKS / f"{name}.txt", str(more), agreeing)
    lock_node()


def resolve(lock: Path, *what: str) -> None:
    """Write ``lock``: the newest versions that satisfy the requirements, for every platform."""
    options = ["--universal", "--generate-hashes", "--upgrade", "--no-annotate", "--quiet"]
    options += ["--python-version=3.11", "--no-emit-index-url", "--no-emit-find-links"]
    options += ["--custom-compile-command=make update", f"--output-file={lock}"]
    run([sys.executable, "-m", "uv", "pip", "compile", *options, *what], ROOT)


def lock_node() -> None:
    """Write the lock of Node's packages.

    In a folder of its own, since npm takes over what is installed, and with it only the packages
    of this platform.
    """
    if not shutil.which("npm"):
        sys.exit("npm is not there: tests/node/package-lock.json was left as it is")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package.json", ".npmrc"):
            shutil.copy(NODE / name, folder)
        run(["npm", "install", "--package-lock-only", "--ignore-scripts", "--silent"], Path(folder))
        shutil.copy(Path(folder, "package-lock.json"), NODE)


def run(command: list[str], folder: Path) -> None:
    """Run a command; what it says of a failure stands above ours."""
    if subprocess.run(command, cwd=folder, check=False).returncode:
        sys.exit(f"{command[0]} failed; no further lock was renewed")


if __name__ == "__main__":
    main()
