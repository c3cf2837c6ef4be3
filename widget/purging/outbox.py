"""The purge outbox of a directory store, and ``open_outbox`` for every kind of store."""

from __future__ import annotations

import json
import logging
import os

from widget.entry.model import is_id
from widget.errors import StoreUnavailable
from widget.purging.jobs import PurgeJob, PurgeOutbox, from_document, to_document
from widget.storage.atomic import Disk, SyncFailed, reason, remove
from widget.storage.lease import Lease, locked_lease
from widget.storage.lock import StoreLock
from widget.storage.url import folder_of

log = logging.getLogger("insights.purging")


class DirectoryOutbox:
    """A ``PurgeOutbox`` in a folder: pending ``<token>.json``, completed ``done/<entry>.json``."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._done = os.path.join(root, "done")
        self._disk = Disk()
        self._lock = StoreLock(os.path.join(root, "keeper.lock"))
        self._folder_exists = False

    def _make_folder(self) -> None:
        """Create the folder before the first write: some stores are read-only."""
        if self._folder_exists:
            return
        try:
            for folder in (self._root, self._done):
                os.makedirs(folder, 0o700, exist_ok=True)
        except OSError as error:
            raise _unavailable(error) from error
        self._folder_exists = True

    def add(self, job: PurgeJob) -> None:
        """Store a job."""
        self._write(self._path(job), job)

    def update(self, job: PurgeJob) -> None:
        """Store the state of a pending job."""
        if os.path.lexists(self._path(job)):
            self._write(self._path(job), job)

    def complete(self, job: PurgeJob) -> None:
        """End a job."""
        try:
            if job.entry_id:
                done = os.path.join(self._done, f"{job.entry_id}.json")
                before = _read(done)
                if before is None or before.at <= job.at:
                    self._write(done, job)
            remove(self._path(job))
        except OSError as error:
            raise _unavailable(error) from error

    def pending(self) -> list[PurgeJob]:
        """Return the pending jobs, oldest first."""
        try:
            names = os.listdir(self._root)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _unavailable(error) from error
        paths = [os.path.join(self._root, name) for name in names if name.endswith(".json")]
        jobs = [job for path in paths if (job := _read(path))]
        return sorted(jobs, key=lambda job: job.at)

    def latest(self, entry_id: str) -> PurgeJob | None:
        """Return the newest job of an entry."""
        if not is_id(entry_id):
            return None
        mine = [job for job in self.pending() if job.entry_id == entry_id]
        done = _read(os.path.join(self._done, f"{entry_id}.json"))
        return max([*mine, *([done] if done else [])], key=lambda it: it.at, default=None)

    def prune(self, before: float) -> None:
        """Delete old completed jobs, and temporary files that a crash left."""
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

    def lease(self) -> Lease:
        """Return the leader's lease."""
        self._make_folder()
        return locked_lease(self._lock)

    def _path(self, job: PurgeJob) -> str:
        return os.path.join(self._root, f"{job.token}.json")

    def _write(self, path: str, job: PurgeJob) -> None:
        self._make_folder()
        try:
            self._disk.replace(path, json.dumps(to_document(job)).encode(), mode=0o600)
        except (OSError, SyncFailed) as error:
            raise _unavailable(error) from error


def _read(path: str) -> PurgeJob | None:
    try:
        with open(path, "rb") as file:
            return from_document(json.load(file))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unavailable(error) from error
    except (ValueError, TypeError, KeyError, RecursionError):
        log.warning("%s is not a purge job and is skipped; remove the file", path)
        return None


def _unavailable(error: OSError | SyncFailed) -> StoreUnavailable:
    why = reason(error) if isinstance(error, OSError) else error
    return StoreUnavailable(f"the purge outbox is not available: {why}")


def open_outbox(store_url: str) -> PurgeOutbox:
    """Return the outbox of a store. Raises InvalidSettings, StoreUnavailable."""
    folder = folder_of(store_url)
    if folder is None:
        # Imported here: a directory store does not need the database library.
        from widget.purging.postgres_outbox import PostgresOutbox
        from widget.storage.postgres import open_database

        return PostgresOutbox(open_database(store_url, create=False))
    return DirectoryOutbox(os.path.join(os.path.abspath(folder), "purges"))
