"""Rebuilds the keys of all URLs and origins when a release changes how URLs are compared."""

from __future__ import annotations

from widget.entry import urls
from widget.storage.postgres import Connection, Database
from widget.store.entry_summary import lookup_key
from widget.store.postgres import entry_tables
from widget.store.quarantine import log

_LOCK = 0x1051D1
"""The advisory lock for one process at a time; an arbitrary number."""
_PATIENCE_SECONDS = 600.0
"""How long one statement may take: one removes up to a million URLs."""

_RULES = "SELECT rules FROM address_keys"
_WRITABLE = """
SELECT current_setting('transaction_read_only') = 'off' AND has_table_privilege('address', 'DELETE')
"""
# Of two entries whose URLs are equal by the new rules, the first by id owns it, as in folders.
_ADDRESSES = """
SELECT id, entry #>> '{article,url}', entry #> '{article,aliases}'
FROM entry JOIN revision ON entry_id = id AND number = live ORDER BY id
"""
_PUT = "INSERT INTO address (key, entry_id) VALUES (%s, %s)"
_ORIGINS = """
SELECT id, head, shown.entry #>> '{article,url}', last.entry #>> '{article,url}'
FROM entry JOIN revision AS shown ON shown.entry_id = id AND shown.number = coalesce(draft, live)
  LEFT JOIN revision AS last ON last.entry_id = id AND last.number = live
"""
# Whoever changed an entry meanwhile wrote its origins, too.
_PUT_ORIGINS = "UPDATE entry SET origin = %s, live_origin = %s WHERE id = %s AND head = %s"


def renew_keys(database: Database) -> None:
    """Rebuild the keys if the rules changed, all or none. Raises StoreUnavailable.

    In a read-only database they stay as they are; most URLs keep their key.
    """
    with database.reading() as connection:
        if _are_current(connection):
            return
        if connection.execute(_WRITABLE).fetchone() != (True,):
            log.warning("some URLs are not found until a process with write access has started")
            return
    with database.changing() as connection:
        connection.patience = _PATIENCE_SECONDS
        connection.execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0")
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        if not _are_current(connection):
            connection.execute("LOCK TABLE address IN SHARE ROW EXCLUSIVE MODE")
            _renew(connection)
            _renew_origins(connection)
            connection.execute("UPDATE address_keys SET rules = %s", (urls.KEYS,))


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
                    log.warning("%r and %r have the same URL, %s", owner, entry_id, key)
    rows = ((entry_tables.digest(key), entry_id) for key, entry_id in owners.items())
    with connection.cursor() as cursor:
        cursor.executemany(_PUT, rows)


def _renew_origins(connection: Connection) -> None:
    rows = []
    with connection.cursor("origins") as cursor:
        for entry_id, head, url, live_url in cursor.execute(_ORIGINS):
            if url is not None:
                origin = urls.origin_key(url)
                live_origin = origin if live_url is None else urls.origin_key(live_url)
                rows.append((origin, live_origin, entry_id, head))
    with connection.cursor() as cursor:
        cursor.executemany(_PUT_ORIGINS, rows)
