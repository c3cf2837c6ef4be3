"""Values that expire: sessions, throttles, sign-in links, stored answers.

Each has a kind and a handle, the SHA-256 of its key, so that no secret is stored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, Literal, Protocol

Kind = Literal["session", "link", "password", "device", "throttle", "rate", "answer"]

SWEEP_SECONDS = 60.0
"""How often a process that writes removes expired values."""


class ExpiringStore(Protocol):
    """Stores small JSON values until they expire.

    Thread-safe; shared by several processes. Every method raises StoreUnavailable where values
    cannot be read or written.
    """

    def lock(self, *handles: str) -> AbstractContextManager[ExpiringStore]:
        """Lock the values with these handles, for a read and a write that depends on it.

        Both must use the store that the block gets. Blocks do not nest.
        """

    def read(self, kind: Kind, key: str) -> dict[str, Any] | None:
        """Return the value, None where there is none or it has expired."""

    def items(self, kind: Kind) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the handle and value of all unexpired values of ``kind``."""

    def write(self, kind: Kind, key: str, value: Mapping[str, Any], *, seconds: float) -> None:
        """Store ``value`` for ``seconds``; replaces an earlier value."""

    def remove(self, kind: Kind, key: str) -> bool:
        """Remove the value permanently; return whether this call removed it."""

    def remove_handle(self, kind: Kind, handle: str) -> bool:
        """Remove the value with ``handle``, as ``items`` yields it."""


def handle_of(kind: Kind, key: str) -> str:
    """Return the non-secret identifier of a value (SHA-256 of its kind and key)."""
    return digest(f"{kind}\0{key}")


def digest(text: str) -> str:
    """Return the SHA-256 of ``text`` as hex digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
