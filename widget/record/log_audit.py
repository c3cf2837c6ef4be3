"""Checks a log: its chain, its checkpoint, and what is live now against its newest lines."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from widget.errors import InsightsError
from widget.record.checkpoint import BadCheckpoint, Checkpoint
from widget.record.signing import fingerprint, is_signed
from widget.store.log_line import NO_LINE, BadLine, LogLine, digest

ATTEMPTS = 3
"""How often a panel is compared with its newest line: a change may come in between."""
PAUSE_SECONDS = 1.0

Progress = Callable[[int, int], None]
"""Called with the number of panels that were compared since the last call, and of all."""


class AuditFailed(InsightsError):
    """The log cannot be read, so that nothing can be said of it."""


class LogSource(Protocol):
    """Where a log is. Every method raises AuditFailed where it cannot be read."""

    def lines(self, after: int) -> Iterator[bytes]:
        """Yield the bytes of each line after a number, without line feeds."""

    def checkpoint(self, lines: int) -> bytes | None:
        """Return the checkpoint after so many lines; None if there is none."""

    def signature(self, lines: int) -> bytes | None:
        """Return its signature; None if the log is not signed."""

    def key(self) -> bytes | None:
        """Return the public key in PEM; None if the log is not signed."""

    def document(self, entry_id: str) -> bytes | None:
        """Return the bytes of ``/panel/<id>.json``; None if nothing is live."""

    def live_ids(self) -> list[str] | None:
        """Return the ids of all live entries; None where they cannot be listed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One contradiction; ``line`` is the number of a line, 0 where it is about none."""

    line: int
    message: str


@dataclass(slots=True)
class Chain:
    """What the lines say. ``digests`` has the hash of each line, ``newest`` each entry's last."""

    findings: list[Finding] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    newest: dict[str, LogLine] = field(default_factory=dict)
    late: int = 0
    _number: int = 0

    def read(self, lines: Iterable[bytes]) -> None:
        """Add lines, each of which has to follow the one before."""
        for data in lines:
            previous = self.digests[-1] if self.digests else NO_LINE
            number = len(self.digests) + 1
            self.digests.append(digest(data))
            try:
                line = LogLine.decode(data)
            except BadLine as error:
                self._found(number, f"cannot be read: {error}")
                continue
            if line.number != self._number + 1:
                self._found(
                    number, f"has the number {line.number}: a line was removed, inserted or moved"
                )
            self._number = line.number
            if line.previous != previous:
                self._found(number, "does not follow the line before, which was changed or moved")
            self.newest[line.entry] = line
            self.late += line.late

    def _found(self, number: int, message: str) -> None:
        self.findings.append(Finding(number, f"line {number} {message}"))


@dataclass(frozen=True, slots=True)
class Report:
    """What an audit found. ``unlogged`` live entries have no line: they are older than the log."""

    lines: int
    late: int
    panels: int
    signed: bool
    key_fingerprint: str
    unlogged: tuple[str, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """What the auditor knows: the public key, and a checkpoint from earlier with its signature."""

    key: bytes | None = None
    checkpoint: bytes | None = None
    signature: bytes | None = None


def audit(
    source: LogSource,
    expected: Expected = Expected(),  # immutable
    *,
    panels: bool = True,
    progress: Progress | None = None,
) -> Report:
    """Check a log as a whole; with ``panels`` what is live now, too. Raises AuditFailed."""
    chain = Chain()
    chain.read(source.lines(0))
    count = len(chain.digests)
    found = list(chain.findings)
    key = expected.key or source.key()
    served, signature = source.checkpoint(count), source.signature(count)
    if served is None:
        found.append(Finding(0, "there is no checkpoint"))
    else:
        found += check_checkpoint(chain, served, "the checkpoint", whole=True)
        found += _check_signature(served, signature, key, "the checkpoint", expected.key)
    if expected.checkpoint is not None:
        found += check_checkpoint(chain, expected.checkpoint, "the earlier checkpoint")
        if expected.signature is not None:
            found += _check_signature(
                expected.checkpoint, expected.signature, key, "the earlier checkpoint", key
            )
    compared = _Comparison(source, chain)
    if panels:
        compared.run(progress)
        found += compared.findings
    return Report(
        lines=count,
        late=chain.late,
        panels=compared.count,
        signed=signature is not None and key is not None,
        key_fingerprint=fingerprint(key) if key else "",
        unlogged=tuple(compared.unlogged),
        findings=tuple(found),
    )


def check_checkpoint(
    chain: Chain, data: bytes, name: str, *, whole: bool = False
) -> Iterator[Finding]:
    """Yield what contradicts a checkpoint; ``whole``: it has to be that of the last line."""
    try:
        checkpoint = Checkpoint.decode(data)
    except BadCheckpoint as error:
        yield Finding(0, f"{name} cannot be read: {error}")
        return
    count = len(chain.digests)
    if checkpoint.lines > count or (whole and checkpoint.lines != count):
        lines = "lines" if checkpoint.lines != 1 else "line"
        yield Finding(0, f"{name} is of {checkpoint.lines} {lines}, and the log has {count}")
        return
    last = chain.digests[checkpoint.lines - 1] if checkpoint.lines else NO_LINE
    if checkpoint.last != last:
        yield Finding(
            checkpoint.lines,
            f"{name} has another hash of line {checkpoint.lines}: "
            "that line, or one before it, was changed",
        )


def _check_signature(
    data: bytes, signature: bytes | None, key: bytes | None, name: str, required: bytes | None
) -> Iterator[Finding]:
    if signature is None or key is None:
        if signature is not None or required is not None:
            missing = "signature" if signature is None else "public key"
            yield Finding(0, f"{name} has no {missing}")
        return
    if not is_signed(data, signature, key):
        yield Finding(0, f"the signature of {name} is wrong")


class _Comparison:
    """Compares each entry with its newest line."""

    def __init__(self, source: LogSource, chain: Chain) -> None:
        self._source = source
        self._chain = chain
        self.count = 0
        self.unlogged: list[str] = []
        self.findings: list[Finding] = []

    def run(self, progress: Progress | None) -> None:
        """Compare all entries; what differs is compared again, with the lines since."""
        newest = self._chain.newest
        live = self._source.live_ids()
        self.unlogged = sorted(set(live or ()) - newest.keys())
        waiting = sorted(newest)
        self.count = len(waiting)
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(PAUSE_SECONDS)
                self._chain.read(self._source.lines(len(self._chain.digests)))
            different = {}
            for entry_id in waiting:
                message = self._difference(newest[entry_id])
                if message:
                    different[entry_id] = message
                if progress and not attempt:
                    progress(1, len(waiting))
            waiting = sorted(different)
            if not waiting:
                return
        self.findings = [Finding(newest[it].number, different[it]) for it in waiting]

    def _difference(self, line: LogLine) -> str:
        data = self._source.document(line.entry)
        if data is None:
            return "" if line.action == "withdraw" else _gone(line)
        if line.action == "withdraw":
            return f"{line.entry} is live, and was withdrawn in line {line.number}"
        if hashlib.sha256(data).hexdigest() != line.sha256:
            return f"/panel/{line.entry}.json is not what line {line.number} says"
        return ""


def _gone(line: LogLine) -> str:
    return f"{line.entry} is not live, and line {line.number} published it"
