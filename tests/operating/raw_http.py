"""Bytes to and from a server, as any client may send them."""

from __future__ import annotations

import socket
from collections.abc import Callable


class Connection:
    """Bytes to and from a server; each answer is read to its end."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._rest = b""

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def answer(self, *, head: bool = False) -> tuple[int, dict[str, str], bytes]:
        """Return the next answer: status, headers, body."""
        while b"\r\n\r\n" not in self._rest:
            self._read()
        start, _, self._rest = self._rest.partition(b"\r\n\r\n")
        status, *lines = start.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (it.partition(": ") for it in lines)}
        length = 0 if head else int(headers.get("content-length", 0))
        if status.split()[1] == "304":
            length = 0
        while len(self._rest) < length:
            self._read()
        body, self._rest = self._rest[:length], self._rest[length:]
        return int(status.split()[1]), headers, body

    def _read(self) -> None:
        data = self.socket.recv(1 << 20)
        assert data, "closed"
        self._rest += data

    def ended(self) -> bool:
        """Wait for the end; say whether nothing came before it."""
        try:
            return self.socket.recv(65536) == b""
        except ConnectionResetError:
            return True


Connect = Callable[[int], Connection]


def get(path: str, *fields: str, method: str = "GET") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: insights.example", *fields, "", ""]
    return "\r\n".join(lines).encode("latin-1")
