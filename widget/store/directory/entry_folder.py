"""One folder of entry files, ``live/`` or ``drafts/``, and what was last seen in it."""

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
from widget.storage.files import SetAside, Signature, is_racy, read_regular, signature
from widget.store.quarantine import Quarantine

# Editors that save by renaming leave a moment without the file; that is no removal.
GRACE_SECONDS = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class File:
    """One state of one entry file. Not the same object: not the same state.

    ``entry`` is None where there is no file (``signature`` is None too) or where it was set
    aside for ``breaches``. ``modified`` is in seconds since 1970. A ``racy`` state may have
    changed without a trace in the signature. ``verdict`` keeps what the rules said.
    """

    signature: Signature | None
    entry: Entry | None = None
    raw: bytes = b""
    breaches: tuple[Breach, ...] = ()
    modified: float = 0.0
    racy: bool = False
    verdict: list[tuple[Breach, ...]] = field(default_factory=list)


ABSENT = File(None)


class Folder:
    """Entry files by id, read again only when they changed.

    ``look`` is called by one thread at a time; the others may be called by any.
    """

    def __init__(self, root: str, name: str, problems: Quarantine) -> None:
        self.path = os.path.join(root, name)
        self._name = name
        self._problems = problems
        self._files: dict[str, File] = {}
        self._missed: dict[str, float] = {}
        self._odd: set[str] = set()

    def file_path(self, entry_id: str) -> str:
        """Return the path of an entry's file."""
        return f"{self.path}/{entry_id}.json"

    def place(self, entry_id: str) -> str:
        """Return the file's place in the store, as problems name it."""
        return f"{self._name}/{entry_id}.json"

    def look(self, entry_id: str) -> File:
        """Return the file's state, the same object for as long as it is unchanged.

        Raises OSError where the file exists and cannot be read now.
        """
        known = self._files.get(entry_id, ABSENT)
        try:
            status = os.lstat(self.file_path(entry_id))
        except FileNotFoundError:
            self._files.pop(entry_id, None)
            self._problems.clear(self.place(entry_id))
            return ABSENT
        if known.signature == signature(status) and not known.racy:
            return known
        try:
            file = contained("reading it", lambda: self._read(entry_id, known, status))
        except InvalidEntry as error:
            file = File(signature(status), breaches=error.breaches, racy=is_racy(status))
        if file is not ABSENT:
            self._missed.pop(entry_id, None)
            self._files[entry_id] = file
            if file.breaches:
                self._problems.report(self.place(entry_id), file.signature, file.breaches)
            elif file.raw != known.raw:
                self._problems.clear(self.place(entry_id))
        return file

    def _read(self, entry_id: str, known: File, status: os.stat_result) -> File:
        try:
            raw, status = read_regular(self.file_path(entry_id), MAX_BYTES)
        except FileNotFoundError:
            return ABSENT
        except SetAside as error:
            return File(signature(status), breaches=(error.breach,), racy=is_racy(status))
        now = signature(status)
        racy = is_racy(status)
        modified = status.st_mtime
        if known.raw == raw and known.signature is not None and known.raw:
            if known.signature == now and known.racy == racy:
                return known
            return File(now, known.entry, raw, known.breaches, modified, racy, known.verdict)
        try:
            entry = parse_entry(raw)
            if entry.id != entry_id:
                expected = f"is {entry.id!r} in a file named {entry_id}.json; make them the same"
                raise InvalidEntry([Breach("$.id", expected)])
        except InvalidEntry as error:
            return File(now, None, raw, error.breaches, modified, racy)
        return File(now, entry, raw, (), modified, racy)

    def is_missing(self, entry_id: str) -> bool:
        """Say whether a file that is not there has been gone for long enough to count.

        Raises StoreUnavailable where the whole folder is gone: nobody removed every entry.
        """
        first = self._missed.setdefault(entry_id, time.monotonic())
        if os.path.lexists(self.file_path(entry_id)):
            self._missed.pop(entry_id, None)
            return False
        # No name came or went since the folder's own time, so the file is gone since then.
        unchanged = time.time() - self._status().st_mtime
        return unchanged >= GRACE_SECONDS or time.monotonic() - first >= GRACE_SECONDS

    def forget(self, entry_id: str) -> None:
        """Let go of what was read; the next look reads it again."""
        self._files.pop(entry_id, None)

    def listed(self) -> Iterator[tuple[str, Signature]]:
        """Yield the id and the signature of each file there is."""
        odd: set[str] = set()
        self._status()
        with os.scandir(self.path) as listing:
            for item in listing:
                entry_id, dot, suffix = item.name.rpartition(".")
                if not (suffix == "json" and dot and is_id(entry_id)):
                    odd.add(item.name)
                    continue
                try:
                    yield entry_id, signature(item.stat(follow_symlinks=False))
                except FileNotFoundError:
                    continue
        self._report_odd({name for name in odd if not name.startswith(".")})

    def _report_odd(self, odd: set[str]) -> None:
        for name in self._odd - odd:
            self._problems.clear(f"{self._name}/{name}")
        for name in odd:
            message = "is named like no entry; entry files are named <id>.json"
            where = f"{self._name}/{name.encode('utf-8', 'backslashreplace').decode()}"
            self._problems.report(where, name, [Breach("$", message)])
        self._odd = odd

    def _status(self) -> os.stat_result:
        try:
            status = os.stat(self.path)
        except OSError as error:
            raise StoreUnavailable(f"the folder {self.path} cannot be read: {error}") from error
        if not stat.S_ISDIR(status.st_mode):
            raise StoreUnavailable(f"{self.path} is no folder")
        return status
