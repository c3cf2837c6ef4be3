"""One line of the public log of publications, corrections and withdrawals."""

from __future__ import annotations

import hashlib
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

LogAction = Literal["publish", "correct", "withdraw", "restore"]
"""``correct``: published with more corrections than before; ``restore``: after a withdrawal."""

NO_LINE = "0" * 64
"""What the first line has in the place of the hash of the line before."""


class BadLine(ValueError):
    """Bytes that are no line as this service writes it."""


class LogLine(BaseModel):
    """One line. It holds no text of an entry, so that a withdrawal for legal reasons stays one.

    ``at`` is the time of the revision ``revision``, ``corrections`` how many the entry had then.
    ``sha256`` is that of the bytes of ``/panel/<id>.json``, "" of a withdrawal. ``late``: the
    process stopped between the change and its line. ``previous`` is the SHA-256 of the bytes of
    the line before, without its line feed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    at: AwareDatetime
    entry: str
    revision: int
    action: LogAction
    corrections: int = 0
    sha256: str = ""
    late: bool = False
    previous: str

    def encode(self) -> bytes:
        """Return the line as it is served, without a line feed.

        Fields that were not set are left out, so that a line from before a new field keeps its
        bytes, and so its hash.
        """
        return self.model_dump_json(exclude_unset=True).encode()

    def digest(self) -> str:
        """Return what the next line has as ``previous``."""
        return digest(self.encode())

    @classmethod
    def decode(cls, data: bytes) -> LogLine:
        """Return the line that ``encode`` returned as ``data``. Raises BadLine."""
        try:
            line = cls.model_validate_json(data)
        except ValidationError as error:
            raise BadLine(f"it is not a line of the log: {error.errors()[0]['msg']}") from error
        if line.encode() != data:
            raise BadLine("it is not written as the service writes lines")
        return line


def digest(line: bytes) -> str:
    """Return the SHA-256 of the bytes of a line, in hexadecimal digits."""
    return hashlib.sha256(line).hexdigest()
