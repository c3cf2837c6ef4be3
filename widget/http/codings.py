"""Bytes ready to send: one page in each content coding, with its strong ETag."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import brotli
import zstandard

Coding = Literal["br", "zstd", "gzip", "identity"]
CODINGS: tuple[Coding, ...] = ("br", "zstd", "gzip", "identity")
"""From the smallest bodies to the largest."""

# Of a panel, Brotli's best takes 38 ms, the next 11 for 3 % more bytes, and 8 takes half a
# millisecond for another 8 %.
_SMALL, _QUICK = 10, 8


@dataclass(frozen=True, slots=True)
class Body:
    """A body in one content coding; ``etag`` is a strong validator over exactly these bytes."""

    data: bytes
    etag: str


class Representation:
    """What is sent for one address: type, policy, and a body per content coding.

    Bodies are made when first asked for and kept; ``quick`` ones cost whoever asks first less,
    and a few more bytes. Safe to use from several threads.
    """

    def __init__(
        self, content: bytes, content_type: str, *, policy: str | None = None, quick: bool = False
    ) -> None:
        self.content = content
        self.content_type = content_type
        self.policy = policy
        self._quality = _QUICK if quick else _SMALL

    def body(self, coding: Coding) -> Body:
        """Return the body in ``coding``."""
        match coding:
            case "br":
                return self._brotli
            case "zstd":
                return self._zstd
            case "gzip":
                return self._gzip
            case "identity":
                return self._identity

    @cached_property
    def _identity(self) -> Body:
        return _body(self.content)

    @cached_property
    def _gzip(self) -> Body:
        return _body(gzip.compress(self.content, compresslevel=9, mtime=0))

    @cached_property
    def _brotli(self) -> Body:
        data = brotli.compress(self.content, mode=brotli.MODE_TEXT, quality=self._quality)
        return _body(data)

    @cached_property
    def _zstd(self) -> Body:
        return _body(zstandard.compress(self.content, level=12))

    @property
    def size(self) -> int:
        """An upper bound of the bytes that this holds once every body is made."""
        return 2 * len(self.content)


def _body(data: bytes) -> Body:
    return Body(data, hashlib.sha256(data).hexdigest()[:24])


class Cache:
    """The representations used last, ``max_bytes`` of them at most. Safe for threads.

    Of each key one version is kept: what an edition replaced is let go of at once.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: OrderedDict[Hashable, tuple[Hashable, Representation]] = OrderedDict()
        self._lock = threading.Lock()

    def get(
        self, key: Hashable, version: Hashable, make: Callable[[], Representation]
    ) -> Representation:
        """Return the ``version`` kept under ``key``, else what ``make`` returns, and keep that."""
        with self._lock:
            if (known := self._known(key, version)) is not None:
                return known
        made = make()
        with self._lock:
            if (known := self._known(key, version)) is not None:
                return known  # another thread made it meanwhile
            if key in self._kept:
                self._bytes -= self._kept.pop(key)[1].size
            if made.size <= self._max_bytes:
                self._kept[key] = version, made
                self._bytes += made.size
            while self._bytes > self._max_bytes:
                _, (_, dropped) = self._kept.popitem(last=False)
                self._bytes -= dropped.size
        return made

    def _known(self, key: Hashable, version: Hashable) -> Representation | None:
        kept, representation = self._kept.get(key, (None, None))
        if representation is None or kept != version:
            return None
        self._kept.move_to_end(key)
        return representation
