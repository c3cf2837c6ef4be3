"""The one place that writes files as a whole, and syncs them to disk.

The rule for fsync is PostgreSQL's: after a failure the kernel may have dropped the pages
and a second call may report success for data that is gone, so the first failure is final.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from widget.errors import InsightsError

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "permission denied; check who owns the store's files",
    errno.EPERM: "permission denied, or the file system has no hard links",
    errno.EMFILE: "the process has too many open files",
    errno.ENFILE: "the system has too many open files",
}


class SyncFailed(InsightsError):
    """An fsync failed, now or earlier, so that nobody knows what is on disk."""


class Disk:
    """Durable writes, for one store in one process.

    ``failure`` is the first error of an fsync; from then on every write is refused.
    """

    def __init__(self) -> None:
        self.failure: str | None = None

    def write(self, path: str, data: bytes, *, mode: int = 0o644) -> None:
        """Create the file ``path``, which must not exist, with ``data`` on disk.

        The name is on disk only after ``sync_folder``. Raises OSError, SyncFailed.
        """
        _create(path, data, mode=mode, finish=lambda descriptor: self.sync(descriptor, path))

    def replace(self, path: str, data: bytes, *, mode: int = 0o644) -> None:
        """Replace the file ``path`` by ``data``, all of it or nothing, on disk.

        Raises OSError, SyncFailed; the file is then the old or the new one.
        """
        with _temporary_of(path) as temporary:
            self.write(temporary, data, mode=mode)
            os.rename(temporary, path)
        self.sync_folder(os.path.dirname(path))

    def sync_folder(self, path: str) -> None:
        """Sync the names in the folder ``path``. Raises OSError, SyncFailed."""
        with _opened_folder(path) as descriptor:
            self.sync(descriptor, path)

    def fail(self, what: str, error: OSError) -> None:
        """Refuse all later writes; keeps the first reason."""
        self.failure = self.failure or (
            f"{what} ({reason(error)}); check the disk and "
            "restart the service; nothing is written until then"
        )

    def sync(self, descriptor: int, path: str) -> None:
        """Sync the open file ``path``. Raises SyncFailed."""
        if self.failure:
            raise SyncFailed(self.failure)
        try:
            os.fsync(descriptor)
        except OSError as error:
            self.fail(f"the disk did not confirm a write to {path}", error)
            raise SyncFailed(self.failure) from error


def replace_file(
    path: str,
    data: bytes,
    *,
    mode: int = 0o644,
    modified: float | None = None,
    temporary: str | None = None,
) -> None:
    """Replace the file ``path`` by ``data``, all of it or nothing, but not yet on disk.

    A power failure may leave the old file, the new one or an empty one: for what can be made
    again. ``modified`` sets its time, in seconds since 1970. ``temporary`` is where it is written
    first, on the same file system; what a crash left there is replaced. Raises OSError.
    """

    def finish(descriptor: int) -> None:
        if modified is not None:
            os.utime(descriptor, (modified, modified))

    with _temporary_of(path, temporary) as written:
        _create(written, data, mode=mode, finish=finish)
        os.rename(written, path)


def sync_folder(path: str) -> None:
    """Sync the names in the folder ``path``, without a ``Disk``.

    Raises OSError.
    """
    with _opened_folder(path) as descriptor:
        os.fsync(descriptor)


def append(path: str, data: bytes) -> int:
    """Append ``data`` to the file ``path``, on disk when this returns; returns where it begins.

    One process and thread at a time may append to one file. What could not be written whole is
    cut off again. Raises OSError.
    """
    descriptor = os.open(path, _APPEND, 0o644)
    try:
        start = os.lseek(descriptor, 0, os.SEEK_END)
        try:
            _write_all(descriptor, data)
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, start)
            raise
    finally:
        os.close(descriptor)
    if start == 0:
        sync_folder(os.path.dirname(path))
    return start


def remove(path: str) -> None:
    """Remove the file ``path`` where it exists."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return


def new_token() -> str:
    """Return a random token for names of temporary files."""
    return secrets.token_hex(8)


def _create(path: str, data: bytes, *, mode: int, finish: Callable[[int], None]) -> None:
    descriptor = os.open(path, _CREATE, mode)
    try:
        _write_all(descriptor, data)
        finish(descriptor)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


@contextmanager
def _temporary_of(path: str, temporary: str | None = None) -> Iterator[str]:
    """Lend a name beside ``path``, or ``temporary``; the file is removed where the block fails."""
    if temporary is None:
        folder, name = os.path.split(path)
        temporary = os.path.join(folder, f".{name}.{new_token()}.insights-tmp")
    else:
        remove(temporary)
    try:
        yield temporary
    except BaseException:
        with suppress(OSError):
            remove(temporary)
        raise


@contextmanager
def _opened_folder(path: str) -> Iterator[int]:
    descriptor = os.open(path or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def is_refused(error: OSError) -> bool:
    """Say whether a call failed for lack of write permission."""
    return error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)


def reason(error: OSError) -> str:
    """Return in words why a call failed."""
    return _REASONS.get(error.errno or 0) or f"the disk reported: {error.strerror or error}"
