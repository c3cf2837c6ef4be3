"""Resolves host names within a deadline; the system's resolver may take minutes."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Callable

Resolver = Callable[[str, int], list[str]]
"""Returns the IP addresses of a host; raises OSError or UnicodeError where it has none."""


def resolve(host: str, port: int) -> list[str]:
    """Return all IP addresses of a host from the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def resolve_within(
    host: str, port: int, *, deadline: float, resolver: Resolver = resolve
) -> list[str]:
    """Return what ``resolver`` does; ``deadline`` is a time of ``time.monotonic``.

    Raises TimeoutError after it, and what the resolver raises.
    """
    answers: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(resolver(host, port))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=look_up, daemon=True).start()
    try:
        answer = answers.get(timeout=max(0.0, deadline - time.monotonic()))
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return answer
