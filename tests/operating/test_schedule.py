"""What is planned is carried out by the running service, whoever planned it and wherever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from operating_support import Served, serving
from running import until
from samples import sample_entry

from widget.app import rules
from widget.config import Settings
from widget.editorial.review import CHECKLIST, Reviewer
from widget.editorial.scheduler import LATE_SECONDS
from widget.editorial.service import Editorial
from widget.entry import Entry
from widget.store import Live, Withdrawn, open_store

pytestmark = pytest.mark.process

ID = "night-trains"
SETTINGS = Settings()
BEN = Reviewer(name="ben", role="publisher", proof="session", actor="ben")


@contextmanager
def editorial_at(data: Path) -> Iterator[Editorial]:
    """Work on a service's store from a process of one's own."""
    store = open_store(f"dir:{data}", rules(SETTINGS))
    yield Editorial(store, SETTINGS)
    store.close()


def seconds(number: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=number)


def plan(editorial: Editorial, entry: Entry, *, publish_at: datetime, approve: bool = True) -> None:
    editorial.save(entry, actor="ana")
    if approve:
        editorial.review.approve(entry.id, reviewer=BEN, checked=CHECKLIST)
    editorial.planning.schedule(entry.id, actor="ben", publish_at=publish_at)


def shows(served: Served, status: int) -> None:
    """Wait until every worker answers with ``status``: four connections for two workers."""
    until(lambda: all(served.get(f"/panel/{ID}")[0] == status for _ in range(4)))


def test_it_goes_live_and_down_on_all_workers_at_its_time(tmp_path: Path) -> None:
    with serving(tmp_path, {}, workers=2) as served, editorial_at(served.data) as editorial:
        at = seconds(3)
        plan(editorial, sample_entry(), publish_at=at)
        assert served.get(f"/panel/{ID}")[0] == 404
        shows(served, 200)
        live = editorial.entries.live(ID)
        assert isinstance(live, Live)
        assert at <= live.at < at + timedelta(seconds=1)
        assert [it.reviewer for it in live.approvals] == ["ben"]
        published = editorial.entries.history(ID)[0]
        assert (published.action, published.actor) == ("publish", "ben (schedule)")

        end = seconds(2)
        editorial.planning.schedule(ID, actor="ben", expires_at=end, reason="It was for a day.")
        shows(served, 410)
        gone = editorial.entries.live(ID)
        assert isinstance(gone, Withdrawn)
        assert end <= gone.at < end + timedelta(seconds=1)
        assert gone.reason == "It was for a day."
        assert len([it for it in editorial.entries.history(ID) if it.action == "publish"]) == 1


def test_what_is_due_waits_for_its_approval_and_the_log_says_so_once(tmp_path: Path) -> None:
    with serving(tmp_path, {}, workers=2) as served, editorial_at(served.data) as editorial:
        plan(editorial, sample_entry(), publish_at=seconds(0.5), approve=False)
        until(lambda: "night-trains is due and cannot be changed" in served.logged())
        assert editorial.entries.live(ID) is None
        editorial.review.approve(ID, reviewer=BEN, checked=CHECKLIST)
        shows(served, 200)
        assert served.logged().count("is due and cannot be changed") == 1


def test_what_the_service_missed_is_made_up_for_and_said(tmp_path: Path) -> None:
    with serving(tmp_path, {}, workers=1) as served:
        data = served.data
    with editorial_at(data) as editorial:
        at = seconds(0.2)
        plan(editorial, sample_entry(), publish_at=at)
        late = timedelta(seconds=LATE_SECONDS + 1)
        until(lambda: datetime.now(UTC) > at + late)
        assert editorial.entries.planned(datetime.now(UTC)) == [ID]
        assert editorial.entries.live(ID) is None
        with serving(tmp_path, {}, workers=1) as served:
            shows(served, 200)
        published = editorial.entries.history(ID)[0]
        assert published.action == "publish"
        assert "seconds late" in published.note
