"""The accounts of a directory store: ``accounts.json`` and ``sessions/`` in its folder."""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from widget.accounts.expiring_store import SWEEP_SECONDS, ExpiringStore, Kind, handle
from widget.accounts.passwords import Passwords
from widget.accounts.records import Change, State, parsed, written
from widget.accounts.service import AccountService
from widget.errors import StoreUnavailable
from widget.storage.atomic import Disk, SyncFailed, reason, remove, replace_file, sync_folder
from widget.storage.files import InvalidFile, Signature, is_racy, read_regular, signature
from widget.storage.lock import StoreLock
from widget.store.directory.layout import check_folders

log = logging.getLogger("widget.accounts")

MAX_BYTES = 16 * 1024 * 1024
_LEFTOVER_SECONDS = 3600.0


class DirAccounts(AccountService):
    """``Accounts`` in ``folder``; with ``create`` it is made where it does not exist."""

    def __init__(
        self,
        folder: str,
        *,
        create: bool = True,
        clock: Callable[[], float] = time.time,
        passwords: Passwords | None = None,
        own_words: Iterable[str] = (),
    ) -> None:
        root = os.path.abspath(folder)
        if not create:
            check_folders(root)
        try:
            os.makedirs(root, 0o700, exist_ok=True)
        except OSError as error:
            raise StoreUnavailable(f"{root} cannot be opened: {reason(error)}") from error
        spool = DirSpool(os.path.join(root, "sessions"), clock)
        super().__init__(DirRecords(root), spool, clock, passwords, own_words)


class DirRecords:
    """``accounts.json`` in ``folder``, read again where it changed."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._path = os.path.join(folder, "accounts.json")
        self._lock = StoreLock(os.path.join(folder, "accounts.lock"))
        self._disk = Disk()
        self._known: tuple[Signature | None, State] | None = None

    def state(self) -> State:
        """Return what the file holds now. One stat where it is unchanged."""
        known = self._known
        try:
            status = os.lstat(self._path)
            if known is not None and known[0] == signature(status):
                return known[1]
            data, status = read_regular(self._path, MAX_BYTES)
        except FileNotFoundError:
            return State()
        except InvalidFile as error:
            raise StoreUnavailable(f"{self._path} {error}") from error
        except OSError as error:
            raise StoreUnavailable(f"{self._path} cannot be read: {reason(error)}") from error
        state = parsed(data, self._path)
        # What changed a moment ago may change once more without a trace in its signature.
        self._known = (None if is_racy(status) else signature(status), state)
        return state

    @contextmanager
    def change(self) -> Iterator[Change]:
        """Hold the file; what ``state`` is at the end of the block is then on disk."""
        with self._lock.held():
            change = Change(self.state())
            before = change.state
            yield change
            if change.state is not before:
                self._write(change.state)

    def _write(self, state: State) -> None:
        try:
            self._disk.replace(self._path, written(state).encode(), mode=0o600)
        except (OSError, SyncFailed) as error:
            why = reason(error) if isinstance(error, OSError) else error
            raise StoreUnavailable(f"{self._path} cannot be written: {why}") from error


class DirSpool:
    """The folder ``path`` (0700), which is made where it does not exist and may be made.

    A file is named by its kind and handle. Its modification time is when it expires, which is
    all that cleaning has to look at. Nothing here has to outlive a power failure except that
    something is gone, so only removals are synced.
    """

    def __init__(self, path: str, clock: Callable[[], float]) -> None:
        self._path = path
        self._clock = clock
        self._lock = StoreLock(os.path.join(path, "lock"))
        self._sweeping = threading.Lock()
        self._swept = clock()
        self._is_made = False
        with suppress(StoreUnavailable):  # readers need none, so this is said to who writes
            self._make()

    def _make(self) -> None:
        if self._is_made:
            return
        with _told("made"):
            os.makedirs(self._path, 0o700, exist_ok=True)
            if os.stat(self._path).st_mode & 0o077:
                os.chmod(self._path, 0o700)
        self._is_made = True

    @contextmanager
    def held(self, *places: str) -> Iterator[ExpiringStore]:  # noqa: ARG002  # one lock for the folder
        """Hold the folder for a change that depends on what is there."""
        self._make()
        with self._lock.held():
            yield self

    def read(self, kind: Kind, key: str) -> dict[str, Any] | None:
        """Return what is kept, None where there is nothing or it expired."""
        return self._read(kind, handle(kind, key))

    def each(self, kind: Kind) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the handle and the value of everything of ``kind`` that is kept."""
        try:
            names = os.listdir(self._path)
        except FileNotFoundError:
            return
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
        self._make()
        expires = self._clock() + seconds
        data = json.dumps({"kind": kind, "expires": expires, "value": value}).encode()
        path = self._file(kind, handle(kind, key))
        with _told("written"):
            replace_file(path, data, mode=0o600, modified=expires)
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
            sync_folder(self._path)
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


@contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(f"sessions cannot be {what}: {reason(error)}") from error
