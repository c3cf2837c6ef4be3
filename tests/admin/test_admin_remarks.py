"""Comments on several points and sources, sent together with the decision, with forms alone."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from newsroom import ENTRY, post
from samples import PUBLICATION, sample_entry
from test_admin_review import ana, ben, draft

from widget.config import Settings
from widget.editorial.comments import Comments
from widget.editorial.review import CHECKLIST
from widget.store import Store, document_digest

pytestmark = pytest.mark.unit

__all__ = ["ana", "ben", "draft"]  # the fixtures

PAGE = f"{ENTRY}/publication"
ID = "night-trains"
POINT, SOURCE = "$.perspectives[0].points[1]", "$.sources[0]"
REMARKS = {f"comment:{POINT}": "Who says <b>so</b>?", f"comment:{SOURCE}": "It is from 2011."}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    publication = PUBLICATION.model_copy(update={"review": "required"})
    return settings.model_copy(update={"publications": (publication,)})


def send(client: FlaskClient, way: str, **fields: object) -> tuple[int, str]:
    """Send the form for a review with comments; return the status and the page."""
    found = client.get(PAGE).text
    digest = found.partition('name="digest" value="')[2][:64]
    data = {"digest": digest, **REMARKS, **fields}
    answer = post(client, f"{ENTRY}/{way}", data=data)
    return answer.status_code, answer.text


def test_the_form_has_a_field_for_each_point_and_source(draft: Store, ben: FlaskClient) -> None:
    form = ben.get(PAGE).text.partition(f'action="{ENTRY}/approval"')[2].partition("</form>")[0]
    names = set(re.findall(r'<textarea[^>]* name="([^"]+)"', form))
    entry = sample_entry()
    wanted = {f"comment:$.sources[{i}]" for i in range(len(entry.sources))}
    for group, perspective in enumerate(entry.perspectives):
        wanted |= {
            f"comment:$.perspectives[{group}].points[{i}]" for i in range(len(perspective.points))
        }
    assert wanted <= names
    assert draft.head(ID) == 1


def test_a_draft_is_returned_with_all_comments_in_one_revision(
    draft: Store, ana: FlaskClient, ben: FlaskClient
) -> None:
    assert send(ben, "return")[0] == 303
    assert draft.head(ID) == 2
    assert draft.workflow(ID).phase == "returned"
    assert draft.workflow(ID).open_comments == 2
    found = {it.path: it for it in Comments(draft).of(ID)}
    assert {it.text for it in found.values()} == set(REMARKS.values())
    shown = ana.get(PAGE).text
    assert "returned it with comments" in shown
    assert "2 comments are open" in shown
    assert "Who says &lt;b&gt;so&lt;/b&gt;?" in shown
    beside = ana.get(ENTRY).text
    assert beside.index('id="f-perspectives-0-points-1"') < beside.index("Who says &lt;b&gt;so")
    assert "It is from 2011." in ana.get(f"{ENTRY}/history").text
    name = found[POINT].name
    assert post(ana, f"{ENTRY}/comments/{name}/resolution").status_code == 303
    assert draft.workflow(ID).open_comments == 1
    (left,) = [it for it in Comments(draft).of(ID) if it.resolved_by is None]
    assert left.path == SOURCE
    assert post(ana, f"{ENTRY}/comments/{name}/resolution").status_code == 404
    assert post(ana, f"{ENTRY}/comments/2/resolution").status_code == 404
    assert post(ana, f"{ENTRY}/comments/2.3/resolution").status_code == 404


def test_an_approval_may_come_with_comments(draft: Store, ben: FlaskClient) -> None:
    assert send(ben, "approval", checked=list(CHECKLIST), note="Good.")[0] == 303
    now = draft.draft(ID)
    assert now is not None
    assert draft.head(ID) == 2
    assert [it.digest for it in now.workflow.approvals] == [document_digest(now.entry)]
    assert now.workflow.open_comments == 2


def test_an_approved_draft_is_returned_with_comments_and_without_its_reviewer(
    draft: Store, ben: FlaskClient
) -> None:
    assert send(ben, "approval", checked=list(CHECKLIST))[0] == 303
    assert send(ben, "return")[0] == 303
    now = draft.draft(ID)
    assert now is not None
    assert now.revision == draft.head(ID) == 3
    assert now.entry.provenance.reviewed_by is None
    assert (now.workflow.phase, now.workflow.open_comments) == ("returned", 4)
    assert [it.name for it in Comments(draft).of(ID)] == ["2.1", "2.2", "3.1", "3.2"]


def test_comments_are_sent_together_without_a_decision(draft: Store, ben: FlaskClient) -> None:
    assert send(ben, "comments", note="Nearly there.")[0] == 303
    assert draft.head(ID) == 2
    assert draft.workflow(ID).phase == "draft"
    texts = [(it.path, it.text) for it in Comments(draft).of(ID)]
    assert texts[0] == ("", "Nearly there.")
    assert {it for it, _ in texts[1:]} == {POINT, SOURCE}
    assert draft.workflow(ID).open_comments == 3
    assert post(ben, f"{ENTRY}/comments", note=" ").status_code == 422


@pytest.mark.parametrize("way", ["return", "approval"])
def test_a_refused_review_changes_nothing_and_shows_what_was_typed(
    draft: Store, ben: FlaskClient, way: str
) -> None:
    long = {f"comment:{SOURCE}": "x" * 2001}
    status, page = send(ben, way, checked=list(CHECKLIST), note="Second source.", **long)
    assert status == 422
    assert draft.head(ID) == 1
    assert "Who says &lt;b&gt;so&lt;/b&gt;?</textarea>" in page
    assert f"{'x' * 2001}</textarea>" in page
    assert "Second source.</textarea>" in page
    assert len(re.findall('name="checked" value="[a-z]+" checked', page)) == len(CHECKLIST)


def test_comments_survive_that_the_draft_changed_meanwhile(draft: Store, ben: FlaskClient) -> None:
    digest = document_digest(sample_entry())
    fewer = sample_entry().model_copy(update={"sources": sample_entry().sources[1:]})
    last = f"$.sources[{len(fewer.sources)}]"
    draft.save(fewer, actor="ana")
    status, page = send(
        ben, "return", digest=digest, checked=["law"], **{f"comment:{last}": "No longer there."}
    )
    assert status == 409
    assert draft.head(ID) == 2
    assert " checked>" not in page, "what was checked of another version counts for nothing"
    for text in ("Who says &lt;b&gt;so&lt;/b&gt;?", "It is from 2011.", "No longer there."):
        assert page.count(f"{text}</textarea>") == 1, text


@pytest.mark.parametrize("state", ["published", "discarded", "broken", "mine"])
def test_comments_survive_that_nobody_can_review_it_any_more(
    draft: Store, ben: FlaskClient, state: str
) -> None:
    digest = document_digest(sample_entry())
    if state == "published":
        assert (
            send(ben, "approval", checked=list(CHECKLIST), **dict.fromkeys(REMARKS, ""))[0] == 303
        )
        draft.publish(ID, actor="ben")
    elif state == "discarded":
        draft.discard(ID, actor="ana")
    elif state == "broken":
        draft.save(sample_entry(article__title=""), actor="ana")
    else:
        draft.save(sample_entry(article__kind="column"), actor="ben")
    status, page = send(ben, "return", digest=digest, note="See below.")
    assert status in (404, 409, 422)
    for text in ("Who says &lt;b&gt;so&lt;/b&gt;?", "It is from 2011.", "See below."):
        typed = re.findall(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
        assert any(text in it for it in typed), text
