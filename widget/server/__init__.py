"""Running an application under gunicorn, the production server, with a worker of our own."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from widget.server.arbiter import Application, Arbiter
from widget.server.listening import reachable, resolve, url_of

__all__ = ["reachable", "resolve", "serve", "url_of"]

CONNECTIONS = 10_000
"""How many connections a worker holds at most."""
_FILES = 200


def serve(
    target: str,
    *,
    host: str,
    port: int,
    workers: int,
    factory: bool = False,
    check: Callable[[], object] = lambda: None,
    watched: Path | None = None,
) -> None:
    """Serve the WSGI application ``target`` (``module:name``) until told to stop.

    ``host`` may be a name. Raises InvalidSettings where ``host:port`` cannot be listened on.
    SIGTERM and SIGINT stop it once the requests in flight are answered. SIGHUP replaces the
    workers one after the other, unless ``check`` raises an InsightsError: workers that cannot
    start would end the service. A change of the file ``watched`` does the same as SIGHUP.
    """
    address = resolve(host, port)
    os.environ.pop("SCRIPT_NAME", None)  # gunicorn would take it for where the service is mounted
    settings = {
        "bind": url_of(address, port).removeprefix("http://"),
        "workers": workers,
        "worker_connections": _connections(),
    }
    Arbiter(Application(target, settings, factory=factory), check, watched).run()


def _connections() -> int:
    """Return how many connections a worker may hold, having raised the limit of open files."""
    most, allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):
        wanted = CONNECTIONS + _FILES
        most = max(most, wanted if allowed == resource.RLIM_INFINITY else min(wanted, allowed))
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, allowed))
    return max(64, min(CONNECTIONS, most - _FILES))
