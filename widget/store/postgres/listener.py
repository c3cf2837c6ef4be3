"""A thread that listens for changes by others, and polls in case notifications get lost."""

from __future__ import annotations

import os
import select
import threading
import time
from contextlib import suppress

from widget.errors import StoreUnavailable
from widget.storage.postgres import Connection, Database
from widget.store.postgres.entry_tables import CHANNEL, changed_since, horizon
from widget.store.postgres.live_cache import LiveCache
from widget.store.quarantine import log

POLL_SECONDS = 0.3
"""How often it polls: notifications may get lost, in a pooler or with a connection."""
PATIENCE_SECONDS = 1.0
"""How long it waits for a reply before the database counts as unavailable."""
RETRY_SECONDS = 0.3


class Listener:
    """Keeps a ``LiveCache`` current, on a connection of its own, from ``start`` to ``close``."""

    def __init__(self, database: Database, cache: LiveCache) -> None:
        self._database = database
        self._cache = cache
        self._start = ""
        self._reported: set[tuple[str, str]] = set()
        self._closing = False
        self._thread: threading.Thread | None = None
        self._guard = threading.Lock()
        self._wake_pipe: tuple[int, int] = (-1, -1)

    def start(self) -> None:
        """Start the thread, if it is not running."""
        if self._thread:
            return
        with self._guard:
            if self._thread is None and not self._closing:
                self._wake_pipe = os.pipe()
                self._thread = threading.Thread(target=self._run, name="listening", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """End the thread, and its connection."""
        with self._guard:
            self._closing = True
            thread, self._thread = self._thread, None
        if thread:
            os.write(self._wake_pipe[1], b".")
            thread.join()
            for end in self._wake_pipe:
                os.close(end)

    def _run(self) -> None:
        while not self._closing:
            try:
                with self._database.dedicated(patience=PATIENCE_SECONDS) as connection:
                    self._listen(connection)
                    while not self._closing:
                        self._poll(connection)
                        self._wait_for_notifications(connection)
            except StoreUnavailable as error:
                self._poll_by_pool(error)
            except Exception as error:
                # The thread must not end, or changes by others would go unnoticed.
                log.exception("cannot listen to the database")
                self._set_outage(f"cannot listen to the database: {error}")
            if not self._closing:
                self._wait(RETRY_SECONDS)

    def _listen(self, connection: Connection) -> None:
        connection.execute(f"LISTEN {CHANNEL}")
        # Cached values may be from before the outage, or from another database.
        self._start = ""
        if self._cache.outage:
            self._database.check()

    def _poll(self, connection: Connection) -> None:
        began = time.monotonic()
        if not self._start:
            self._start = horizon(connection)
            self._reported = set()
            changed: set[str] | None = None
        else:
            self._start, changes = changed_since(connection, self._start)
            # While another transaction is open, the same changes are reported again.
            changed = (
                None if changes is None else {entry_id for entry_id, _ in changes - self._reported}
            )
            self._reported = changes or set()
        was_out = self._cache.outage
        self._cache.confirm(began, changed)
        if was_out:
            log.warning("the database is available again")

    def _wait_for_notifications(self, connection: Connection) -> None:
        """Apply notifications until it is time to poll."""
        until = time.monotonic() + POLL_SECONDS
        while not self._closing:
            ready = self._wait(until - time.monotonic(), connection.pgconn.socket)
            if not ready:
                return
            self._cache.invalidate([each.payload for each in connection.notifies(timeout=0)])
            if connection.closed:
                return

    def _poll_by_pool(self, error: StoreUnavailable) -> None:
        """Poll by a pooled connection, while there is none to listen on."""
        if self._closing:
            return
        self._start = ""
        try:
            with self._database.reading(patience=PATIENCE_SECONDS, wait=0.2) as connection:
                self._poll(connection)
        except StoreUnavailable:
            self._set_outage(str(error))

    def _set_outage(self, why: str) -> None:
        if not self._cache.outage:
            log.error("the database is unavailable: %s", why)
        self._cache.outage = why

    def _wait(self, seconds: float, socket: int | None = None) -> bool:
        """Wait until ``socket`` is readable, and return whether it is; ``close`` ends the wait."""
        waiting = select.poll()
        waiting.register(self._wake_pipe[0], select.POLLIN)
        if socket is not None:
            waiting.register(socket, select.POLLIN)
        with suppress(InterruptedError):
            events = waiting.poll(max(0, int(seconds * 1000)))
            return any(descriptor == socket for descriptor, _ in events)
        return False
