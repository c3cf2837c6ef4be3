"""Making the keys of all addresses anew, where another release made them by other rules."""

from __future__ import annotations

from widget.entry import urls
from widget.storage.postgres import Connection, Database
from widget.store.entry_summary import lookup_key
from widget.store.postgres import entry_tables
from widget.store.quarantine import log

_LOCK = 0x1051D1
"""Names the lock that lets one process do this at a time; any number of ours."""
_PATIENCE_SECONDS = 600.0
"""How long one statement may take: a million addresses are removed in one."""

_RULES = "SELECT rules FROM address_keys"
_WRITABLE = """
SELECT current_setting('transaction_read_only') = 'off' AND has_table_privilege('address', 'DELETE')
"""
# Of two entries that an earlier release told apart, the first by id has the address, as in folders.
_ADDRESSES = """
SELECT id, entry #>> '{article,url}', entry #> '{article,aliases}'
FROM entry JOIN revision ON entry_id = id AND number = live ORDER BY id
"""
_PUT = "INSERT INTO address (key, entry_id) VALUES (%s, %s)"


def renew_keys(database: Database) -> None:
    """Make the keys anew if need be, all or none. Raises StoreUnavailable.

    Where nothing can be written they stay as they are; most addresses have the same one.
    """
    with database.reading() as connection:
        if _are_current(connection):
            return
        if connection.execute(_WRITABLE).fetchone() != (True,):
            log.warning("some addresses are not found until a process that may write has started")
            return
    with database.changing() as connection:
        connection.patience = _PATIENCE_SECONDS
        connection.execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0")
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        if not _are_current(connection):
            connection.execute("LOCK TABLE address IN SHARE ROW EXCLUSIVE MODE")
            _renew(connection)


def _are_current(connection: Connection) -> bool:
    return connection.execute(_RULES).fetchone() == (urls.KEYS,)


def _renew(connection: Connection) -> None:
    connection.execute("DELETE FROM address")
    owners: dict[str, str] = {}
    with connection.cursor("addresses") as cursor:
        for entry_id, url, aliases in cursor.execute(_ADDRESSES):
            for key in filter(None, map(lookup_key, (url, *(aliases or ())))):
                owner = owners.setdefault(key, entry_id)
                if owner != entry_id:
                    log.warning("%r and %r have one address, %s", owner, entry_id, key)
    made = ((entry_tables.digest(key), entry_id) for key, entry_id in owners.items())
    with connection.cursor() as cursor:
        cursor.executemany(_PUT, made)
    connection.execute("UPDATE address_keys SET rules = %s", (urls.KEYS,))
