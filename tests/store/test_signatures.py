"""The reviewer that an approval writes into a document does not outlive the approval."""

from __future__ import annotations

import pytest
from samples import PAPER, sample_entry
from store_support import OpenStore

from widget.config import Settings
from widget.editorial.evidence import evidence_of
from widget.editorial.review import CHECKLIST, Reviewer
from widget.editorial.service import Editorial
from widget.entry import Entry
from widget.errors import Forbidden
from widget.store import Live, Revision, Store
from widget.store.state import now

ID = "night-trains"
SETTINGS = Settings.model_validate({"publications": [{"name": "Paper", "origins": [PAPER]}]})
BEN = Reviewer(name="ben", role="editor", proof="session", actor="ben")
CEM = Reviewer(name="cem", role="editor", proof="session", actor="cem")
PEOPLES = sample_entry(provenance={"origin": "human", "reviewed_by": None})


@pytest.fixture
def desk(store: Store) -> Editorial:
    return Editorial(store, SETTINGS)


def draft_of(desk: Editorial) -> Entry:
    draft = desk.entries.draft(ID)
    assert draft
    return draft.entry


def signature(entry: Entry) -> tuple[object, object]:
    return entry.provenance.reviewed_by, entry.provenance.reviewed_at


def test_a_returned_draft_names_no_reviewer(desk: Editorial, open_another: OpenStore) -> None:
    desk.save(PEOPLES, actor="ana")
    desk.review.approve(ID, reviewer=BEN, checked=CHECKLIST)
    assert signature(draft_of(desk))[0] == "editor"
    desk.review.return_(ID, actor="ben", note="Source 2 says otherwise.")
    for store in (desk.entries, open_another()):
        draft = store.draft(ID)
        assert draft
        assert (signature(draft.entry), draft.actor) == ((None, None), "ana")
    desk.publish(ID, actor="ana")
    live = desk.entries.live(ID)
    assert isinstance(live, Live)
    assert (signature(live.entry), live.approvals) == ((None, None), ())
    assert evidence_of(desk.entries, SETTINGS, ID).review.review == "none"


@pytest.mark.parametrize("by", ["form", "import", "restore"])
def test_nor_does_what_was_read_before(desk: Editorial, by: str) -> None:
    desk.save(PEOPLES, actor="ana")
    desk.review.approve(ID, reviewer=BEN, checked=CHECKLIST)
    signed = draft_of(desk)
    desk.publish(ID, actor="ana")
    desk.withdraw(ID, actor="ana", reason="It was wrong.")
    withdrawn = desk.entries.head(ID)
    for _ in range(2):
        match by:
            case "form":
                desk.save(signed, actor="ana")
            case "import":
                assert desk.put_all([signed], actor="ana") == [None]
            case "restore":
                desk.restore(ID, withdrawn, actor="ana")
        assert signature(draft_of(desk)) == (None, None)
        desk.discard(ID, actor="ana")


def test_a_reviewer_that_somebody_typed_stays_as_it_was_typed(desk: Editorial) -> None:
    desk.save(sample_entry(), actor="ana")
    assert signature(draft_of(desk))[0] == "A. Desk"
    desk.review.return_(ID, actor="ben", note="Not yet.")
    assert signature(draft_of(desk))[0] == "A. Desk"


def test_who_saved_before_states_named_them_cannot_approve_after_another(
    desk: Editorial,
) -> None:
    """Releases before reviews named the saver in the revision alone."""
    desk.adopt(Revision(1, now(), "ana (token ci)", "save", "", PEOPLES))
    desk.review.approve(ID, reviewer=BEN, checked=CHECKLIST)
    ana = Reviewer(name="ana", role="editor", proof="session", actor="ana")
    with pytest.raises(Forbidden, match="saved this draft last"):
        desk.review.approve(ID, reviewer=ana, checked=CHECKLIST)
    desk.review.approve(ID, reviewer=CEM, checked=CHECKLIST)
