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

from widget.accounts.expiring_store import SWEEP_SECONDS, ExpiringStore, Kind, handle_of
from widget.accounts.passwords import Passwords
from widget.accounts.repository import AccountsState, Transaction, dump, load
from widget.accounts.service import AccountService
from widget.errors import StoreUnavailable
from widget.storage.atomic import Disk, SyncFailed, reason, remove, replace_file, sync_folder
from widget.storage.files import InvalidFile, Signature, is_racy, read_regular, signature
from widget.storage.lock import StoreLock
from widget.store.directory.layout import check_folders

log = logging.getLogger("widget.accounts")

MAX_BYTES = 16 * 1024 * 1024
_LEFTOVER_SECONDS = 3600.0


class DirectoryAccounts(AccountService):
    """``Accounts`` in ``folder``; ``create`` creates the folder where it does not exist."""

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
        expiring = DirectoryExpiringStore(os.path.join(root, "sessions"), clock)
        super().__init__(DirectoryRepository(root), expiring, clock, passwords, own_words)


class DirectoryRepository:
    """``accounts.json`` in ``folder``, read again when it has changed."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._path = os.path.join(folder, "accounts.json")
        self._lock = StoreLock(os.path.join(folder, "accounts.lock"))
        self._disk = Disk()
        self._cached: tuple[Signature | None, AccountsState] | None = None

    def state(self) -> AccountsState:
        """Return the current content of the file. One stat where it is unchanged."""
        cached = self._cached
        try:
            status = os.lstat(self._path)
            if cached is not None and cached[0] == signature(status):
                return cached[1]
            data, status = read_regular(self._path, MAX_BYTES)
        except FileNotFoundError:
            return AccountsState()
        except InvalidFile as error:
            raise StoreUnavailable(f"{self._path} {error}") from error
        except OSError as error:
            raise StoreUnavailable(f"{self._path} cannot be read: {reason(error)}") from error
        state = load(data, self._path)
        # A file that changed a moment ago may change again without a new signature.
        self._cached = (None if is_racy(status) else signature(status), state)
        return state

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Lock the file; the ``state`` at the end of the block is then on disk."""
        with self._lock.held():
            transaction = Transaction(self.state())
            before = transaction.state
            yield transaction
            if transaction.state is not before:
                self._write(transaction.state)

    def _write(self, state: AccountsState) -> None:
        try:
            self._disk.replace(self._path, dump(state).encode(), mode=0o600)
        except (OSError, SyncFailed) as error:
            why = reason(error) if isinstance(error, OSError) else error
            raise StoreUnavailable(f"{self._path} cannot be written: {why}") from error


class DirectoryExpiringStore:
    """One file for each value in the folder ``path`` (0700), which is created if possible.

    A file is named by kind and handle. Its modification time is its expiry, so that a sweep opens
    no file. Only removals must survive a power failure; therefore only these are synced.
    """

    def __init__(self, path: str, clock: Callable[[], float]) -> None:
        self._path = path
        self._clock = clock
        self._lock = StoreLock(os.path.join(path, "lock"))
        self._sweeping = threading.Lock()
        self._last_sweep = clock()
        self._folder_exists = False
        with suppress(StoreUnavailable):  # reading works without the folder; writing will raise
            self._make_folder()

    def _make_folder(self) -> None:
        if self._folder_exists:
            return
        with _reported("made"):
            os.makedirs(self._path, 0o700, exist_ok=True)
            if os.stat(self._path).st_mode & 0o077:
                os.chmod(self._path, 0o700)
        self._folder_exists = True

    @contextmanager
    def lock(self, *handles: str) -> Iterator[ExpiringStore]:  # noqa: ARG002  # one lock for the folder
        """Lock the folder for the length of the block."""
        self._make_folder()
        with self._lock.held():
            yield self

    def read(self, kind: Kind, key: str) -> dict[str, Any] | None:
        """Return the value, None where there is none or it has expired."""
        return self._read(kind, handle_of(kind, key))

    def items(self, kind: Kind) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the handle and value of all unexpired values of ``kind``."""
        try:
            names = os.listdir(self._path)
        except FileNotFoundError:
            return
        except OSError as error:
            raise StoreUnavailable(f"{self._path} cannot be read: {reason(error)}") from error
        for name in names:
            of, _, handle = name.partition("-")
            value = self._read(kind, handle) if of == kind else None
            if value is not None:
                yield handle, value

    def _read(self, kind: Kind, handle: str) -> dict[str, Any] | None:
        try:
            with open(self._file(kind, handle), "rb") as file:
                stored = json.loads(file.read())
        except FileNotFoundError:
            return None
        except ValueError:
            # Truncated by a power failure; the same as if it had never been written.
            return None
        except OSError as error:
            raise StoreUnavailable(f"{self._path} cannot be read: {reason(error)}") from error
        if not isinstance(stored, dict) or stored.get("kind") != kind:
            return None
        value = stored.get("value")
        return value if isinstance(value, dict) and stored["expires"] > self._clock() else None

    def write(self, kind: Kind, key: str, value: Mapping[str, Any], *, seconds: float) -> None:
        """Store ``value`` for ``seconds``; replaces an earlier value."""
        self._make_folder()
        expires = self._clock() + seconds
        data = json.dumps({"kind": kind, "expires": expires, "value": value}).encode()
        path = self._file(kind, handle_of(kind, key))
        with _reported("written"):
            replace_file(path, data, mode=0o600, modified=expires)
        self._sweep()

    def remove(self, kind: Kind, key: str) -> bool:
        """Remove the value from disk; return whether this call removed it."""
        return self.remove_handle(kind, handle_of(kind, key))

    def remove_handle(self, kind: Kind, handle: str) -> bool:
        """Remove the value with ``handle``, as ``items`` yields it."""
        try:
            os.unlink(self._file(kind, handle))
        except FileNotFoundError:
            return False
        except OSError as error:
            raise StoreUnavailable(f"{self._path} cannot be changed: {reason(error)}") from error
        with _reported("written"):
            sync_folder(self._path)
        return True

    def _file(self, kind: Kind, handle: str) -> str:
        return os.path.join(self._path, f"{kind}-{handle}")

    def _sweep(self) -> None:
        """Remove expired files, at most once a minute and in one thread."""
        now = self._clock()
        if abs(now - self._last_sweep) < SWEEP_SECONDS:
            return
        if not self._sweeping.acquire(blocking=False):
            return
        try:
            self._last_sweep = now
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
            # A temporary file: its times are the wall clock's until it is complete.
            expired = time.time() - status.st_ctime > _LEFTOVER_SECONDS
        else:
            expired = item.name != "lock" and status.st_mtime <= now
        if expired:
            remove(item.path)


@contextmanager
def _reported(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(f"sessions cannot be {what}: {reason(error)}") from error
