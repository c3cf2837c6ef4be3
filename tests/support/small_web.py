"""A small web on loopback: every host has pages of its own, and all are one server.

``SmallWeb.resolve`` is the resolver that leads there; what is no host of it has no address.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from raw_server import server

Talk = Callable[[socket.socket, threading.Event], None]


@dataclass(frozen=True)
class Page:
    """What a path answers. ``talk`` answers by itself, for servers that do not behave."""

    body: bytes = b""
    status: str = "200 OK"
    headers: dict[str, str] = field(default_factory=dict)
    talk: Talk | None = None


@dataclass(frozen=True)
class Request:
    """A request that came: when, by ``time.monotonic``, and with which headers."""

    at: float
    host: str
    path: str
    headers: dict[str, str]


class SmallWeb:
    """The servers of all hosts. A host without ``/robots.txt`` answers 404 for it."""

    def __init__(self) -> None:
        self.port = 0
        self.pages: dict[tuple[str, str], Page] = {}
        self.requests: list[Request] = []
        self.unresolved: dict[str, int] = {}
        self.closing = threading.Event()
        self.overlaps: dict[str, int] = defaultdict(int)
        self._open: dict[str, int] = defaultdict(int)
        self._lock = threading.Lock()

    def url(self, host: str, path: str = "/") -> str:
        return f"http://{host}:{self.port}{path}"

    def add(self, host: str, path: str, page: Page) -> str:
        """Serve a page; ``{port}`` in its headers is that of the server."""
        self.pages[host, path] = page
        return self.url(host, path)

    @property
    def hosts(self) -> set[str]:
        return {host for host, _ in self.pages}

    @property
    def origins(self) -> frozenset[str]:
        """What may be requested on loopback. IP addresses and ``localhost`` are not among it."""
        return frozenset(f"http://{it}:{self.port}" for it in self.hosts)

    def of(self, host: str) -> list[Request]:
        """Return the requests of a host, in their order."""
        with self._lock:
            return [it for it in self.requests if it.host == host]

    def resolve(self, host: str, _port: int) -> list[str]:
        if host in self.unresolved:
            raise socket.gaierror(self.unresolved[host], "as the test says")
        if host in self.hosts or host == "localhost":
            return ["127.0.0.1"]
        try:
            socket.inet_pton(socket.AF_INET6 if ":" in host else socket.AF_INET, host)
        except OSError:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known") from None
        return [host]

    def talk(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            if not (part := connection.recv(65_536)):
                return
            head += part
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = dict(it.lower().split(": ", 1) for it in lines if ": " in it)
        host, path = headers["host"].partition(":")[0], first.split(" ")[1]
        with self._lock:
            self.requests.append(Request(time.monotonic(), host, path, headers))
            self._open[host] += 1
            self.overlaps[host] = max(self.overlaps[host], self._open[host])
        try:
            self._answer(connection, self.pages.get((host, path)), headers)
        finally:
            with self._lock:
                self._open[host] -= 1

    def _answer(
        self, connection: socket.socket, page: Page | None, headers: dict[str, str]
    ) -> None:
        page = page or Page(b"<title>Not found</title><p>There is no such page.", "404 Not Found")
        if page.talk:
            page.talk(connection, self.closing)
            return
        own = {"Content-Type": "text/html; charset=utf-8", **page.headers}
        asked = headers.get("if-none-match"), headers.get("if-modified-since")
        body, status = page.body, page.status
        if any(asked) and asked in (
            (own.get("ETag"), None),
            (None, own.get("Last-Modified", "").lower()),
            (own.get("ETag"), own.get("Last-Modified", "").lower() or None),
        ):
            body, status = b"", "304 Not Modified"
        own = {"Content-Length": str(len(body)), **own}
        lines = [f"{name}: {value}" for name, value in own.items() if value]
        written = "\r\n".join([f"HTTP/1.1 {status}", *lines, "Connection: close", "", ""])
        connection.sendall(written.replace("{port}", str(self.port)).encode("latin-1") + body)


@contextmanager
def small_web() -> Iterator[SmallWeb]:
    """Serve a small web until the block ends."""
    web = SmallWeb()
    with server(web.talk) as web.port:
        try:
            yield web
        finally:
            web.closing.set()


# Servers that do not behave


def never(_connection: socket.socket, closing: threading.Event) -> None:
    """Answer nothing, and keep the connection."""
    closing.wait()


def trickle(connection: socket.socket, closing: threading.Event) -> None:
    """Send a byte now and then, without an end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>")
    while not closing.wait(0.05):
        connection.sendall(b"a")


def flood(connection: socket.socket, closing: threading.Event) -> None:
    """Send a page without an end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while not closing.is_set():
        connection.sendall(b"<p>More and more of the same." * 2_000)


def hang_up(_connection: socket.socket, _closing: threading.Event) -> None:
    """Close the connection without a word."""


def sending(data: bytes) -> Talk:
    def talk(connection: socket.socket, _closing: threading.Event) -> None:
        connection.sendall(data)

    return talk
