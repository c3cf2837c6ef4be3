"""Every store keeps what the record of a review is made from."""

from __future__ import annotations

from contextlib import closing

import pytest
from samples import sample_entry
from store_support import OpenStore

from widget.config import Settings
from widget.editorial import copying
from widget.editorial.evidence import evidence_of
from widget.editorial.review import CHECKLIST, Reviewer
from widget.editorial.service import Editorial
from widget.store import Store, open_store
from widget.store.rules import rules

ID = "night-trains"
SETTINGS = Settings.model_validate({"publications": [{"origins": ["https://paper.example"]}]})


def test_the_record_of_a_review_is_the_same_to_whoever_opens_the_store(
    store: Store, open_another: OpenStore
) -> None:
    editorial = Editorial(store, SETTINGS)
    editorial.save(sample_entry(), actor="ana", note="First.")
    editorial.review.submit(ID, actor="ana")
    editorial.comments.add(ID, actor="bo", text="Who says so?", path="$.sources[0]")
    editorial.comments.resolve(ID, "3", actor="ana")
    bo = Reviewer("bo", "publisher", "password", "bo")
    editorial.review.approve(ID, reviewer=bo, checked=CHECKLIST, note="Read twice.")
    editorial.publish(ID, actor="cy")
    record = evidence_of(store, SETTINGS, ID)
    assert (record.review.review, record.review.needed, record.review.given) == ("proven", 1, 1)
    assert [(it.reviewer, it.proof, it.this_version) for it in record.approvals] == [
        ("bo", "password", True)
    ]
    assert [it.action for it in record.events] == ["save", "submit", "approve", "publish"]
    assert [(it.subject, it.resolved_by) for it in record.comments] == [
        ("Who sleeps on trains", "ana")
    ]
    assert evidence_of(open_another(), SETTINGS, ID) == record


def test_the_record_is_the_same_after_a_copy_and_of_another_version_after_a_restoration(
    store: Store, tmp_path_factory: pytest.TempPathFactory
) -> None:
    editorial = Editorial(store, SETTINGS)
    bo = Reviewer("bo", "publisher", "password", "bo")
    editorial.save(sample_entry(), actor="ana")
    editorial.review.approve(ID, reviewer=bo, checked=CHECKLIST)
    editorial.publish(ID, actor="cy")
    editorial.withdraw(ID, actor="cy", reason="It was wrong.")
    editorial.restore(ID, 3, actor="ana")
    before = [evidence_of(store, SETTINGS, ID, revision=number) for number in range(1, 6)]
    with closing(open_store(f"dir:{tmp_path_factory.mktemp('copy')}", rules(SETTINGS))) as other:
        target = Editorial(other, SETTINGS)
        planned = copying.plan(store, other, [ID], lambda _: None)
        assert copying.copy(store, target, planned, lambda _: None) == []
        after = [evidence_of(other, SETTINGS, ID, revision=number) for number in range(1, 6)]
    assert after == before
    assert [it.review.review for it in before] == [
        *("declared", "proven", "proven", "proven", "none")
    ]
    assert [it.version.standing for it in before] == [
        *("former", "withdrawn", "withdrawn", "withdrawn", "draft")
    ]
    restored = before[-1]
    assert (restored.version.reviewed_by, restored.review.needed) == (None, 1)
    assert [it.this_version for it in restored.approvals] == [False]
