"""One folder of entry files, ``live/`` or ``drafts/``, with the files that were read."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from widget.entry import Entry, parse_entry
from widget.entry.containment import contained
from widget.entry.json_input import MAX_BYTES
from widget.entry.model import is_id
from widget.errors import Breach, InvalidEntry, StoreUnavailable
from widget.storage.files import InvalidFile, Signature, is_racy, read_regular, signature
from widget.store.quarantine import Quarantine

GRACE_SECONDS = 0.3
"""A file that is missing for less is not removed: editors that rename leave such a gap."""


@dataclass(frozen=True, slots=True, eq=False)
class EntryFile:
    """One version of one entry file; two objects are two versions.

    ``entry`` is None if there is no file (then ``signature`` is None, too) or if it is set aside
    for ``breaches``. ``modified`` is in seconds since 1970. ``racy``: it may have changed since
    with the same signature. ``verdict`` caches the result of the rules, one item once validated.
    """

    signature: Signature | None
    entry: Entry | None = None
    raw: bytes = b""
    breaches: tuple[Breach, ...] = ()
    modified: float = 0.0
    racy: bool = False
    verdict: list[tuple[Breach, ...]] = field(default_factory=list)


ABSENT = EntryFile(None)


class EntryFolder:
    """Reads entry files by id, each only when it changed.

    ``read`` is called by one thread at a time; the other methods by any.
    """

    def __init__(self, root: str, name: str, quarantine: Quarantine) -> None:
        self.path = os.path.join(root, name)
        self._name = name
        self._quarantine = quarantine
        self._files: dict[str, EntryFile] = {}
        self._missing_since: dict[str, float] = {}
        self._misnamed: set[str] = set()

    def file_path(self, entry_id: str) -> str:
        """Return the path of an entry's file."""
        return f"{self.path}/{entry_id}.json"

    def where(self, entry_id: str) -> str:
        """Return the file's path below the store's folder."""
        return f"{self._name}/{entry_id}.json"

    def read(self, entry_id: str) -> EntryFile:
        """Return the file, the same object as long as it is unchanged.

        Raises OSError where the file exists and cannot be read.
        """
        cached = self._files.get(entry_id, ABSENT)
        try:
            status = os.lstat(self.file_path(entry_id))
        except FileNotFoundError:
            self._files.pop(entry_id, None)
            self._quarantine.clear(self.where(entry_id))
            return ABSENT
        if cached.signature == signature(status) and not cached.racy:
            return cached
        try:
            file = contained("reading it", lambda: self._load(entry_id, cached, status))
        except InvalidEntry as error:
            file = EntryFile(signature(status), breaches=error.breaches, racy=is_racy(status))
        if file is not ABSENT:
            self._missing_since.pop(entry_id, None)
            self._files[entry_id] = file
            if file.breaches:
                self._quarantine.report(self.where(entry_id), file.signature, file.breaches)
            elif file.raw != cached.raw:
                self._quarantine.clear(self.where(entry_id))
        return file

    def _load(self, entry_id: str, cached: EntryFile, status: os.stat_result) -> EntryFile:
        try:
            raw, status = read_regular(self.file_path(entry_id), MAX_BYTES)
        except FileNotFoundError:
            return ABSENT
        except InvalidFile as error:
            return EntryFile(signature(status), breaches=(error.breach,), racy=is_racy(status))
        now = signature(status)
        racy = is_racy(status)
        modified = status.st_mtime
        if cached.raw == raw and cached.signature is not None and cached.raw:
            if cached.signature == now and cached.racy == racy:
                return cached
            return EntryFile(
                now, cached.entry, raw, cached.breaches, modified, racy, cached.verdict
            )
        try:
            entry = parse_entry(raw)
            if entry.id != entry_id:
                expected = f"is {entry.id!r} in a file named {entry_id}.json; make them the same"
                raise InvalidEntry([Breach("$.id", expected)])
        except InvalidEntry as error:
            return EntryFile(now, None, raw, error.breaches, modified, racy)
        return EntryFile(now, entry, raw, (), modified, racy)

    def is_missing(self, entry_id: str) -> bool:
        """Say whether a file is missing for GRACE_SECONDS or longer.

        Raises StoreUnavailable where the whole folder is missing, such as on an unmounted disk.
        """
        first = self._missing_since.setdefault(entry_id, time.monotonic())
        if os.path.lexists(self.file_path(entry_id)):
            self._missing_since.pop(entry_id, None)
            return False
        # The folder's time changes with every name in it, so the file is missing since then.
        unchanged = time.time() - self._status().st_mtime
        return unchanged >= GRACE_SECONDS or time.monotonic() - first >= GRACE_SECONDS

    def expect(self, entry_id: str, entry: Entry) -> None:
        """Have ``read`` take ``entry`` for a file with its bytes instead of parsing them."""
        self._files[entry_id] = EntryFile((0, 0, 0, 0), entry, entry.to_json())

    def evict(self, entry_id: str) -> None:
        """Drop a file from memory; ``read`` reads it again."""
        self._files.pop(entry_id, None)

    def signatures(self) -> Iterator[tuple[str, Signature]]:
        """Yield the id and the signature of each file. Raises StoreUnavailable, OSError."""
        misnamed: set[str] = set()
        self._status()
        with os.scandir(self.path) as listing:
            for item in listing:
                entry_id, dot, suffix = item.name.rpartition(".")
                if not (suffix == "json" and dot and is_id(entry_id)):
                    misnamed.add(item.name)
                    continue
                try:
                    yield entry_id, signature(item.stat(follow_symlinks=False))
                except FileNotFoundError:
                    continue
        self._report_misnamed({name for name in misnamed if not name.startswith(".")})

    def _report_misnamed(self, misnamed: set[str]) -> None:
        for name in self._misnamed - misnamed:
            self._quarantine.clear(f"{self._name}/{name}")
        for name in misnamed:
            message = "is not named <id>.json; rename or remove it"
            where = f"{self._name}/{name.encode('utf-8', 'backslashreplace').decode()}"
            self._quarantine.report(where, name, [Breach("$", message)])
        self._misnamed = misnamed

    def _status(self) -> os.stat_result:
        try:
            status = os.stat(self.path)
        except OSError as error:
            raise StoreUnavailable(f"the folder {self.path} cannot be read: {error}") from error
        if not stat.S_ISDIR(status.st_mode):
            raise StoreUnavailable(f"{self.path} is not a folder")
        return status
