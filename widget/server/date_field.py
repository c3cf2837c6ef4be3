"""The Date field of responses."""

from __future__ import annotations

import time
from email.utils import formatdate


class DateField:
    """The current Date (RFC 9110, section 6.6.1), the same object for one second.

    Not thread-safe.
    """

    def __init__(self) -> None:
        self._second = 0
        self._value = b""

    def now(self) -> bytes:
        """Return the value of the field in a response sent now."""
        second = int(time.time())
        if second != self._second:
            self._second, self._value = second, formatdate(second, usegmt=True).encode()
        return self._value
