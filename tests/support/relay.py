"""A relay in front of a PostgreSQL server: it swallows notifications, or all of a sudden stops."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit, urlunsplit

_NOTIFICATION = b"A"


class Relay:
    """Passes on what client and server say. ``close`` ends it.

    While ``passing`` is not set nothing is passed on, and every connection stays open: so it is
    when a server is frozen or a cable cut. ``last_words`` of a client are passed on, then its
    connection is cut.
    """

    last_words = b""

    def __init__(self, url: str, *, swallow: bool = False) -> None:
        parts = urlsplit(url)
        assert parts.port
        self._target = ("127.0.0.1", parts.port)
        self._swallow = swallow
        self.passing = threading.Event()
        self.passing.set()
        self._sockets: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        user = parts.netloc.rpartition("@")[0]
        here = f"{user}@127.0.0.1:{self._door.getsockname()[1]}"
        plain = "sslmode=disable&gssencmode=disable"
        self.url = urlunsplit(parts._replace(netloc=here, query=plain))
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def close(self) -> None:
        """Cut all connections."""
        self.passing.set()
        self._end(self._door)
        self._accepting.join()  # it may have opened another just now
        for each in self._sockets:
            self._end(each)

    @staticmethod
    def _end(it: socket.socket) -> None:
        with suppress(OSError):
            it.shutdown(socket.SHUT_RDWR)
        it.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                self._sockets.append(client)
                server = socket.create_connection(self._target)
                self._sockets.append(server)
                for one, other, whole in ((client, server, False), (server, client, True)):
                    threading.Thread(
                        target=self._pass, args=(one, other, whole), daemon=True
                    ).start()

    def _pass(self, one: socket.socket, other: socket.socket, whole: bool) -> None:
        """Pass on what ``one`` says; ``whole``: message by message."""
        with suppress(OSError):
            while data := (self._message(one) if whole else one.recv(65_536)):
                self.passing.wait()
                if not (whole and self._swallow and data[:1] == _NOTIFICATION):
                    other.sendall(data)
                if self.last_words and not whole and self.last_words in data:
                    one.shutdown(socket.SHUT_RDWR)
                    return  # what the server makes of it nobody hears
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _message(server: socket.socket) -> bytes:
        head = server.recv(5, socket.MSG_WAITALL)
        if len(head) < 5:
            return b""
        rest = int.from_bytes(head[1:]) - 4
        return head + (server.recv(rest, socket.MSG_WAITALL) if rest else b"")
