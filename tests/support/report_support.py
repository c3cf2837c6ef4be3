"""What tests of reports share: a clock, and one object for everything about reports."""

from __future__ import annotations

import time

from samples import sample_entry

from widget.config import Settings
from widget.editorial.service import Editorial
from widget.record.report_desk import ReportDesk
from widget.record.report_inbox import ReportInbox, Submission
from widget.record.report_removal import ReportRemoval
from widget.record.reports import Report, report_records
from widget.storage.documents import open_documents
from widget.store import Live, Store

ID = "night-trains"
DAY = 86_400.0


class Clock:
    """A clock that stands until a test moves it."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


class Desk:
    """The reports of a store: sent, looked at, decided, removed."""

    def __init__(self, settings: Settings, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.documents = open_documents(settings.store)
        self.editorial = Editorial(store, settings)
        self.inbox = ReportInbox(self.documents, clock)
        self.desk = ReportDesk(self.documents, self.editorial, settings)
        self.removal = ReportRemoval(lambda: self.documents, self.editorial, clock)
        self.reports = report_records(self.documents)
        self._senders = 0

    def send(
        self,
        text: str = "",
        *,
        kind: str = "wrong",
        point: str = "1-1",
        address: str = "",
        sender: str | None = None,
        entry: str = ID,
    ) -> str:
        """Send a report from a network of its own, unless ``sender`` names an address."""
        live = self.store.live(entry)
        assert isinstance(live, Live)
        self._senders += 1
        network = sender or f"10.{self._senders // 250}.{self._senders % 250}.1"
        submission = Submission(kind=kind, point=point, text=text, address=address)  # type: ignore[arg-type]  # a kind
        return self.inbox.submit(live, submission, address=network).id

    def report(self, report_id: str) -> Report:
        """Return a report that is there."""
        found = self.reports.get(report_id)
        assert found is not None
        return found

    def upheld(self) -> int:
        """Return how many upheld reports the panel shows."""
        live = self.store.live(ID)
        assert isinstance(live, Live)
        return live.annotations.reports_upheld

    def publish(self, entry_id: str) -> None:
        """Publish one more entry."""
        url = f"https://paper.example/opinion/{entry_id}"
        article = sample_entry().article.model_copy(update={"url": url, "aliases": ()})
        entry = sample_entry().model_copy(update={"id": entry_id, "article": article})
        self.store.save(entry, actor="ana")
        self.store.publish(entry_id, actor="ana")
