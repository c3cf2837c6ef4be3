"""What the ranges of pyproject.toml allow beyond the locks: does it still work? ``make newest``.

Left out of ``make test``, which is about what the locks name: here a release of somebody else's
can turn red overnight what nobody here has touched.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from samples import ROOT

pytestmark = pytest.mark.process

SECONDS = 600


def installed(python: str) -> dict[str, str]:
    """Return the versions by name that a Python has."""
    command = [python, "-m", "pip", "list", "--format=json", "--disable-pip-version-check"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {it["name"].lower(): it["version"] for it in json.loads(listed)}


@pytest.mark.newest
def test_the_quick_part_passes_with_the_newest_versions(tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    python = str(tmp_path / "venv" / "bin" / "python")
    command = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*command, "-e", f"{ROOT}[test]"], check=True, timeout=SECONDS)
    before, now = installed(sys.executable), installed(python)
    newer = [
        f"{name} {before[name]} -> {version}"
        for name, version in sorted(now.items())
        if before.get(name, version) != version
    ]
    print("\nNewer than the locks:", ", ".join(newer) or "nothing", flush=True)
    own = {name: it for name, it in os.environ.items() if not name.startswith("PYTEST_")}
    command = [python, "-m", "pytest", "-q", "-n", "2", "--no-header", "--tb=short"]
    command += ["-m", "unit and not exhaustive"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**own, "CI": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    broken = re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    if done.returncode:
        print(done.stdout[-6_000:])
    assert done.returncode == 0, f"with {', '.join(newer) or 'the same versions'}: {broken}"
