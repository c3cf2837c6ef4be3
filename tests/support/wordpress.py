"""A real WordPress, of the system's packages, on a MariaDB of its own, with our plugin in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from running import answers, free_port

TOOLS = ("php", "mariadbd")
ROOT = Path(__file__).parents[1]
CORE = ROOT / "wordpress" / "core"
"""WordPress's own files, where tests/tools/provision.py has put them."""

PLUGIN = ROOT.parent / "examples" / "wordpress" / "insights"


@dataclass(frozen=True)
class WordPress:
    """A site, and the number of each of its posts by title."""

    address: str
    posts: Mapping[str, int]
    setting: str

    def post(self, title: str, query: str = "") -> str:
        """Return a post's address."""
        return f"{self.address}/?p={self.posts[title]}{query}"


def missing() -> list[str]:
    """Return what cannot be had here."""
    return [
        *(tool for tool in TOOLS if not shutil.which(tool)),
        *([] if (CORE / "wp-load.php").exists() else ["WordPress's files"]),
    ]


@contextmanager
def wordpress(
    folder: Path, port: int, service: str, contents: Mapping[str, str]
) -> Iterator[WordPress]:
    """Run a site with a post for each of ``contents`` until the block ends."""
    site = folder / "site"
    shutil.copytree(CORE, site, symlinks=True)
    shutil.copy(ROOT / "wordpress" / "wp-config.php", site)
    shutil.copytree(ROOT / "wordpress" / "content", site / "wp-content", dirs_exist_ok=True)
    shutil.copytree(PLUGIN, site / "wp-content" / "plugins" / "insights")
    address = f"http://localhost:{port}"
    with database(folder) as socket:
        environment = {
            **os.environ,
            "WORDPRESS_SOCKET": str(socket),
            "WORDPRESS_ADDRESS": address,
            "WORDPRESS_FOLDER": str(site),
            "INSIGHTS_SERVICE": service,
        }
        seeded = subprocess.run(
            ["php", str(ROOT / "wordpress" / "seed.php")],
            input=json.dumps(contents),
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert seeded.stdout.startswith("{"), seeded.stdout + seeded.stderr
        said = json.loads(seeded.stdout)
        child = subprocess.Popen(
            ["php", "-q", "-S", f"localhost:{port}", "-t", str(site)],
            env=environment,
            stderr=subprocess.DEVNULL,
        )
        try:
            answers(f"{address}/readme.html", child)
            yield WordPress(address, said["posts"], said["address"])
        finally:
            child.terminate()
            child.wait(timeout=20)


@contextmanager
def database(folder: Path) -> Iterator[Path]:
    """Run a MariaDB with an empty database ``wordpress``; yields its socket."""
    data = folder / "mariadb"
    user = ["--user=root"] if os.geteuid() == 0 else []
    own = ["--no-defaults", f"--datadir={data}", *user]
    (data / "wordpress").mkdir(parents=True)
    # A socket's path has room for some hundred characters, fewer than a test's folder may take.
    socket = Path(f"/tmp/insights-{os.getpid()}-{free_port()}.sock")  # noqa: S108  # a unique name
    child = subprocess.Popen(
        ["mariadbd", *own, f"--socket={socket}", "--skip-networking", "--skip-grant-tables",
         f"--pid-file={folder / 'pid'}", "--skip-log-bin",
         "--innodb-flush-log-at-trx-commit=0", "--silent-startup"],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while not socket.exists():
            assert child.poll() is None, f"mariadbd ended with {child.returncode}"
            assert time.monotonic() < deadline, "mariadbd does not listen"
            time.sleep(0.05)
        yield socket
    finally:
        child.terminate()
        child.wait(timeout=60)
