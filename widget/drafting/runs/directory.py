"""The runs of a directory store: a folder for each run, in ``drafting/``."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice

from pydantic import ValidationError

from widget.drafting.evidence import Evidence
from widget.drafting.runs.record import Run
from widget.drafting.runs.store import hour_before, is_run_id, no_run, time_of
from widget.errors import StoreUnavailable, Throttled, message
from widget.storage.atomic import Disk, SyncFailed, reason
from widget.storage.lock import Busy, StoreLock

log = logging.getLogger("insights.drafting")

_RUN, _EVIDENCE, _HELD = "run.json", "evidence.json", "held.lock"
_ENTRIES = "entries"


class DirectoryRuns:
    """A ``RunStore`` in a folder. Each run has ``run.json``, ``evidence.json`` and a lock.

    ``entries/<entry>/`` has an empty file for each run that drafted the entry. The ids of runs
    sort by time, so that the newest are found without reading all.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self._disk = Disk()
        self._lock = StoreLock(os.path.join(root, "runs.lock"))
        self._finished: set[str] = set()

    def add(self, run: Run, *, per_hour: int) -> None:
        """Store a new run."""
        self._make(self._root)
        with self._lock.held():
            since = hour_before(run.asked_at)
            recent = [
                it
                for it in self._newest(since)
                if it.request.provider == run.request.provider and it.asked_at.timestamp() > since
            ]
            if len(recent) >= per_hour:
                oldest = min(it.asked_at.timestamp() for it in recent)
                raise throttled(run, per_hour, wait=oldest - since)
            self._make(os.path.join(self._root, run.id))
            self._write(run.id, _RUN, run.model_dump_json().encode())
            try:
                self._disk.sync_folder(self._root)
            except (OSError, SyncFailed) as error:
                raise _unavailable(error) from error

    def get(self, run_id: str) -> Run:
        """Return a run."""
        run = self._read(run_id) if is_run_id(run_id) else None
        if run is None:
            raise no_run(run_id)
        return run

    def update(self, run_id: str, change: Callable[[Run], Run]) -> Run:
        """Replace a run by what ``change`` makes of it."""
        self.get(run_id)
        with self._lock.held():
            changed = change(self.get(run_id))
            if changed.entry:
                self._mark(changed.entry, run_id)
            self._write(run_id, _RUN, changed.model_dump_json().encode())
        return changed

    def keep_evidence(self, run_id: str, evidence: Evidence) -> None:
        """Store what a run was made from."""
        self.get(run_id)
        self._write(run_id, _EVIDENCE, evidence.model_dump_json().encode())

    def evidence(self, run_id: str) -> Evidence | None:
        """Return what a run was made from."""
        data = self._bytes(run_id, _EVIDENCE) if is_run_id(run_id) else None
        return None if data is None else Evidence.model_validate_json(data)

    def newest(self, *, limit: int, entry_id: str | None = None) -> list[Run]:
        """Return runs, newest first."""
        ids = self._ids() if entry_id is None else self._ids(os.path.join(_ENTRIES, entry_id))
        newest = (run for it in sorted(ids, reverse=True) if (run := self._read(it)))
        of_entry = (it for it in newest if entry_id is None or it.entry == entry_id)
        return list(islice(of_entry, limit))

    def unfinished(self) -> list[Run]:
        """Return the runs that have not ended, oldest first."""
        runs = [run for it in self._ids() if it not in self._finished and (run := self._read(it))]
        self._finished.update(it.id for it in runs if it.finished)
        return sorted((it for it in runs if not it.finished), key=lambda it: it.asked_at)

    @contextmanager
    def hold(self, run_id: str) -> Iterator[None]:
        """Hold a run by a lock that the kernel releases with the process."""
        self.get(run_id)
        with self._holding(run_id).held(patience=0):
            yield

    def is_held(self, run_id: str) -> bool:
        """Return whether some process works on a run."""
        try:
            with self.hold(run_id):
                return False
        except Busy:
            return True

    def _holding(self, run_id: str) -> StoreLock:
        return StoreLock(os.path.join(self._root, run_id, _HELD))

    def _ids(self, folder: str = "") -> list[str]:
        try:
            return [it for it in os.listdir(os.path.join(self._root, folder)) if is_run_id(it)]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _unavailable(error) from error

    def _newest(self, since: float) -> list[Run]:
        """Return the runs with an id from ``since`` (seconds since 1970) or later."""
        ids = (it for it in self._ids() if time_of(it) >= since)
        return [run for it in ids if (run := self._read(it))]

    def _mark(self, entry_id: str, run_id: str) -> None:
        folder = os.path.join(self._root, _ENTRIES, entry_id)
        path = os.path.join(folder, run_id)
        try:
            if not os.path.exists(path):
                self._make(folder)
                self._disk.write(path, b"", mode=0o600)
                self._disk.sync_folder(folder)
        except (OSError, SyncFailed) as error:
            raise _unavailable(error) from error

    def _read(self, run_id: str) -> Run | None:
        data = self._bytes(run_id, _RUN)
        if data is None:
            return None
        try:
            return Run.model_validate_json(data)
        except ValidationError:
            path = os.path.join(self._root, run_id, _RUN)
            log.warning("%s is not the record of a run and is skipped; remove the folder", path)
            return None

    def _bytes(self, run_id: str, name: str) -> bytes | None:
        try:
            with open(os.path.join(self._root, run_id, name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unavailable(error) from error

    def _write(self, run_id: str, name: str, data: bytes) -> None:
        try:
            self._disk.replace(os.path.join(self._root, run_id, name), data, mode=0o600)
        except (OSError, SyncFailed) as error:
            raise _unavailable(error) from error

    def _make(self, folder: str) -> None:
        try:
            os.makedirs(folder, 0o700, exist_ok=True)
        except OSError as error:
            raise _unavailable(error) from error


def throttled(run: Run, per_hour: int, *, wait: float) -> Throttled:
    """Return the error for one run too many within an hour."""
    return Throttled(
        message(
            "%(provider)s had %(count)d runs within an hour, its limit (per_hour); try again later",
            provider=run.request.provider,
            count=per_hour,
        ),
        retry_after=max(1.0, wait),
    )


def _unavailable(error: OSError | SyncFailed) -> StoreUnavailable:
    why = reason(error) if isinstance(error, OSError) else error
    return StoreUnavailable(f"the runs of drafting are not available: {why}")
