"""Readers get no bytes without the approvals that they need, whatever happens to a store."""

from __future__ import annotations

from pathlib import Path

import pytest
from approval_machine_copies import NewsroomWithCopies
from approval_machine_files import NewsroomWithFiles
from approval_versions import SETTINGS, version
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import run_state_machine_as_test as run_machine

from widget.config import Settings
from widget.editorial.review import CHECKLIST, Reviewer
from widget.editorial.service import Editorial
from widget.errors import InvalidEntry
from widget.store import Live, Store, open_store
from widget.store.rules import rules

TITLES = ["Bring the night trains back", "Keep the night trains"]
QUICK = hypothesis_settings(
    max_examples=10,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.exhaustive
def test_no_history_of_a_store_shows_what_was_not_approved(store_url: str) -> None:
    class Here(NewsroomWithCopies):
        url = store_url

    open_store(store_url, rules(SETTINGS)).close()
    run_machine(Here, settings=QUICK)


@pytest.mark.unit
@pytest.mark.exhaustive
def test_nor_does_what_people_write_into_the_files(tmp_path: Path) -> None:
    class Here(NewsroomWithFiles):
        url = f"dir:{tmp_path}"
        folder = tmp_path

    run_machine(Here, settings=QUICK)


@pytest.mark.unit
def test_an_unapproved_file_in_live_is_set_aside_and_named(tmp_path: Path) -> None:
    store: Store = open_store(f"dir:{tmp_path}", rules(SETTINGS))
    path = tmp_path / "live" / "trains.json"
    path.write_bytes(version("trains", TITLES[0], "ai", declared=True).to_json())
    store.poll()
    assert store.live("trains") is None
    (problem,) = store.problems()
    assert problem.where == "live/trains.json"
    assert "another person has to approve exactly this version" in problem.breaches[0].message
    path.write_bytes(version("trains", TITLES[0], "human").to_json())
    store.poll()
    assert isinstance(store.live("trains"), Live)
    store.close()


@pytest.mark.unit
def test_the_approval_of_a_draft_lets_no_other_file_go_live(tmp_path: Path) -> None:
    store: Store = open_store(f"dir:{tmp_path}", rules(SETTINGS))
    desk = Editorial(store, SETTINGS)
    desk.save(version("trains", TITLES[0], "ai"), actor="ana")
    ben = Reviewer(name="ben", role="editor", proof="session", actor="ben")
    desk.review.approve("trains", reviewer=ben, checked=CHECKLIST)
    path = tmp_path / "live" / "trains.json"
    path.write_bytes(version("trains", TITLES[1], "ai").to_json())
    store.poll()
    assert store.live("trains") is None
    approved = store.draft("trains")
    assert approved is not None
    path.write_bytes(approved.entry.to_json())
    store.poll()
    live = store.live("trains")
    assert isinstance(live, Live)
    assert [it.reviewer for it in live.approvals] == ["ben"]
    store.close()


@pytest.mark.unit
def test_a_publication_without_its_approval_is_not_copied(tmp_path: Path) -> None:
    free = Settings.model_validate({"publications": [{"review": "optional"}]})
    before: Store = open_store(f"dir:{tmp_path / 'before'}", rules(free))
    Editorial(before, free).put(version("trains", TITLES[0], "ai"), actor="ana", publish=True)
    strict: Store = open_store(f"dir:{tmp_path / 'after'}", rules(SETTINGS))
    saved, published = reversed(before.history("trains"))
    strict.adopt(saved)
    with pytest.raises(InvalidEntry, match="another person has to approve"):
        strict.adopt(published)
    assert strict.live("trains") is None
    before.close()
    strict.close()


def test_what_was_live_before_reviews_were_required_stays_live(store_url: str) -> None:
    free = Settings.model_validate({"publications": [{"review": "optional"}]})
    before: Store = open_store(store_url, rules(free))
    Editorial(before, free).put(version("trains", TITLES[0], "ai"), actor="ana", publish=True)
    before.close()
    after: Store = open_store(store_url, rules(SETTINGS))
    assert isinstance(after.live("trains"), Live)
    assert after.problems() == []
    with pytest.raises(InvalidEntry, match="another person has to approve"):
        Editorial(after, SETTINGS).put(
            version("trains", TITLES[1], "ai"), actor="ana", publish=True
        )
    live = after.live("trains")
    assert isinstance(live, Live)
    assert live.entry.article.title == TITLES[0]
    after.close()
