"""The outbox of notifications of a directory store, and ``open_outbox`` for every kind of store."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Iterable
from contextlib import suppress

from pydantic import ValidationError

from widget.entry.model import is_id
from widget.errors import StoreUnavailable
from widget.notifying.protocol import Change, DamagedRecord, NotificationOutbox
from widget.notifying.record import EntryRecord
from widget.storage.atomic import Disk, SyncFailed, reason, remove
from widget.storage.lease import Lease, locked_lease
from widget.storage.lock import StoreLock
from widget.storage.url import folder_of

log = logging.getLogger("insights.notifying")


class DirectoryOutbox:
    """An outbox in a folder, with ``entries/<entry>.json`` for each record.

    An empty file ``pending/<entry>`` or ``failed/<entry>`` is there whenever the record has such
    deliveries, and for a moment when it has none.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self._disk = Disk()
        self._lock = StoreLock(os.path.join(root, "outbox.lock"))
        self._lease = StoreLock(os.path.join(root, "sender.lock"))
        self._folders_exist = False

    def begin(self) -> float:
        """Return when notifications were first switched on."""
        self._make_folders()
        path = os.path.join(self._root, "begin.json")
        with self._lock.held():
            data = _bytes(path)
            if data is not None:
                with suppress(ValueError, TypeError, KeyError):
                    return min(float(json.loads(data)["since"]), time.time())
            now = time.time()
            self._write(path, json.dumps({"since": now}).encode())
            return now

    def get(self, entry_id: str) -> EntryRecord | None:
        """Return the record of an entry."""
        return self._read(entry_id) if is_id(entry_id) else None

    def update(self, entry_id: str, change: Change) -> EntryRecord:
        """Replace the record of an entry."""
        if not is_id(entry_id):
            raise ValueError(entry_id)
        self._make_folders()
        with self._lock.held():
            record = change(self._read(entry_id))
            # Marked before and unmarked after, so that no delivery is ever without its mark.
            self._mark(entry_id, "pending", record.pending, before=True)
            self._mark(entry_id, "failed", record.failed, before=True)
            self._write(self._path(entry_id), record.model_dump_json().encode())
            self._mark(entry_id, "pending", record.pending, before=False)
            self._mark(entry_id, "failed", record.failed, before=False)
            return record

    def pending(self) -> list[tuple[str, EntryRecord]]:
        """Return the records with deliveries that are yet to be made."""
        return [it for it in self._marked("pending") if it[1].pending]

    def failed(self) -> list[tuple[str, EntryRecord]]:
        """Return the records with deliveries that were given up."""
        return [it for it in self._marked("failed") if it[1].failed]

    def recent(self, limit: int) -> list[tuple[str, EntryRecord]]:
        """Return the records that changed last."""
        try:
            with os.scandir(os.path.join(self._root, "entries")) as found:
                times = [(it.stat().st_mtime_ns, it.name) for it in found]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _unavailable(error) from error
        names = [name for _, name in sorted(times, reverse=True)[:limit]]
        return self._records(name.removesuffix(".json") for name in names)

    def lease(self) -> Lease:
        """Return the lease of the one process that sends."""
        self._make_folders()
        return locked_lease(self._lease)

    def _marked(self, mark: str) -> list[tuple[str, EntryRecord]]:
        try:
            names = os.listdir(os.path.join(self._root, mark))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _unavailable(error) from error
        return self._records(sorted(names))

    def _records(self, names: Iterable[str]) -> list[tuple[str, EntryRecord]]:
        found = []
        for name in filter(is_id, names):
            try:
                record = self._read(name)
            except DamagedRecord as error:
                log.warning("%s", error)
            else:
                found += [(name, record)] if record else []
        return found

    def _mark(self, entry_id: str, mark: str, wanted: bool, *, before: bool) -> None:  # noqa: FBT001
        path = os.path.join(self._root, mark, entry_id)
        exists = os.path.lexists(path)
        try:
            if before and wanted and not exists:
                self._disk.write(path, b"", mode=0o600)
                self._disk.sync_folder(os.path.dirname(path))
            elif not before and not wanted and exists:
                remove(path)
        except (OSError, SyncFailed) as error:
            raise _unavailable(error) from error

    def _path(self, entry_id: str) -> str:
        return os.path.join(self._root, "entries", f"{entry_id}.json")

    def _read(self, entry_id: str) -> EntryRecord | None:
        path = self._path(entry_id)
        data = _bytes(path)
        if data is None:
            return None
        try:
            return EntryRecord.model_validate_json(data)
        except ValidationError:
            raise DamagedRecord(
                f"{path} is not a record of notifications; restore it from a backup, or remove it "
                "to send again all that happened to the entry since notifications were switched on"
            ) from None

    def _make_folders(self) -> None:
        """Create the folders before the first write."""
        if self._folders_exist:
            return
        try:
            for folder in ("entries", "pending", "failed"):
                os.makedirs(os.path.join(self._root, folder), 0o700, exist_ok=True)
        except OSError as error:
            raise _unavailable(error) from error
        self._folders_exist = True

    def _write(self, path: str, data: bytes) -> None:
        try:
            self._disk.replace(path, data, mode=0o600)
        except (OSError, SyncFailed) as error:
            raise _unavailable(error) from error


def _bytes(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unavailable(error) from error


def _unavailable(error: OSError | SyncFailed) -> StoreUnavailable:
    why = reason(error) if isinstance(error, OSError) else error
    return StoreUnavailable(f"the outbox of notifications is not available: {why}")


def open_outbox(store_url: str) -> NotificationOutbox:
    """Return the outbox of an existing store. Raises InvalidSettings, StoreUnavailable."""
    folder = folder_of(store_url)
    if folder is None:
        # Imported here: a directory store does not need the database library.
        from widget.notifying.postgres_outbox import PostgresOutbox
        from widget.storage.postgres import open_database

        return PostgresOutbox(open_database(store_url, create=False))
    return DirectoryOutbox(os.path.join(os.path.abspath(folder), "notifications"))
