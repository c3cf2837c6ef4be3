"""What is planned happens at its time, also where another part of the plan cannot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from samples import PAPER, sample_entry

from widget.config import Settings
from widget.editorial.review import CHECKLIST, Reviewer
from widget.editorial.scheduler import Scheduler
from widget.editorial.service import Editorial
from widget.store import Live, Store, Withdrawn, open_store
from widget.store.rules import rules

pytestmark = pytest.mark.unit

ID = "night-trains"
SETTINGS = Settings.model_validate({"publications": [{"name": "Paper", "origins": [PAPER]}]})
BEN = Reviewer(name="ben", role="editor", proof="session", actor="ben")
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(tmp_path: object) -> Editorial:
    store: Store = open_store(f"dir:{tmp_path}", rules(SETTINGS))
    return Editorial(store, SETTINGS)


def approve(desk: Editorial) -> None:
    desk.review.approve(ID, reviewer=BEN, checked=CHECKLIST)


def test_what_is_live_is_withdrawn_at_its_time_though_its_successor_lacks_an_approval(
    desk: Editorial,
) -> None:
    desk.save(sample_entry(), actor="ana")
    approve(desk)
    desk.publish(ID, actor="cy")
    desk.save(sample_entry(article__title="Another title"), actor="ana")
    now = datetime.now(UTC)
    desk.planning.schedule(
        ID, actor="cy", publish_at=now + HOUR, expires_at=now + 2 * HOUR, reason="For an hour."
    )
    scheduler = Scheduler(desk)
    scheduler.carry_out_due(now + 1.5 * HOUR)
    live = desk.entries.live(ID)
    assert isinstance(live, Live)
    assert live.entry.article.title == "Bring the night trains back"
    scheduler.carry_out_due(now + 2 * HOUR)
    gone = desk.entries.live(ID)
    assert isinstance(gone, Withdrawn)
    assert gone.reason == "For an hour."
    approve(desk)
    scheduler.carry_out_due(now + 3 * HOUR)
    assert isinstance(desk.entries.live(ID), Withdrawn), "its plan has ended"
    assert desk.entries.planned(now + 9 * HOUR) == []
    assert desk.entries.draft(ID)
