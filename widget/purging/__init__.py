"""Taking answers out of the caches in front of the service (decision 0014)."""

from __future__ import annotations

from widget.config import Settings
from widget.purging.caches import open_cache
from widget.purging.jobs import Order, PurgeOutbox, What
from widget.purging.keys import Surrogate, of_request
from widget.purging.leader import Keeper
from widget.purging.outbox import open_ledger
from widget.purging.purger import Purger
from widget.store import Store

__all__ = [
    "Order",
    "PurgeOutbox",
    "Purger",
    "Surrogate",
    "What",
    "check",
    "keep",
    "of_request",
    "open_purger",
    "told",
]

_DONE = {"publish": "published", "withdraw": "withdrawn", "start": "started"}


def open_purger(settings: Settings) -> Purger | None:
    """Return what purges the caches of ``settings``, None where there are none.

    Raises InvalidSettings where a token is missing or the store can keep no ledger.
    """
    if not settings.purge:
        return None
    return Purger([open_cache(each) for each in settings.purge], open_ledger(settings.store))


def check(settings: Settings) -> None:
    """Raise InvalidSettings where a cache of ``settings`` cannot be told, such as without a token.

    Opens no ledger: whoever forks processes must not have a database open.
    """
    for each in settings.purge:
        open_cache(each)


def keep(store: Store, purger: Purger) -> None:
    """Serve from here on: purge everything once, and look after the store and the ledger."""
    purger.started()
    Keeper(store, purger).start()


def told(order: Order) -> str:
    """Say how an order stands, such as "withdrawn, purge confirmed 0.4 s later"."""
    done = _DONE[order.what]
    if order.confirmed is not None:
        return f"{done}, purge confirmed {order.confirmed:.1f} s later"
    if not order.tries:
        return f"{done}, purge not yet confirmed"
    times = "once" if order.tries == 1 else f"{order.tries} times"
    return f"{done}, purge not yet confirmed, tried {times}: {order.trouble or 'tried again now'}"
