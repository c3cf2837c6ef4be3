"""Running an application under granian, the production server."""

from __future__ import annotations

import socket

from granian.constants import HTTPModes, Interfaces, RuntimeModes
from granian.log import LogLevels
from granian.server import Server

from widget.errors import InvalidSettings


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


def serve(target: str, *, host: str, port: int, workers: int, factory: bool = False) -> None:
    """Serve the WSGI application ``target`` (``module:name``) until told to stop."""
    check_port(host, port)
    Server(
        target,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=1,
        runtime_mode=RuntimeModes.st,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        factory=factory,
    ).serve()
