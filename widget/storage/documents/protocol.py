"""The contract of small records beside the entries: reports, checks, links, counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol


class Document(NamedTuple):
    """One record: ``body`` is JSON. ``group`` and ``rank`` are what lists filter and sort by."""

    key: str
    body: str
    group: str = ""
    rank: float = 0.0


Change = Callable[[Document | None], Document | None]
"""Returns what replaces a document, None to remove it."""


class Documents(Protocol):
    """Records by collection and key, shared by all processes of a store. Safe for threads.

    A change that returns is on disk. Every method raises StoreUnavailable where the records cannot
    be read or written.
    """

    def get(self, collection: str, key: str) -> Document | None:
        """Return a document, or None."""

    def update(self, collection: str, key: str, change: Change) -> Document | None:
        """Replace a document by what ``change`` makes of it; no other change comes in between.

        Returns the new one, and raises whatever ``change`` raises.
        """

    def page(
        self, collection: str, *, prefix: str = "", after: str = "", limit: int
    ) -> list[Document]:
        """Return documents by key, in the order of code points: those after ``after``.

        With ``prefix``, those whose key begins with it.
        """

    def newest(
        self,
        collection: str,
        *,
        group: str | None = None,
        before: tuple[float, str] | None = None,
        limit: int,
    ) -> list[Document]:
        """Return documents by rank and key, the highest first: those below ``before``.

        With ``group``, of that group alone.
        """

    def count(self, collection: str, *, group: str | None = None, prefix: str = "") -> int:
        """Count documents, those of ``group`` alone where it is given."""

    def remove(self, collection: str, *, prefix: str = "", below: float | None = None) -> int:
        """Remove all documents whose key begins with ``prefix`` and whose rank is below ``below``.

        Returns how many there were.
        """

    def overwrite_removed(self) -> None:
        """Let nothing of what was removed or replaced stay in the store's files.

        A PostgreSQL database does that by itself, when it vacuums.
        """

    def close(self) -> None:
        """Close files and connections."""
