"""The runs in a PostgreSQL database, in the table ``drafting_run``."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from widget.drafting.evidence import Evidence
from widget.drafting.runs.directory import throttled
from widget.drafting.runs.record import Run
from widget.drafting.runs.store import LOST_SECONDS, hour_before, is_run_id, no_run
from widget.errors import StoreUnavailable
from widget.storage.atomic import new_token
from widget.storage.lock import Busy
from widget.storage.postgres import Connection, Database

log = logging.getLogger("insights.drafting")

_LOCK = 0x1051D3
"""The advisory lock while runs are counted."""


class PostgresRuns:
    """A ``RunStore`` in a database, for the processes of many machines."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, run: Run, *, per_hour: int) -> None:
        """Store a new run."""
        since = hour_before(run.asked_at)
        with self._database.changing() as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            ((count, oldest),) = connection.execute(
                "SELECT count(*), min(asked_at) FROM drafting_run"
                " WHERE provider = %s AND asked_at > %s",
                (run.request.provider, since),
            ).fetchall()
            if count >= per_hour:
                raise throttled(run, per_hour, wait=oldest - since)
            connection.execute(
                "INSERT INTO drafting_run (id, provider, asked_at, finished, document)"
                " VALUES (%s, %s, %s, false, %s)",
                (run.id, run.request.provider, run.asked_at.timestamp(), run.model_dump_json()),
            )

    def get(self, run_id: str) -> Run:
        """Return a run."""
        with self._database.reading() as connection:
            return _one(connection, run_id, "")

    def update(self, run_id: str, change: Callable[[Run], Run]) -> Run:
        """Replace a run by what ``change`` makes of it."""
        with self._database.changing() as connection:
            changed = change(_one(connection, run_id, " FOR UPDATE"))
            connection.execute(
                "UPDATE drafting_run SET document = %s, entry_id = %s, finished = %s WHERE id = %s",
                (changed.model_dump_json(), changed.entry, changed.finished, run_id),
            )
        return changed

    def keep_evidence(self, run_id: str, evidence: Evidence) -> None:
        """Store what a run was made from."""
        with self._database.reading() as connection:
            connection.execute(
                "UPDATE drafting_run SET evidence = %s WHERE id = %s",
                (evidence.model_dump_json(), run_id),
            )

    def evidence(self, run_id: str) -> Evidence | None:
        """Return what a run was made from."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT evidence::text FROM drafting_run WHERE id = %s", (run_id,)
            ).fetchone()
        return Evidence.model_validate_json(row[0]) if row and row[0] is not None else None

    def newest(self, *, limit: int, entry_id: str | None = None) -> list[Run]:
        """Return runs, newest first."""
        mine = "" if entry_id is None else "WHERE entry_id = %s "
        given = () if entry_id is None else (entry_id,)
        return self._runs(f"{mine}ORDER BY asked_at DESC LIMIT %s", (*given, limit))

    def unfinished(self) -> list[Run]:
        """Return the runs that have not ended, oldest first."""
        return self._runs("WHERE NOT finished ORDER BY asked_at", ())

    @contextmanager
    def hold(self, run_id: str) -> Iterator[None]:
        """Hold a run by a lease that a thread renews."""
        holder = new_token()
        if not self._renewed(run_id, holder):
            self.get(run_id)
            raise Busy(f"another process works on run {run_id}")
        ended = threading.Event()
        renewing = threading.Thread(
            target=self._renew, args=(run_id, holder, ended), name="drafting-lease", daemon=True
        )
        renewing.start()
        try:
            yield
        finally:
            ended.set()
            renewing.join()
            with self._database.reading() as connection:
                connection.execute(
                    "UPDATE drafting_run SET holder = NULL, held_until = NULL"
                    " WHERE id = %s AND holder = %s",
                    (run_id, holder),
                )

    def is_held(self, run_id: str) -> bool:
        """Return whether some process works on a run."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT held_until > now() FROM drafting_run WHERE id = %s", (run_id,)
            ).fetchone()
        if row is None:
            raise no_run(run_id)
        return row[0] is True

    def _renew(self, run_id: str, holder: str, ended: threading.Event) -> None:
        while not ended.wait(LOST_SECONDS / 5):
            try:
                self._renewed(run_id, holder)
            except StoreUnavailable as error:
                log.warning("the lease of run %s was not renewed: %s", run_id, error)

    def _renewed(self, run_id: str, holder: str) -> bool:
        with self._database.reading() as connection:
            row = connection.execute(
                "UPDATE drafting_run SET holder = %(holder)s,"
                " held_until = now() + %(seconds)s * interval '1 second'"
                " WHERE id = %(id)s"
                " AND (holder = %(holder)s OR held_until IS NULL OR held_until < now())"
                " RETURNING id",
                {"id": run_id, "holder": holder, "seconds": LOST_SECONDS},
            ).fetchone()
        return row is not None

    def _runs(self, rest: str, given: tuple[object, ...]) -> list[Run]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT id, document::text FROM drafting_run {rest}".encode(), given
            ).fetchall()
        return [run for name, document in rows if (run := _read(name, document))]


def _one(connection: Connection, run_id: str, lock: str) -> Run:
    row = None
    if is_run_id(run_id):
        row = connection.execute(
            f"SELECT document::text FROM drafting_run WHERE id = %s{lock}".encode(), (run_id,)
        ).fetchone()
    run = _read(run_id, row[0]) if row else None
    if run is None:
        raise no_run(run_id)
    return run


def _read(name: str, document: str) -> Run | None:
    try:
        return Run.model_validate_json(document)
    except ValidationError:
        log.warning("row %r of table drafting_run is not a run and is skipped; delete it", name)
        return None
