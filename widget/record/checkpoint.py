"""What the log was at one moment: five lines of text, which the service signs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from widget.errors import NotFound
from widget.store import EntryReader
from widget.store.log_line import NO_LINE

NAME = "insights log"
_NEVER = "-"
_TEXT = re.compile(
    rf"{NAME}\n(?P<base>\S+)\n(?P<lines>0|[1-9][0-9]*)\n(?P<last>[0-9a-f]{{64}})\n(?P<at>\S+)\n"
)


class BadCheckpoint(ValueError):
    """Bytes that are no checkpoint."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """``last`` is the SHA-256 of the last of so many ``lines``, ``at`` its time.

    Nothing in it depends on when it was asked for: a checkpoint and its signature are fetched one
    after the other.
    """

    base: str
    lines: int
    last: str
    at: str

    def encode(self) -> bytes:
        """Return the bytes that are signed."""
        return f"{NAME}\n{self.base}\n{self.lines}\n{self.last}\n{self.at}\n".encode()

    @classmethod
    def decode(cls, data: bytes) -> Checkpoint:
        """Read what ``encode`` returned. Raises BadCheckpoint."""
        try:
            match = _TEXT.fullmatch(data.decode())
        except UnicodeDecodeError:
            match = None
        if match is None:
            raise BadCheckpoint("it is not the five lines that a checkpoint has")
        return cls(match["base"], int(match["lines"]), match["last"], match["at"])


def checkpoint_of(store: EntryReader, base: str, lines: int | None = None) -> Checkpoint:
    """Return the checkpoint after so many ``lines``, after all of them by default.

    ``base`` is the URL of the service. Raises NotFound where the log is shorter.
    """
    number = store.log_size() if lines is None else lines
    if number == 0:
        return Checkpoint(base, 0, NO_LINE, _NEVER)
    found = store.log_lines(after=number - 1, limit=1)
    if not found:
        raise NotFound(f"the log has no line {number}")
    at = found[0].at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Checkpoint(base, number, found[0].digest(), at)
