"""Reads files that anybody may have put there."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager

from widget.errors import Breach, InsightsError, StoreUnavailable
from widget.storage.atomic import reason

# Two changes within one tick of the kernel's clock may leave the same times and size, so a file
# that was read this soon after its last change is read again (git: racily clean).
RACY_SECONDS = 0.05

_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}

Signature = tuple[int, int, int, int]
"""Changes with every version of a file: st_mtime_ns, st_ctime_ns, st_size, st_ino."""


class InvalidFile(InsightsError):
    """A file with invalid content, or that is not a regular file; ``breach`` says why."""

    def __init__(self, message: str) -> None:
        self.breach = Breach("$", message)
        super().__init__(message)


def signature(status: os.stat_result) -> Signature:
    """Return the signature of a file."""
    return (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)


def is_racy(status: os.stat_result) -> bool:
    """Say whether the next change of a file or folder may leave its signature unchanged."""
    now = time.time()
    return abs(now - status.st_ctime) < RACY_SECONDS or abs(now - status.st_mtime) < RACY_SECONDS


def read_regular(path: str, limit: int) -> tuple[bytes, os.stat_result]:
    """Return the bytes and the status of the regular file ``path``.

    Never blocks on a pipe and never follows a symbolic link. Raises InvalidFile for anything else
    than a regular file of at most ``limit`` bytes, OSError.
    """
    kind = stat.S_IFMT(os.lstat(path).st_mode)
    if kind != stat.S_IFREG:
        # Not opened: opening a device can have effects.
        raise InvalidFile(f"is {_KINDS.get(kind, 'not a regular file')}; put a regular file here")
    descriptor = os.open(path, _OPEN)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise InvalidFile("is not a regular file; put one here")
        data = _read(descriptor, limit)
        if len(data) > limit:
            raise InvalidFile(f"is {status.st_size:,} bytes long; at most {limit:,} are accepted")
        return data, status
    finally:
        os.close(descriptor)


def _read(descriptor: int, limit: int) -> bytes:
    parts = []
    room = limit + 1
    while room and (part := os.read(descriptor, room)):
        parts.append(part)
        room -= len(part)
    return b"".join(parts)


def fingerprint(path: str, limit: int) -> str | None:
    """Return a hash of the content of ``path``; None if there is no file."""
    try:
        data, _ = read_regular(path, limit)
    except FileNotFoundError:
        return None
    except InvalidFile:
        return "set aside {} {} {} {}".format(*signature(os.lstat(path)))
    return hashlib.sha256(data).hexdigest()


@contextmanager
def unavailable_on_os_error() -> Iterator[None]:
    """Raise StoreUnavailable for every OSError in the block."""
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(f"the store cannot be read: {reason(error)}") from error
