"""A real PgBouncer in front of the tests' PostgreSQL, in its transaction mode.

Each transaction may get another of the server's connections, and no notification comes through.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from running import free_port, until

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")

# As docs/store.md says. Connections that nobody uses go at once: a database may be dropped.
_SETTINGS = """\
[databases]
* = host={host} port={port} user={user}{password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own}
unix_socket_dir =
auth_type = any
pool_mode = transaction
ignore_startup_parameters = options
max_client_conn = 1000
default_pool_size = 20
server_idle_timeout = 1
"""


@contextmanager
def running(server_url: str) -> Iterator[str]:
    """Run one for a server until the block ends; gives the URL by which it is reached."""
    assert PROGRAM, "no PgBouncer is there"
    parts = urlsplit(server_url)
    own = free_port()
    url = urlunsplit(parts._replace(netloc=f"{parts.username}@127.0.0.1:{own}"))
    with tempfile.TemporaryDirectory(prefix="insights-pooler-") as folder:
        Path(folder).chmod(0o755)
        settings = Path(folder) / "pgbouncer.ini"
        settings.write_text(
            _SETTINGS.format(
                host=parts.hostname,
                port=parts.port or 5432,
                user=parts.username,
                password=f" password={parts.password}" if parts.password else "",
                own=own,
            )
        )
        settings.chmod(0o644)
        user = ["-u", "nobody"] if os.geteuid() == 0 else []  # it does not run as root
        child = subprocess.Popen(
            [PROGRAM, "-q", *user, str(settings)], stderr=subprocess.DEVNULL, cwd="/"
        )
        try:
            until(lambda: child.poll() is None and _answers(url))
            yield url
        finally:
            child.terminate()
            child.wait(timeout=20)


def through(url: str, database_url: str) -> str:
    """Return the URL of a database by way of the pooler at ``url``."""
    return urlunsplit(urlsplit(url)._replace(path=urlsplit(database_url).path))


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True
