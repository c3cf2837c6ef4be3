"""One line of the public log of publications, corrections and withdrawals."""

from __future__ import annotations

import hashlib
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

LogAction = Literal["publish", "correct", "withdraw", "restore"]
"""``correct``: published with more corrections than before; ``restore``: after a withdrawal."""

NO_LINE = "0" * 64
"""What the first line has in the place of the hash of the line before."""


class LogLine(BaseModel):
    """One line. It holds no text of an entry, so that a withdrawal for legal reasons stays one.

    ``revision`` is the number of the revision, ``corrections`` how many the entry had then.
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
        """Return the line as it is served, without a line feed."""
        return self.model_dump_json().encode()

    def digest(self) -> str:
        """Return what the next line has as ``previous``."""
        return hashlib.sha256(self.encode()).hexdigest()
