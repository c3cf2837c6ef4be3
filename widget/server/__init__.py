"""Runs an application under gunicorn, the production server, with a custom worker."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from widget.server.arbiter import Application, Arbiter
from widget.server.bind_address import reachable, resolve, url_of

__all__ = ["reachable", "resolve", "serve", "url_of"]

CONNECTIONS = 10_000
"""The maximum number of connections of a worker."""
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
    """Serve the WSGI application ``target`` (``module:name``) until a signal stops it.

    ``host`` may be a name. Raises InvalidSettings where ``host:port`` cannot be bound.
    SIGTERM and SIGINT stop it after the requests in flight. SIGHUP replaces the workers one by
    one, unless ``check`` raises an InsightsError: workers that cannot start would end the service.
    A change of the file ``watched`` has the effect of SIGHUP.
    """
    address = resolve(host, port)
    os.environ.pop("SCRIPT_NAME", None)  # gunicorn would use it as the mount point
    settings = {
        "bind": url_of(address, port).removeprefix("http://"),
        "workers": workers,
        "worker_connections": _connections(),
    }
    Arbiter(Application(target, settings, factory=factory), check, watched).run()


def _connections() -> int:
    """Raise the limit of open files; return how many connections a worker may hold."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):
        wanted = CONNECTIONS + _FILES
        soft = max(soft, wanted if hard == resource.RLIM_INFINITY else min(wanted, hard))
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(64, min(CONNECTIONS, soft - _FILES))
