"""A server on loopback that sends whatever bytes a test gives it."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Talk = Callable[[socket.socket], None]


@contextmanager
def server(talk: Talk, address: str = "127.0.0.1") -> Iterator[int]:
    """Serve raw bytes on loopback until the block ends; yield the port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):  # the client hangs up, as it should
                talk(self.request)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server((address, 0), Handler) as started:
        thread = threading.Thread(target=started.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield started.server_address[1]
        finally:
            started.shutdown()
            thread.join()


def answering(*parts: bytes) -> Talk:
    def talk(connection: socket.socket) -> None:
        connection.recv(65_536)
        for part in parts:
            connection.sendall(part)

    return talk


def redirect(to: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()
