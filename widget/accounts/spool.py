"""A folder of small files that expire: sessions, throttles, sign-in links, remembered answers.

A file is named by its kind and the SHA-256 of what it is about, so that its name gives no
secret away.
Its modification time is when it expires, which is all that cleaning has to look at.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

from widget.errors import StoreUnavailable
from widget.store.durable import new_token, reason, remove
from widget.store.lock import StoreLock

log = logging.getLogger("widget.accounts")

Kind = Literal["session", "link", "password", "throttle", "rate", "answer"]

SWEEP_SECONDS = 60.0
_LEFTOVER_SECONDS = 3600.0
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Spool:
    """The folder ``path`` (0700), which is made where it does not exist.

    Nothing here has to outlive a power failure except that something is gone, so only
    removals are synced. Raises StoreUnavailable where the folder cannot be used.
    """

    def __init__(self, path: str, clock: Callable[[], float]) -> None:
        self._path = path
        self._clock = clock
        self._lock = StoreLock(os.path.join(path, "lock"))
        self._sweeping = threading.Lock()
        self._swept = clock()
        with _told("made"):
            os.makedirs(path, 0o700, exist_ok=True)
            if os.stat(path).st_mode & 0o077:
                os.chmod(path, 0o700)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder for a change that depends on what is there."""
        with self._lock.held():
            yield

    def read(self, kind: Kind, key: str) -> dict[str, Any] | None:
        """Return what is kept, None where there is nothing or it expired."""
        return self._read(kind, handle(kind, key))

    def each(self, kind: Kind) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the handle and the value of everything of ``kind`` that is kept."""
        try:
            names = os.listdir(self._path)
        except OSError as error:
            raise StoreUnavailable(f"{self._path} cannot be read: {reason(error)}") from error
        for name in names:
            of, _, place = name.partition("-")
            value = self._read(kind, place) if of == kind else None
            if value is not None:
                yield place, value

    def _read(self, kind: Kind, place: str) -> dict[str, Any] | None:
        try:
            with open(self._file(kind, place), "rb") as file:
                kept = json.loads(file.read())
        except FileNotFoundError:
            return None
        except ValueError:
            # Cut short by a power failure; it is worth as much as one that was never written.
            return None
        except OSError as error:
            raise StoreUnavailable(f"{self._path} cannot be read: {reason(error)}") from error
        if not isinstance(kept, dict) or kept.get("kind") != kind:
            return None
        value = kept.get("value")
        return value if isinstance(value, dict) and kept["expires"] > self._clock() else None

    def write(self, kind: Kind, key: str, value: Mapping[str, Any], *, seconds: float) -> None:
        """Keep ``value`` for ``seconds``, in place of what was there."""
        expires = self._clock() + seconds
        data = json.dumps({"kind": kind, "expires": expires, "value": value}).encode()
        path = self._file(kind, handle(kind, key))
        temporary = os.path.join(self._path, f".{new_token()}")
        with _told("written"):
            descriptor = os.open(temporary, _CREATE, 0o600)
            try:
                view = memoryview(data)
                while view:
                    view = view[os.write(descriptor, view) :]
                os.utime(descriptor, (expires, expires))
                os.rename(temporary, path)
            except BaseException:
                remove(temporary)
                raise
            finally:
                os.close(descriptor)
        self._sweep()

    def remove(self, kind: Kind, key: str) -> bool:
        """Remove what is kept, on disk; say whether it was this call that did."""
        return self.remove_place(kind, handle(kind, key))

    def remove_place(self, kind: Kind, place: str) -> bool:
        """Do the same with what ``each`` yields the handle ``place`` of."""
        try:
            os.unlink(self._file(kind, place))
        except FileNotFoundError:
            return False
        except OSError as error:
            raise StoreUnavailable(f"{self._path} cannot be changed: {reason(error)}") from error
        with _told("written"):
            descriptor = os.open(self._path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        return True

    def _file(self, kind: Kind, place: str) -> str:
        return os.path.join(self._path, f"{kind}-{place}")

    def _sweep(self) -> None:
        """Remove what expired, where that was not done for a minute and nobody is at it."""
        now = self._clock()
        if abs(now - self._swept) < SWEEP_SECONDS or not self._sweeping.acquire(blocking=False):
            return
        try:
            self._swept = now
            with os.scandir(self._path) as listing:
                for item in listing:
                    self._clean(item, now)
        except OSError as error:
            log.warning("%s cannot be cleaned: %s", self._path, reason(error))
        finally:
            self._sweeping.release()

    def _clean(self, item: os.DirEntry[str], now: float) -> None:
        try:
            status = item.stat(follow_symlinks=False)
        except FileNotFoundError:
            return
        if item.name.startswith("."):
            # A temporary file, whose time is the wall clock's until it is complete.
            left = time.time() - status.st_ctime > _LEFTOVER_SECONDS
        else:
            left = item.name != "lock" and status.st_mtime <= now
        if left:
            remove(item.path)


def handle(kind: Kind, key: str) -> str:
    """Return what names a thing that is kept without opening it: its key does, if it is secret."""
    return digest(f"{kind}\0{key}")


def digest(text: str) -> str:
    """Return the SHA-256 of ``text`` as hex digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(f"sessions cannot be {what}: {reason(error)}") from error
