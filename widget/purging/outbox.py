"""The ledger of purges of a directory store, and the one that a URL chooses."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from widget.entry.model import is_id
from widget.errors import StoreUnavailable
from widget.purging.jobs import Order, PurgeOutbox, fields_of, order_of
from widget.storage.atomic import Disk, SyncFailed, reason, remove
from widget.storage.lock import StoreLock
from widget.storage.url import folder_of

log = logging.getLogger("insights.purging")


class DirLedger:
    """A ``PurgeOutbox`` in a folder: ``<token>.json`` is pending, ``done/<entry>.json`` was."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._done = os.path.join(root, "done")
        self._disk = Disk()
        self._lock = StoreLock(os.path.join(root, "keeper.lock"))
        self._is_made = False

    def _make(self) -> None:
        """Make the folder once something is to be kept: some stores can only be read."""
        if self._is_made:
            return
        try:
            for folder in (self._root, self._done):
                os.makedirs(folder, 0o700, exist_ok=True)
        except OSError as error:
            raise _unavailable(error) from error
        self._is_made = True

    def add(self, order: Order) -> None:
        """Write an order down."""
        self._write(self._path(order), order)

    def note(self, order: Order) -> None:
        """Keep how an order stands."""
        if os.path.lexists(self._path(order)):
            self._write(self._path(order), order)

    def cross_out(self, order: Order) -> None:
        """End an order."""
        try:
            if order.entry_id:
                done = os.path.join(self._done, f"{order.entry_id}.json")
                before = _read(done)
                if before is None or before.at <= order.at:
                    self._write(done, order)
            remove(self._path(order))
        except OSError as error:
            raise _unavailable(error) from error

    def pending(self) -> list[Order]:
        """Return what is pending."""
        try:
            names = os.listdir(self._root)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _unavailable(error) from error
        paths = [os.path.join(self._root, name) for name in names if name.endswith(".json")]
        orders = [order for path in paths if (order := _read(path))]
        return sorted(orders, key=lambda order: order.at)

    def latest(self, entry_id: str) -> Order | None:
        """Return the newest order."""
        if not is_id(entry_id):
            return None
        mine = [order for order in self.pending() if order.entry_id == entry_id]
        done = _read(os.path.join(self._done, f"{entry_id}.json"))
        return max([*mine, *([done] if done else [])], key=lambda it: it.at, default=None)

    def forget(self, before: float) -> None:
        """Drop what is old, and what a crash left of a write."""
        try:
            for folder in (self._done, self._root):
                for found in list(os.scandir(folder)):
                    if folder == self._root and found.name.endswith((".json", ".lock")):
                        continue
                    if found.is_file() and found.stat().st_mtime < before:
                        remove(found.path)
        except FileNotFoundError:
            return
        except OSError as error:
            raise _unavailable(error) from error

    @contextmanager
    def keeping(self) -> Iterator[Callable[[], bool]]:
        """Be the one that looks after the orders, until the block ends."""
        self._make()
        with self._lock.held(patience=0):
            yield lambda: True

    def _path(self, order: Order) -> str:
        return os.path.join(self._root, f"{order.token}.json")

    def _write(self, path: str, order: Order) -> None:
        self._make()
        try:
            self._disk.replace(path, json.dumps(fields_of(order)).encode(), mode=0o600)
        except (OSError, SyncFailed) as error:
            raise _unavailable(error) from error


def _read(path: str) -> Order | None:
    try:
        with open(path, "rb") as file:
            return order_of(json.load(file))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unavailable(error) from error
    except (ValueError, TypeError, KeyError, RecursionError):
        log.warning("%s is no order to purge, and is passed over; remove it", path)
        return None


def _unavailable(error: OSError | SyncFailed) -> StoreUnavailable:
    why = reason(error) if isinstance(error, OSError) else error
    return StoreUnavailable(f"the list of purges cannot be kept: {why}")


def open_ledger(store_url: str) -> PurgeOutbox:
    """Return the ledger that goes with a store. Raises InvalidSettings, StoreUnavailable."""
    folder = folder_of(store_url)
    if folder is None:
        # Here, since a ledger in a folder does without the database's library.
        from widget.purging.postgres_outbox import DatabaseLedger
        from widget.storage.postgres import open_database

        return DatabaseLedger(open_database(store_url, create=False))
    return DirLedger(os.path.join(os.path.abspath(folder), "purges"))
