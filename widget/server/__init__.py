"""Running an application under gunicorn, the production server, with a worker of our own."""

from __future__ import annotations

import os
import resource
import socket
from collections.abc import Callable
from contextlib import suppress

from widget.errors import InvalidSettings
from widget.server.arbiter import Application, Arbiter

CONNECTIONS = 10_000
"""How many connections a worker holds at most."""
_FILES = 200


def check_port(host: str, port: int) -> None:
    """Raise InvalidSettings where ``host:port`` cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise InvalidSettings(
                f"{host}:{port} cannot be listened on ({error.strerror}); choose another --port"
            ) from error


def serve(
    target: str,
    *,
    host: str,
    port: int,
    workers: int,
    factory: bool = False,
    check: Callable[[], object] = lambda: None,
) -> None:
    """Serve the WSGI application ``target`` (``module:name``) until told to stop.

    SIGTERM and SIGINT stop it once the requests in flight are answered. SIGHUP replaces the
    workers one after the other, unless ``check`` raises an InsightsError: workers that cannot
    start would end the service.
    """
    check_port(host, port)
    os.environ.pop("SCRIPT_NAME", None)  # gunicorn would take it for where the service is mounted
    settings = {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "workers": workers,
        "worker_connections": _connections(),
    }
    Arbiter(Application(target, settings, factory=factory), check).run()


def _connections() -> int:
    """Return how many connections a worker may hold, having raised the limit of open files."""
    most, allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):
        wanted = CONNECTIONS + _FILES
        most = max(most, wanted if allowed == resource.RLIM_INFINITY else min(wanted, allowed))
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, allowed))
    return max(64, min(CONNECTIONS, most - _FILES))
