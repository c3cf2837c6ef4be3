"""Every store keeps what the record of a review is made from."""

from __future__ import annotations

from samples import sample_entry
from store_support import OpenStore

from widget.config import Settings
from widget.editorial.evidence import evidence_of
from widget.editorial.review import CHECKLIST, Reviewer
from widget.editorial.service import Editorial
from widget.store import Store

ID = "night-trains"


def test_the_record_of_a_review_is_the_same_to_whoever_opens_the_store(
    store: Store, open_another: OpenStore
) -> None:
    settings = Settings.model_validate({"publications": [{"origins": ["https://paper.example"]}]})
    editorial = Editorial(store, settings)
    editorial.save(sample_entry(), actor="ana", note="First.")
    editorial.review.submit(ID, actor="ana")
    editorial.comments.add(ID, actor="bo", text="Who says so?", path="$.sources[0]")
    editorial.comments.resolve(ID, "3", actor="ana")
    bo = Reviewer("bo", "publisher", "password", "bo")
    editorial.review.approve(ID, reviewer=bo, checked=CHECKLIST, note="Read twice.")
    editorial.publish(ID, actor="cy")
    record = evidence_of(store, settings, ID)
    assert (record.review.review, record.review.needed, record.review.given) == ("proven", 1, 1)
    assert [(it.reviewer, it.proof, it.this_version) for it in record.approvals] == [
        ("bo", "password", True)
    ]
    assert [it.action for it in record.events] == ["save", "submit", "approve", "publish"]
    assert [(it.subject, it.resolved_by) for it in record.comments] == [
        ("Who sleeps on trains", "ana")
    ]
    assert evidence_of(open_another(), settings, ID) == record
