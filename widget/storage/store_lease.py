"""Opens a lease of the store at a URL: a lock of its folder, or of its database."""

from __future__ import annotations

import os
from collections.abc import Callable

from widget.storage.lease import Lease, locked_lease
from widget.storage.lock import StoreLock
from widget.storage.url import folder_of


def store_lease(store_url: str, *, name: str, lock: int) -> Callable[[], Lease]:
    """Return a function that gives the lease ``name`` of a store.

    ``lock`` is the number of its advisory lock in a database. Raises StoreUnavailable.
    """
    folder = folder_of(store_url)
    if folder is not None:
        held = StoreLock(os.path.join(os.path.abspath(folder), f"{name}.lock"))
        return lambda: locked_lease(held)
    # Imported here: a directory store does not need the database library.
    from widget.storage.postgres import open_database
    from widget.storage.postgres.lease import database_lease

    database = open_database(store_url, create=False)
    return lambda: database_lease(database, lock, name)
