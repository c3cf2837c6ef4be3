"""The contract of an archive, and of what is fetched for one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from widget.errors import InsightsError


class Copy(BaseModel):
    """An archived copy. ``url`` is where readers find it, "" where nobody can.

    ``file`` and ``offset`` are where its record begins in a folder of WARC files; ``sha256`` is
    that of the bytes, "" where the archive fetched them itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = ""
    file: str = ""
    offset: int = 0
    sha256: str = ""


class ArchiveFailed(InsightsError):
    """There is no copy.

    ``final``: asking again would be of no use. ``wait`` is how many seconds the archive wants to be
    left alone, for any URL; 0: it does not say. ``ended``: so did the job that was polled.
    """

    def __init__(
        self, text: str, *, final: bool = False, wait: float = 0, ended: bool = False
    ) -> None:
        self.final = final
        self.wait = wait
        self.ended = ended
        super().__init__(text)


class Archiver(Protocol):
    """An archive. Both methods take seconds, and raise ArchiveFailed."""

    def begin(self, url: str) -> Copy | str:
        """Ask for a copy. Returns it, or the name of a job that is not done yet.

        Asking again after a crash gives the same copy, or at worst a second one.
        """

    def poll(self, job: str) -> Copy | None:
        """Return the copy that a job made, None while it works."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP request and its response, as they went over the connection.

    ``body`` has its content coding still, and no transfer coding. Headers are in their order.
    """

    url: str
    at: datetime
    target: str
    request_headers: tuple[tuple[str, str], ...]
    version: str
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


Fetch = Callable[[str], list[Exchange]]
"""Fetches a URL and returns each exchange, the redirects first. Raises ArchiveFailed."""
