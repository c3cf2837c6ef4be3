"""Buffers a thread's response, so that no thread waits for a slow client."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NamedTuple, cast

from gunicorn.config import Config
from gunicorn.http import wsgi

from widget.server.connections import Connection


class Outcome(NamedTuple):
    """The unsent rest of a response, and whether the connection is kept alive."""

    unsent: memoryview
    keep: bool


class WriteBuffer:
    """Replaces the socket to which gunicorn writes a response."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def sendall(self, data: bytes) -> None:
        """Append ``data``."""
        self._parts.append(bytes(data))

    def send(self, data: bytes) -> int:
        """Append all of ``data``."""
        self.sendall(data)
        return len(data)

    def begin(self, client: socket.socket) -> memoryview:
        """Send what ``client`` accepts without blocking; return the rest."""
        whole = memoryview(b"".join(self._parts))
        sent = 0
        with suppress(BlockingIOError):
            sent = client.send(whole)
        return whole[sent:]


def respond(
    app: Callable[..., Iterable[bytes]],
    cfg: Config,
    connection: Connection,
    buffer: WriteBuffer,
    *,
    close_after: bool,
) -> bool:
    """Write the response of ``app`` to ``buffer``; return whether to keep the connection alive."""
    response, environ = wsgi.create(
        connection.request,
        cast("socket.socket", buffer),  # gunicorn calls only send and sendall
        connection.client,
        connection.server,
        cfg,
    )
    environ["wsgi.multithread"] = True
    if close_after:
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
