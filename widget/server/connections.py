"""One client's connection, as the worker's loop sees it."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from time import monotonic
from typing import Any

from gunicorn.workers.gthread import TConn

from widget.server.requests import Head, Incoming

_READ = 16_384


class Connection(TConn):
    """A connection, and where it stands."""

    def __init__(self, *given: Any) -> None:  # noqa: ANN401  # gunicorn's
        super().__init__(*given)
        self.coming = b""
        """A head that is not whole yet, or what follows a request that is being answered."""
        self.incoming: Incoming | None = None
        """A request whose content is not whole yet."""
        self.request: Head = None
        """The whole request that a thread answers."""
        self.unsent = memoryview(b"")
        self.began = monotonic()
        """When what it is waiting for began: a head, a body, a reply or idleness."""
        self.deadline = self.began
        self.in_thread = False
        self.closes = False
        """Whether nothing follows what is being sent."""

    @property
    def held(self) -> int:
        """How many bytes it keeps in memory, about."""
        content = len(self.incoming.body.content) if self.incoming else 0
        return len(self.coming) + len(self.unsent) + content

    def wait(self, now: float, seconds: float) -> None:
        """Begin to wait for what comes next, for so long at most."""
        self.began, self.deadline = now, now + seconds

    def is_late(self, now: float, grace: float, rate: float) -> bool:
        """Say whether its time is over, or its content brings fewer bytes a second than ``rate``.

        Nobody's content is judged in its first ``grace`` seconds.
        """
        if self.incoming and now > self.began + grace:
            wanted = (now - self.began - grace) * rate
            return len(self.incoming.body.content) < wanted or now > self.deadline
        return now > self.deadline


def excess(connections: Iterable[Connection], most: int) -> list[Connection]:
    """Return those to end, longest waiting first, so that all hold ``most`` bytes together."""
    held = [it for it in connections if it.held]
    total = sum(it.held for it in held)
    chosen: list[Connection] = []
    for each in sorted(held, key=lambda it: it.began):
        if total <= most:
            break
        if not each.in_thread:
            total -= each.held
            chosen.append(each)
    return chosen


def received(client: socket.socket) -> bytes | None:
    """Return what came, nothing at the end, None where there is nothing yet."""
    try:
        return client.recv(_READ)
    except BlockingIOError:
        return None
    except OSError:
        return b""
