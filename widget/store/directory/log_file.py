"""The public log of a directory store: ``log.jsonl``, a line for each publication and withdrawal.

Appending is part of a change that the journal describes (decision 0033):

1. Before the change is committed, the file is made longer by zero bytes, so that a full disk
   refuses the change and not its line.
2. After the commit the lines are written and synced, all but the first byte, which stays zero.
3. The first byte makes all of them visible at once. So nobody meets a line that a power failure
   can still take back.

A line of zeros, or one without a line feed, ends the log. The journal stays until the line is
there, so that recovery makes up for a line that a crash prevented.
"""

from __future__ import annotations

import os
import threading
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial

from widget.errors import StoreUnavailable
from widget.storage.atomic import Disk
from widget.storage.files import unavailable_on_os_error
from widget.store.log_chain import Key, LoggedChange, follows, key_of, next_lines, unlogged
from widget.store.log_line import BadLine, LogLine
from widget.store.quarantine import log

NAME = "log.jsonl"
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_WRITE = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Reservation:
    """The place of lines that are not in the log yet: ``data`` at the offset ``end``."""

    descriptor: int
    end: int
    data: bytes


class LogFile:
    """The file in the folder ``root``. Who writes holds the store's lock."""

    def __init__(self, root: str, disk: Disk) -> None:
        self._root = root
        self._path = os.path.join(root, NAME)
        self._disk = disk
        self._index = _Index()

    # Reading

    def size(self) -> int:
        """Return how many lines there are. Raises StoreUnavailable."""
        with self._opened() as descriptor:
            if descriptor is None:
                return 0
            with self._index.of(descriptor) as index:
                return index.count

    def lines(self, after: int, limit: int) -> list[LogLine]:
        """Return lines with numbers above ``after``, the oldest first. Raises StoreUnavailable."""
        first = max(0, after)
        with self._opened() as descriptor:
            if descriptor is None:
                return []
            with self._index.of(descriptor) as index:
                last = min(first + limit, index.count)
                if first >= last:
                    return []
                start, end = index.span(first, last)
            texts = _read(descriptor, start, end).split(b"\n")
            return [_decoded(number, text) for number, text in enumerate(texts[:-1], first + 1)]

    def changes(self, before: int | None, limit: int) -> list[LogLine]:
        """Return corrections, withdrawals and restorations, the newest first."""
        with self._opened() as descriptor:
            if descriptor is None:
                return []
            with self._index.of(descriptor) as index:
                spans = [(it, *index.span(it - 1, it)) for it in index.changes(before, limit)]
            return [
                _decoded(number, _read(descriptor, start, end - 1)) for number, start, end in spans
            ]

    @contextmanager
    def _opened(self) -> Iterator[int | None]:
        with unavailable_on_os_error():
            try:
                descriptor = os.open(self._path, _READ)
            except FileNotFoundError:
                yield None
                return
            try:
                yield descriptor
            finally:
                os.close(descriptor)

    # Writing

    def reserve(self, changes: Sequence[LoggedChange]) -> Reservation | None:
        """Make room for the lines of ``changes``, before they are committed.

        ``append`` or ``cancel`` closes it. Raises OSError, SyncFailed.
        """
        if not changes:
            return None
        descriptor = os.open(self._path, _WRITE, 0o644)
        try:
            if os.fstat(descriptor).st_size == 0:
                self._disk.sync_folder(self._root)
            with self._index.of(descriptor) as index:
                self._settle(descriptor, index)
                number, end = index.count, index.end
                last = index.last(descriptor)
                missing = unlogged(changes, last, partial(index.keys, descriptor))
            data = _joined(next_lines(missing, number, last))
            _write(descriptor, end, bytes(len(data)))
        except BaseException:
            os.close(descriptor)
            raise
        return Reservation(descriptor, end, data)

    def adopt(self, lines: Sequence[LogLine]) -> bool:
        """Append lines of another log unchanged, if they continue this one; say whether they do.

        Raises OSError, SyncFailed.
        """
        descriptor = os.open(self._path, _WRITE, 0o644)
        try:
            if os.fstat(descriptor).st_size == 0:
                self._disk.sync_folder(self._root)
            with self._index.of(descriptor) as index:
                self._settle(descriptor, index)
                end = index.end
                if not follows(lines, index.count, index.last(descriptor)):
                    return False
            self._show(descriptor, end, _joined(lines))
        finally:
            os.close(descriptor)
        return True

    def append(self, reservation: Reservation | None) -> None:
        """Put the lines in their place, now that the changes are committed.

        Raises OSError, SyncFailed; the journal has to stay then.
        """
        if reservation is None:
            return
        try:
            if reservation.data:
                self._show(reservation.descriptor, reservation.end, reservation.data)
        finally:
            os.close(reservation.descriptor)

    def cancel(self, reservation: Reservation | None) -> None:
        """Give the room back: the changes were not committed."""
        if reservation is None:
            return
        with suppress(OSError):  # the next change finds it, and does the same
            os.ftruncate(reservation.descriptor, reservation.end)
        os.close(reservation.descriptor)

    def make_up(self, changes: Sequence[LoggedChange]) -> None:
        """Append lines, marked as late, for those of ``changes`` that have none.

        All are of one entry, and committed. Raises OSError, SyncFailed.
        """
        missing = [it for it in changes if not self._confirm(it)]
        for it in missing:
            log.warning("logging %s %d, which a crash prevented", *_name(it))
        self.append(self.reserve([replace(it, late=True) for it in missing]))

    def _confirm(self, change: LoggedChange) -> bool:
        """Say whether a change has its line, and put that on disk once more.

        A second fsync may report success for data that the first one lost, so it is written again.
        """
        with suppress(FileNotFoundError):
            descriptor = os.open(self._path, _WRITE & ~os.O_CREAT)
            try:
                with self._index.of(descriptor) as index:
                    self._settle(descriptor, index)
                    number = index.keys(descriptor).get(key_of(change))
                    if number is None:
                        return False
                    start, end = index.span(number - 1, number)
                _write(descriptor, start, _read(descriptor, start, end))
                self._disk.sync(descriptor, self._path)
            finally:
                os.close(descriptor)
            return True
        return False

    def _settle(self, descriptor: int, index: _Index) -> None:
        """Keep what a crash left behind the log where it is whole, else remove it.

        Lines are written there only once their changes are committed.
        """
        size = os.fstat(descriptor).st_size
        if size == index.end:
            return
        lines = b"{" + _read(descriptor, index.end + 1, size)
        if _is_whole(lines, index.count, index.last(descriptor)):
            self._show(descriptor, index.end, lines)
            index.refresh(descriptor)
        else:
            os.ftruncate(descriptor, index.end)

    def _show(self, descriptor: int, end: int, data: bytes) -> None:
        _write(descriptor, end, b"\0" + data[1:])
        self._disk.sync(descriptor, self._path)
        _write(descriptor, end, data[:1])


