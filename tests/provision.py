"""Installs what the tests need beside Python packages, and says what it chose.

A Chromium that is already there, else Playwright's own, else the system's package. Node's
packages where npm is there. In CI (``CI`` is set) also the runtimes of the checkers, from the
system's packages; elsewhere a test whose checker cannot run is skipped and says so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import chromium

NODE = Path(__file__).parent / "node"
RUNTIMES = {"java": "default-jre-headless", "npm": "npm", "strace": "strace"}


def main() -> None:
    """Install what is missing. Exits with a message where a Chromium cannot be had."""
    if os.environ.get("CI"):
        missing = [package for tool, package in RUNTIMES.items() if not shutil.which(tool)]
        if missing:
            say(f"installing the system's packages {', '.join(missing)}")
            system_install(missing)
    say(f"Chromium: {browser()}")
    if shutil.which("npm"):
        run(["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(NODE)])
        say("Node's packages: axe-core, vnu-jar")
    else:
        say("npm is not there: the tests of axe and of the W3C's checker will be skipped")


def browser() -> str:
    """Return which Chromium the tests will drive, having installed it if need be."""
    found = chromium.find()
    if found:
        return f"{found}, which is already there"
    say("no Chromium is there; asking Playwright for its own")
    if run([sys.executable, "-m", "playwright", "install", "chromium"]) and chromium.find():
        return "Playwright's own, just installed"
    say("Playwright's own cannot be had; asking for the system's package")
    if system_install(["chromium"]) and chromium.find():
        return "the system's package, just installed"
    sys.exit(f"No Chromium can be had. Install one, or name it in {chromium.VARIABLE}.")


def system_install(packages: Sequence[str]) -> bool:
    """Install packages of the system, where that is Debian's kind and we may."""
    if not shutil.which("apt-get"):
        return False
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    run([*prefix, "apt-get", "update", "-qq"])
    return run([*prefix, "apt-get", "install", "-y", "-qq", *packages])


def run(command: Sequence[str]) -> bool:
    """Run a command and say whether it succeeded."""
    try:
        return subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def say(text: str) -> None:
    """Print a line at once."""
    print(f"tests: {text}", flush=True)


if __name__ == "__main__":
    main()
