"""What is kept for a while: sessions, throttles, sign-in links, remembered answers.

Each is named by its kind and the SHA-256 of what it is about, so that its name gives no secret
away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, Literal, Protocol

Kind = Literal["session", "link", "password", "device", "throttle", "rate", "answer"]

SWEEP_SECONDS = 60.0
"""How often what expired is cleaned away, by whoever writes."""


class ExpiringStore(Protocol):
    """Small values (JSON), each until its time is over.

    Safe to use from several threads; shared by several processes. Every method raises
    StoreUnavailable where they cannot be read or written.
    """

    def held(self, *places: str) -> AbstractContextManager[ExpiringStore]:
        """Hold what these handles name, for a change that depends on what is there.

        The change is made through what the block is given. Blocks do not nest.
        """

    def read(self, kind: Kind, key: str) -> dict[str, Any] | None:
        """Return what is kept, None where there is nothing or it expired."""

    def each(self, kind: Kind) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the handle and the value of everything of ``kind`` that is kept."""

    def write(self, kind: Kind, key: str, value: Mapping[str, Any], *, seconds: float) -> None:
        """Keep ``value`` for ``seconds``, in place of what was there."""

    def remove(self, kind: Kind, key: str) -> bool:
        """Remove what is kept, for good; say whether it was this call that did."""

    def remove_place(self, kind: Kind, place: str) -> bool:
        """Do the same with what ``each`` yields the handle ``place`` of."""


def handle(kind: Kind, key: str) -> str:
    """Return what names a thing that is kept without opening it: its key does, if it is secret."""
    return digest(f"{kind}\0{key}")


def digest(text: str) -> str:
    """Return the SHA-256 of ``text`` as hex digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
