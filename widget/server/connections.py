"""The state of one client's connection in the worker's event loop."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable
from time import monotonic
from typing import Any

from gunicorn.workers.gthread import TConn

from widget.server.incoming_request import Head, IncomingRequest

_READ = 16_384
_TRANSIENT_ERRORS = {
    errno.EAGAIN,
    errno.EWOULDBLOCK,
    errno.ECONNABORTED,
    errno.EMFILE,
    errno.ENFILE,
}


class Connection(TConn):
    """A connection and its state."""

    def __init__(self, *given: Any) -> None:  # noqa: ANN401  # gunicorn's
        super().__init__(*given)
        self.peer: str = self.client[0] if isinstance(self.client, tuple) else ""
        """The IP address of the other side; empty for a Unix socket."""
        self.buffered = b""
        """An incomplete head, or the bytes after a request that is being answered."""
        self.incoming: IncomingRequest | None = None
        """A request whose body is incomplete."""
        self.request: Head = None
        """The complete request that a thread answers."""
        self.unsent = memoryview(b"")
        self.began = monotonic()
        """When the current phase began: a head, a body, a response or idleness."""
        self.deadline = self.began
        self.in_thread = False
        self.close_after = False
        """Whether the connection is closed after the current response."""

    @property
    def memory_bytes(self) -> int:
        """Roughly how many bytes of memory it uses."""
        content = len(self.incoming.body.content) if self.incoming else 0
        return len(self.buffered) + len(self.unsent) + content

    def set_deadline(self, now: float, seconds: float) -> None:
        """Begin the next phase, which may take ``seconds``."""
        self.began, self.deadline = now, now + seconds

    def is_overdue(self, now: float, grace: float, rate: float) -> bool:
        """Return whether its deadline has passed, or its body is slower than ``rate`` bytes/s.

        The rate counts after the first ``grace`` seconds of a body.
        """
        if self.incoming and now > self.began + grace:
            wanted = (now - self.began - grace) * rate
            return len(self.incoming.body.content) < wanted or now > self.deadline
        return now > self.deadline


def over_memory_limit(connections: Iterable[Connection], most: int) -> list[Connection]:
    """Return the connections to close, oldest first, so that the rest uses ``most`` bytes."""
    candidates = [it for it in connections if it.memory_bytes]
    total = sum(it.memory_bytes for it in candidates)
    chosen: list[Connection] = []
    for each in sorted(candidates, key=lambda it: it.began):
        if total <= most:
            break
        if not each.in_thread:
            total -= each.memory_bytes
            chosen.append(each)
    return chosen


def accept(listener: socket.socket) -> tuple[socket.socket, Any] | None:
    """Return a new connection and its address, None where none can be accepted just now."""
    try:
        return listener.accept()
    except OSError as error:
        if error.errno not in _TRANSIENT_ERRORS:
            raise
        return None


def receive(client: socket.socket) -> bytes | None:
    """Return the bytes received; empty at the end of the stream, None where none are ready."""
    try:
        return client.recv(_READ)
    except BlockingIOError:
        return None
    except OSError:
        return b""
