"""Incremental parsers of request bodies (RFC 9112, sections 6 and 7)."""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus

from widget.server.error_responses import RequestRejected

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"
_QUOTED = rb'"(?:[\t !#-\[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*+"'
_CHUNK = re.compile(
    rb"([0-9A-Fa-f]{1,16})(?:[\t ]*+;[\t ]*+"
    + _TOKEN
    + rb"(?:[\t ]*+=[\t ]*+(?:"
    + _TOKEN
    + rb"|"
    + _QUOTED
    + rb"))?+)*+\r\n"
)
_LONGEST_LINE = 1024
"""The maximum size of a chunk's first line, in bytes."""
_LONGEST_TRAILERS = 8192
_FRAMING_BYTES = 16_384
"""How many bytes of chunk lines are allowed, beside one for each byte of content."""


class Body:
    """A body with a Content-Length."""

    def __init__(self, length: int) -> None:
        self._left = length
        self.content = bytearray()

    def feed(self, data: bytes) -> bytes | None:
        """Add ``data``; return the bytes after the body once it is complete, None before."""
        self.content += data[: self._left]
        rest = data[self._left :]
        self._left -= len(data) - len(rest)
        return None if self._left else rest


class ChunkedBody(Body):
    """A chunked body of at most ``limit`` bytes. ``check_trailers`` raises RequestRejected."""

    def __init__(self, limit: int, check_trailers: Callable[[bytes], object]) -> None:
        super().__init__(0)
        self._limit = limit
        self._check_trailers = check_trailers
        self._pending = b""
        self._at = 0
        """The offset of the next step: slicing after each chunk would copy the rest each time."""
        self._framing = 0
        self._step: Callable[[], bool] = self._size
        self._whole = False

    def feed(self, data: bytes) -> bytes | None:
        """As above. Raises RequestRejected where the chunks are malformed or too large."""
        self._pending += data
        while not self._whole and self._step():
            if self._framing > _FRAMING_BYTES + len(self.content):
                raise RequestRejected(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        self._pending, self._at = self._pending[self._at :], 0
        return self._pending if self._whole else None

    # Each step continues where the last one ended, and returns False where it needs more bytes.

    def _size(self) -> bool:
        end = self._pending.find(b"\n", self._at, self._at + _LONGEST_LINE)
        if end < 0:
            if len(self._pending) - self._at >= _LONGEST_LINE:
                raise RequestRejected
            return False
        match = _CHUNK.fullmatch(self._pending[self._at : end + 1])
        if not match:
            raise RequestRejected
        self._framing += end + 1 - self._at
        self._at = end + 1
        self._left = int(match[1], 16)
        if len(self.content) + self._left > self._limit:
            raise RequestRejected(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        self._step = self._data if self._left else self._trailers
        return True

    def _data(self) -> bool:
        taken = self._pending[self._at : self._at + self._left]
        self.content += taken
        self._at += len(taken)
        self._left -= len(taken)
        self._step = self._data if self._left else self._end_of_data
        return not self._left

    def _end_of_data(self) -> bool:
        end = self._pending[self._at : self._at + 2]
        if not b"\r\n".startswith(end):
            raise RequestRejected
        if len(end) < 2:
            return False
        self._framing += 2
        self._at += 2
        self._step = self._size
        return True

    def _trailers(self) -> bool:
        """End the body; trailers are checked and ignored."""
        if self._pending.startswith(b"\r\n", self._at):
            self._at += 2
            self._whole = True
            return True
        end = self._pending.find(b"\r\n\r\n", self._at)
        trailers = self._pending[self._at : end if end >= 0 else None]
        if len(trailers) > _LONGEST_TRAILERS:
            raise RequestRejected(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        if bare_line_feed(trailers):
            raise RequestRejected
        if end < 0:
            return False
        self._check_trailers(trailers)
        self._at = end + 4
        self._whole = True
        return True


_BARE = re.compile(rb"(?<!\r)\n")


def bare_line_feed(data: bytes, start: int = 0) -> bool:
    """Return whether a line ends without CR before its LF (RFC 9112, section 2.2)."""
    return _BARE.search(data, start) is not None
