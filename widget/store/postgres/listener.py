"""A thread that hears of changes by others, and looks for them where it heard of none."""

from __future__ import annotations

import os
import select
import threading
import time
from contextlib import suppress

from widget.errors import StoreUnavailable
from widget.storage.postgres import Connection, Database
from widget.store.postgres.entry_tables import CHANNEL, changed_since, horizon
from widget.store.postgres.live_cache import Memory
from widget.store.quarantine import log

LOOK_SECONDS = 0.3
"""How often it looks: notifications may be lost, in a pooler or with a connection."""
PATIENCE_SECONDS = 1.0
"""How long it waits for an answer before it says that the database is away."""
RETRY_SECONDS = 0.3


class Listener:
    """Keeps a ``Memory`` current, on a connection of its own, from ``start`` until ``close``."""

    def __init__(self, database: Database, memory: Memory) -> None:
        self._database = database
        self._memory = memory
        self._start = ""
        self._seen: set[tuple[str, str]] = set()
        self._closing = False
        self._thread: threading.Thread | None = None
        self._guard = threading.Lock()
        self._woken: tuple[int, int] = (-1, -1)

    def start(self) -> None:
        """Start the thread, where it does not run."""
        if self._thread:
            return
        with self._guard:
            if self._thread is None and not self._closing:
                self._woken = os.pipe()
                self._thread = threading.Thread(target=self._run, name="listening", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """End the thread, and its connection."""
        with self._guard:
            self._closing = True
            thread, self._thread = self._thread, None
        if thread:
            os.write(self._woken[1], b".")
            thread.join()
            for end in self._woken:
                os.close(end)

    def _run(self) -> None:
        while not self._closing:
            try:
                with self._database.dedicated(patience=PATIENCE_SECONDS) as connection:
                    self._begin(connection)
                    while not self._closing:
                        self._look(connection)
                        self._hear(connection)
            except StoreUnavailable as error:
                self._do_without(error)
            except Exception as error:
                # The thread must not end: nobody would hear of changes any more.
                log.exception("listening to the database failed")
                self._lose(f"listening to the database failed: {error}")
            if not self._closing:
                self._pause(RETRY_SECONDS)

    def _begin(self, connection: Connection) -> None:
        connection.execute(f"LISTEN {CHANNEL}")
        # What was held may be from before the database went away, or from another one.
        self._start = ""
        if self._memory.away:
            self._database.check()

    def _look(self, connection: Connection) -> None:
        began = time.monotonic()
        if not self._start:
            self._start = horizon(connection)
            self._seen = set()
            changed: set[str] | None = None
        else:
            self._start, found = changed_since(connection, self._start)
            # A long transaction of somebody else makes the same changes come again and again.
            changed = None if found is None else {entry_id for entry_id, _ in found - self._seen}
            self._seen = found or set()
        was_away = self._memory.away
        self._memory.looked(began, changed)
        if was_away:
            log.warning("the database is back")

    def _hear(self, connection: Connection) -> None:
        """Wait for notifications until it is time to look."""
        until = time.monotonic() + LOOK_SECONDS
        while not self._closing:
            ready = self._pause(until - time.monotonic(), connection.pgconn.socket)
            if not ready:
                return
            self._memory.forget([each.payload for each in connection.notifies(timeout=0)])
            if connection.closed:
                return

    def _do_without(self, error: StoreUnavailable) -> None:
        """Look by way of the pool, where there is no connection to listen on."""
        if self._closing:
            return
        self._start = ""
        try:
            with self._database.reading(patience=PATIENCE_SECONDS, wait=0.2) as connection:
                self._look(connection)
        except StoreUnavailable:
            self._lose(str(error))

    def _lose(self, why: str) -> None:
        if not self._memory.away:
            log.error("the database is away: %s", why)
        self._memory.lost(why)

    def _pause(self, seconds: float, socket: int | None = None) -> bool:
        """Wait until something comes on ``socket``, and say whether; ``close`` ends it."""
        waiting = select.poll()
        waiting.register(self._woken[0], select.POLLIN)
        if socket is not None:
            waiting.register(socket, select.POLLIN)
        with suppress(InterruptedError):
            found = waiting.poll(max(0, int(seconds * 1000)))
            return any(descriptor == socket for descriptor, _ in found)
        return False
