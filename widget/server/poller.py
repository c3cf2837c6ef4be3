"""Waits for sockets: what gunicorn uses of a selector, with less work for each event.

``EpollSelector.select`` makes objects that take longer than the system call.
"""

from __future__ import annotations

import select
import selectors
import sys
from collections.abc import Callable
from typing import Any, Protocol

Callback = Callable[[Any], object]
"""Called with the source that is ready."""


class _HasNumber(Protocol):
    def fileno(self) -> int: ...


Source = int | _HasNumber
"""A socket, or a file descriptor."""


class SelectorPoller:
    """Calls for sources that are ready, on every system. Not thread-safe."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self.close = self._selector.close
        self.register = self._selector.register
        self.modify = self._selector.modify
        self.unregister = self._selector.unregister

    def select(self, timeout: float) -> list[tuple[Source, Callback]]:
        """Return the sources that are ready within ``timeout`` seconds, with their callbacks."""
        return [(key.fileobj, key.data) for key, _ in self._selector.select(timeout)]


if sys.platform == "linux":
    _EVENTS = {selectors.EVENT_READ: select.EPOLLIN, selectors.EVENT_WRITE: select.EPOLLOUT}

    class EpollPoller:
        """The same, by epoll."""

        def __init__(self) -> None:
            self._epoll = select.epoll()
            self._callbacks: dict[int, tuple[Source, Callback]] = {}
            self.close = self._epoll.close

        def register(self, source: Source, events: int, callback: Callback) -> None:
            """Call ``callback`` whenever ``source`` is ready.

            ``events`` is ``EVENT_READ`` or ``EVENT_WRITE`` of ``selectors``.
            """
            number = _number(source)
            self._epoll.register(number, _EVENTS[events])
            self._callbacks[number] = source, callback

        def modify(self, source: Source, events: int, callback: Callback) -> None:
            """Replace the event and the callback of a registered ``source``."""
            number = _number(source)
            self._epoll.modify(number, _EVENTS[events])
            self._callbacks[number] = source, callback

        def unregister(self, source: Source) -> None:
            """End the calls for ``source``, which is still open."""
            number = _number(source)
            self._epoll.unregister(number)
            del self._callbacks[number]

        def select(self, timeout: float) -> list[tuple[Source, Callback]]:
            """Return the sources that are ready within ``timeout`` seconds, and their callbacks."""
            callbacks = self._callbacks
            ready = self._epoll.poll(max(0, timeout), max(1, len(callbacks)))
            return [callbacks[number] for number, _ in ready]

    def _number(source: Source) -> int:
        return source if isinstance(source, int) else source.fileno()

    Poller = EpollPoller
else:
    Poller = SelectorPoller