class _Index:
    """Where each line ends, and which are no first publications; grows with the file."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._file: tuple[int, int] | None = None
        self._ends = array("Q")
        self._changes = array("Q")
        self._keys: dict[Key, int] = {}
        self._keyed = 0

    @contextmanager
    def of(self, descriptor: int) -> Iterator[_Index]:
        """Lend the index, up to date with the file; other threads wait."""
        with self._lock:
            self.refresh(descriptor)
            yield self

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self._ends)

    @property
    def end(self) -> int:
        """Where the last line ends."""
        return self._ends[-1] if self._ends else 0

    def last(self, descriptor: int) -> bytes | None:
        """Return the last line without its line feed, None of an empty log."""
        if not self._ends:
            return None
        start, end = self.span(self.count - 1, self.count)
        return _read(descriptor, start, end - 1)

    def refresh(self, descriptor: int) -> None:
        """Read what was added to the file."""
        status = os.fstat(descriptor)
        file = (status.st_dev, status.st_ino)
        if file != self._file or (self.end and os.pread(descriptor, 1, self.end - 1) != b"\n"):
            self._file, self._ends, self._changes = file, array("Q"), array("Q")
            self._keys, self._keyed = {}, 0
        rest, at = b"", self.end
        while part := os.pread(descriptor, _CHUNK, at):
            at += len(part)
            *lines, rest = (rest + part).split(b"\n")
            for line in lines:
                if b"\0" in line:
                    return
                self._ends.append(self.end + len(line) + 1)
                if b'"action":"publish"' not in line:
                    self._changes.append(self.count)

    def keys(self, descriptor: int) -> dict[Key, int]:
        """Return what each line is about, with its number; few processes ever need it."""
        for number in range(self._keyed + 1, self.count + 1):
            start, end = self.span(number - 1, number)
            with suppress(BadLine):
                self._keys[key_of(LogLine.decode(_read(descriptor, start, end - 1)))] = number
        self._keyed = self.count
        return self._keys

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return where the lines after ``first`` begin and where line ``last`` ends."""
        return (self._ends[first - 1] if first else 0), self._ends[last - 1]

    def changes(self, before: int | None, limit: int) -> list[int]:
        """Return numbers of lines below ``before``, the highest first."""
        found = self._changes
        end = len(found) if before is None else bisect_left(found, max(0, before))
        return list(reversed(found[max(0, end - limit) : end]))


def _is_whole(data: bytes, number: int, last: bytes | None) -> bool:
    """Say whether ``data`` are lines that continue a log of ``number`` lines."""
    *texts, rest = data.split(b"\n")
    try:
        lines = [LogLine.decode(it) for it in texts]
    except BadLine:
        return False
    return bool(lines) and not rest and follows(lines, number, last)


def _joined(lines: Sequence[LogLine]) -> bytes:
    return b"".join(it.encode() + b"\n" for it in lines)


def _name(change: LoggedChange) -> tuple[str, int]:
    return change.revision.entry.id, change.revision.number


def _decoded(number: int, text: bytes) -> LogLine:
    try:
        return LogLine.decode(text)
    except BadLine as error:
        raise StoreUnavailable(f"line {number} of {NAME} cannot be read: {error}") from error


def _read(descriptor: int, start: int, end: int) -> bytes:
    parts = []
    while start < end and (part := os.pread(descriptor, min(_CHUNK, end - start), start)):
        parts.append(part)
        start += len(part)
    return b"".join(parts)


def _write(descriptor: int, start: int, data: bytes) -> None:
    os.lseek(descriptor, start, os.SEEK_SET)
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
