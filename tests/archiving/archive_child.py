"""Archives what is due and stops at a stage: python archive_child.py STORE ARCHIVE STAGE."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from widget.app import rules
from widget.config import Settings
from widget.editorial.annotating import Annotating
from widget.sources.archiving.protocol import Copy
from widget.sources.archiving.queue import ArchiveQueue, Place
from widget.sources.archiving.save_page_now import SavePageNow
from widget.sources.archiving.worker import CopyRecorder
from widget.storage.documents import open_documents
from widget.store import open_store

KEY = "AccessKey01:SecretKey02"


def stop(at: str) -> None:
    """Say that a stage is reached, and wait to be killed."""
    if at == sys.argv[3]:
        print(at, flush=True)
        sys.stdin.read()


class Stopping(SavePageNow):
    """Stops between what the archive says and its being recorded."""

    def begin(self, url: str) -> Copy | str:
        """Ask for a capture."""
        job = super().begin(url)
        stop("asked")
        return job

    def poll(self, job: str) -> Copy | None:
        """Look at it."""
        copy = super().poll(job)
        stop("captured")
        return copy


def main() -> None:
    """Carry out what is due until somebody kills this process."""
    settings = Settings(store=sys.argv[1])
    store = open_store(settings.store, rules(settings), create=False)
    documents = open_documents(settings.store)
    recorder = CopyRecorder(documents, Annotating(store))

    def record(place: Place, url: str) -> None:
        stop("copied")
        recorder.record(place, url)
        stop("recorded")

    archiver = Stopping(sys.argv[2], SecretStr(KEY))
    now = datetime(2027, 1, 1, tzinfo=UTC)
    while True:
        ArchiveQueue(documents).carry_out(archiver, record, now=now)
        now += timedelta(minutes=1)


if __name__ == "__main__":
    main()
