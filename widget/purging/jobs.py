"""What is to be purged, written down before it is tried and crossed out once it is confirmed."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol

from widget.storage.atomic import new_token

What = Literal["publish", "withdraw", "start"]


@dataclass(frozen=True, slots=True)
class Order:
    """One purge. Times are in seconds, ``at`` and ``due`` since 1970.

    ``at`` is when the change was made, ``due`` when the next try is to be made, so that an
    order whose time has long passed is nobody's. ``confirmed`` is how long after the change
    every cache had confirmed, None before. ``tries`` counts those that failed, ``trouble``
    says why the last one did. ``entry_id`` is empty for what concerns no single entry.
    """

    token: str
    entry_id: str
    what: What
    keys: tuple[str, ...]
    at: float
    due: float
    confirmed: float | None = None
    tries: int = 0
    trouble: str = ""


class PurgeOutbox(Protocol):
    """The orders of a store, shared by all its processes. Safe to use from several threads.

    Every method raises StoreUnavailable where the ledger cannot be read or written.
    """

    def add(self, order: Order) -> None:
        """Write an order down; it is on disk when this returns."""

    def note(self, order: Order) -> None:
        """Keep how a pending order stands now; one that was crossed out stays so."""

    def cross_out(self, order: Order) -> None:
        """End an order: it is pending no more, and stays what ``latest`` returns."""

    def pending(self) -> list[Order]:
        """Return what is not yet crossed out, the oldest first."""

    def latest(self, entry_id: str) -> Order | None:
        """Return how the newest order of an entry stands; None where it had none of late."""

    def forget(self, before: float) -> None:
        """Drop what was crossed out and is older than ``before``."""

    def keeping(self) -> AbstractContextManager[Callable[[], bool]]:
        """Be the one process, of all on this machine at least, that looks after the orders.

        What the block is given says whether it still is; it may be so no more where a database
        was away. Raises Busy where another is; ends with the process, however that ends.
        """


def fields_of(order: Order) -> dict[str, Any]:
    """Return an order as it is kept (JSON)."""
    return asdict(order)


def order_of(fields: Any) -> Order:  # noqa: ANN401  # whatever was kept there
    """Return what ``fields_of`` made of an order. Raises ValueError, TypeError, KeyError."""
    return Order(**{**fields, "keys": tuple(fields["keys"])})


def new_order(entry_id: str, what: What, keys: tuple[str, ...]) -> Order:
    """Return an order to purge ``keys`` now."""
    now = time.time()
    return Order(new_token(), entry_id, what, keys, at=now, due=now)
