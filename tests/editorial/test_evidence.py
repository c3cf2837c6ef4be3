"""The record of a review says what happened, and to which version."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from samples import sample_entry

from widget.config import Hold, Publication, Settings
from widget.editorial.evidence import ReviewEvidence, evidence_of
from widget.editorial.evidence_page import rendered
from widget.editorial.review import CHECKLIST, CHECKLIST_WORDS, Reviewer
from widget.editorial.service import Editorial
from widget.entry import Entry
from widget.errors import NotFound
from widget.store import Store

pytestmark = pytest.mark.unit

ID = "night-trains"
DRAFT = sample_entry(provenance__reviewed_by=None, provenance__reviewed_at=None)
LATER = DRAFT.model_copy(
    update={"article": DRAFT.article.model_copy(update={"title": "Another title"})}
)


@pytest.fixture
def editorial(store: Store, settings: Settings) -> Editorial:
    return Editorial(store, settings)


def approve(editorial: Editorial, name: str, note: str = "") -> None:
    reviewer = Reviewer(name, "editor", "session", name)
    editorial.review.approve(ID, reviewer=reviewer, checked=CHECKLIST, note=note)


def record(editorial: Editorial, settings: Settings, **options: Any) -> ReviewEvidence:  # noqa: ANN401  # as evidence_of has them
    return evidence_of(editorial.entries, settings, ID, **options)


def sha256(entry: Entry) -> str:
    return hashlib.sha256(entry.to_json()).hexdigest()


def test_the_whole_way_to_readers_and_away_is_in_the_record(
    editorial: Editorial, settings: Settings
) -> None:
    editorial.save(DRAFT, actor="ana", note="First.")
    editorial.review.submit(ID, actor="ana")
    editorial.review.return_(ID, actor="bo", note="The second source says otherwise.")
    editorial.save(LATER, actor="ana")
    editorial.review.submit(ID, actor="ana", note="Mended.")
    approve(editorial, "bo", "Read twice.")
    editorial.publish(ID, actor="cy")
    live = editorial.entries.live(ID)
    assert live
    found = record(editorial, settings)
    assert (found.entry, found.title, found.url) == (ID, "Another title", LATER.article.url)
    assert (found.version.revision, found.version.at) == (7, live.at)
    assert (found.version.standing, found.version.sha256) == ("live", live.digest)  # type: ignore[union-attr]  # it is live
    assert (found.version.provider, found.version.reviewed_by) == ("Quill Engines", "editor")
    assert found.review.model_dump() == {"review": "proven", "needed": 0, "given": 1, "hold": ""}
    (approval,) = found.approvals
    assert (approval.reviewer, approval.role, approval.proof) == ("bo", "editor", "session")
    assert (approval.revision, approval.note, approval.this_version) == (6, "Read twice.", True)
    assert [it.confirms for it in approval.checked] == list(CHECKLIST_WORDS.values())
    (returned,) = found.of("return")
    assert returned.note == "The second source says otherwise."
    assert (returned.sha256, returned.this_version) == (sha256(DRAFT), False)
    assert [it.actor for it in found.of("publish")] == ["cy"]
    assert [it.sha256 for it in found.of("save")] == [sha256(DRAFT), sha256(LATER)]

    editorial.withdraw(ID, actor="bo", reason="A source was made up.")
    gone = record(editorial, settings)
    assert (gone.version.standing, gone.version.sha256) == ("withdrawn", live.digest)  # type: ignore[union-attr]
    assert [(it.note, it.this_version) for it in gone.of("withdraw")] == [
        ("A source was made up.", True)
    ]
    assert gone.review.review == "proven"


def test_an_approval_of_another_version_proves_nothing(
    editorial: Editorial, settings: Settings
) -> None:
    editorial.save(DRAFT, actor="ana")
    approve(editorial, "bo")
    editorial.save(LATER, actor="ana")
    found = record(editorial, settings)
    assert (found.version.standing, found.review.review, found.review.given) == ("draft", "none", 0)
    assert [it.this_version for it in found.approvals] == [False]
    before = record(editorial, settings, revision=2)
    assert (before.version.standing, before.review.review) == ("former", "proven")


def test_an_approval_that_was_taken_back_proves_nothing(
    editorial: Editorial, settings: Settings
) -> None:
    editorial.save(DRAFT, actor="ana")
    approve(editorial, "bo")
    editorial.review.return_(ID, actor="bo", note="On second thoughts, no.")
    approve(editorial, "cy")
    editorial.publish(ID, actor="ana")
    editorial.save(LATER, actor="ana")
    editorial.review.return_(ID, actor="bo", note="Not this.")
    taken_back = record(editorial, settings, revision=2)
    assert [(it.reviewer, it.returned_in) for it in taken_back.approvals] == [
        ("bo", 3),
        ("cy", None),
    ]
    assert (taken_back.review.review, taken_back.review.given) == ("declared", 0)
    live = record(editorial, settings)
    assert (live.version.standing, live.review.review, live.review.given) == ("live", "proven", 1)
    for form in ("text", "html"):
        assert "aken back in revision 3" in rendered(live, form)


def test_a_reviewer_that_somebody_typed_is_declared(
    editorial: Editorial, settings: Settings
) -> None:
    editorial.save(sample_entry(), actor="ana")
    editorial.publish(ID, actor="ana")
    found = record(editorial, settings)
    assert found.version.reviewed_by == "A. Desk"
    assert (found.review.review, found.approvals) == ("declared", ())


def test_two_approvals_of_what_is_held_are_both_in_the_record(
    store: Store, settings: Settings
) -> None:
    held = Publication(origins=("https://paper.example",), hold=Hold(words=("sleepers",)))
    settings = settings.model_copy(update={"publications": (held,)})
    editorial = Editorial(store, settings)
    editorial.save(DRAFT, actor="ana")
    approve(editorial, "bo")
    one = record(editorial, settings)
    assert (one.review.needed, one.review.given, one.review.hold) == (2, 1, "sleepers")
    approve(editorial, "cy")
    both = record(editorial, settings)
    assert both.review.given == 2
    assert [(it.reviewer, it.this_version) for it in both.approvals] == [("bo", True), ("cy", True)]


def test_comments_are_in_the_record_open_or_resolved(
    editorial: Editorial, settings: Settings
) -> None:
    editorial.save(DRAFT, actor="ana")
    editorial.comments.add(ID, actor="bo", text="Who says so?", path="$.sources[1]")
    editorial.comments.add(ID, actor="bo", text="Good.")
    editorial.comments.resolve(ID, "3", actor="ana")
    found = record(editorial, settings)
    assert [(it.subject, it.resolved_by) for it in found.comments] == [
        ("The cost of a berth", None),
        ("", "ana"),
    ]
    assert [it.action for it in found.events] == ["save"]


def test_a_record_needs_an_entry_and_a_revision(editorial: Editorial, settings: Settings) -> None:
    with pytest.raises(NotFound, match="there is no entry"):
        record(editorial, settings)
    editorial.save(DRAFT, actor="ana")
    with pytest.raises(NotFound, match="has no revision 9"):
        record(editorial, settings, revision=9)
    editorial.discard(ID, actor="ana")
    assert record(editorial, settings).version.standing == "former"


def test_the_run_of_exactly_this_version_is_asked_for(
    editorial: Editorial, settings: Settings
) -> None:
    editorial.save(DRAFT, actor="ana")
    editorial.save(LATER, actor="ana")
    seen: list[Entry] = []
    record(editorial, settings, revision=1, run_of=seen.append)
    assert seen == [DRAFT]


def test_every_item_of_the_checklist_has_words() -> None:
    assert tuple(CHECKLIST_WORDS) == CHECKLIST
