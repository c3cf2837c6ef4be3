"""The start of a response: its status line and the Date field."""

from __future__ import annotations

import time
from email.utils import formatdate


class StatusLines:
    """Status lines with their Date field, cached for one second. Not thread-safe."""

    def __init__(self) -> None:
        self._second = 0
        self._starts: dict[str, bytes] = {}

    def start(self, status: str) -> bytes:
        """Return the status line and Date (RFC 9110, section 6.6.1) of a response sent now."""
        second = int(time.time())
        if second != self._second:
            self._second, self._starts = second, {}
        start = self._starts.get(status)
        if start is None:
            date = formatdate(second, usegmt=True)
            start = f"HTTP/1.1 {status}\r\nDate: {date}\r\n".encode("latin-1")
            self._starts[status] = start
        return start
