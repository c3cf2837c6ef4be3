"""The purge outbox in a PostgreSQL database, shared by the processes of many machines."""

from __future__ import annotations

import json
import logging

from widget.entry.model import is_id
from widget.purging.jobs import PurgeJob, from_document, to_document
from widget.storage.lease import Lease
from widget.storage.postgres import Connection, Database
from widget.storage.postgres.lease import database_lease

log = logging.getLogger("insights.purging")

_LEADER_LOCK = 0x1051D2
"""The advisory lock that the leader holds."""


class PostgresOutbox:
    """A ``PurgeOutbox`` in the table ``purge``."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(self, job: PurgeJob) -> None:
        """Store a job."""
        self._put(job, pending=True)

    def update(self, job: PurgeJob) -> None:
        """Store the state of a pending job."""
        with self.database.reading() as connection:
            connection.execute(
                "UPDATE purge SET document = %s WHERE token = %s AND pending",
                (json.dumps(to_document(job)), job.token),
            )

    def complete(self, job: PurgeJob) -> None:
        """End a job."""
        if job.entry_id:
            self._put(job, pending=False)
            return
        with self.database.reading() as connection:
            connection.execute("DELETE FROM purge WHERE token = %s", (job.token,))

    def pending(self) -> list[PurgeJob]:
        """Return the pending jobs, oldest first."""
        with self.database.reading() as connection:
            return _jobs(connection, "SELECT token, document FROM purge WHERE pending ORDER BY at")

    def latest(self, entry_id: str) -> PurgeJob | None:
        """Return the newest job of an entry."""
        if not is_id(entry_id):
            return None
        with self.database.reading() as connection:
            found = _jobs(
                connection,
                "SELECT token, document FROM purge WHERE entry_id = %s ORDER BY at DESC LIMIT 1",
                entry_id,
            )
        return found[0] if found else None

    def prune(self, before: float) -> None:
        """Delete old completed jobs."""
        with self.database.reading() as connection:
            connection.execute("DELETE FROM purge WHERE NOT pending AND at < %s", (before,))

    def lease(self) -> Lease:
        """Return the leader's lease, one for all machines."""
        return database_lease(self.database, _LEADER_LOCK, "purge leader")

    def _put(self, job: PurgeJob, *, pending: bool) -> None:
        with self.database.reading() as connection:
            connection.execute(
                "INSERT INTO purge (token, entry_id, at, pending, document)"
                " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (token)"
                " DO UPDATE SET pending = EXCLUDED.pending, document = EXCLUDED.document",
                (job.token, job.entry_id, job.at, pending, json.dumps(to_document(job))),
            )


def _jobs(connection: Connection, statement: str, *values: str) -> list[PurgeJob]:
    jobs = []
    for token, document in connection.execute(statement.encode(), values):
        try:
            jobs.append(from_document(document))
        except (ValueError, TypeError, KeyError):
            log.warning("row %r of table purge is not a purge job and is skipped; delete it", token)
    return jobs
