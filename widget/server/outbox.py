"""What a thread answers, gathered so that no thread waits for whoever reads it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NamedTuple, cast

from gunicorn.config import Config
from gunicorn.http import wsgi

from widget.server.connections import Connection


class Outcome(NamedTuple):
    """What is not sent yet of an answer, and whether the connection goes on after it."""

    unsent: memoryview
    keep: bool


class Outbox:
    """Stands in a socket's place where gunicorn writes an answer."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def sendall(self, data: bytes) -> None:
        """Take what would be sent."""
        self._parts.append(bytes(data))

    def send(self, data: bytes) -> int:
        """Take what would be sent, all of it."""
        self.sendall(data)
        return len(data)

    def begin(self, client: socket.socket) -> memoryview:
        """Send what ``client`` takes at once; return the rest."""
        whole = memoryview(b"".join(self._parts))
        sent = 0
        with suppress(BlockingIOError):
            sent = client.send(whole)
        return whole[sent:]


def respond(
    app: Callable[..., Iterable[bytes]],
    cfg: Config,
    connection: Connection,
    outbox: Outbox,
    *,
    closes: bool,
) -> bool:
    """Put the answer of ``app`` into ``outbox``; return whether the connection goes on."""
    response, environ = wsgi.create(
        connection.request,
        cast("socket.socket", outbox),  # only these two methods of one are used
        connection.client,
        connection.server,
        cfg,
    )
    environ["wsgi.multithread"] = True
    if closes:
        response.force_close()
    body = app(environ, response.start_response)
    try:
        for item in body:
            response.write(item)
        response.close()
    finally:
        if hasattr(body, "close"):
            body.close()
    return not response.should_close()
