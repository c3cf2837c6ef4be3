"""Reviews, comments and plans over the API."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from api_support import ENTRIES, ENTRY, ID, Caller, MakeCaller, problem_of
from samples import PUBLICATION, sample_bytes, sample_entry

from widget.config import Settings
from widget.editorial.review import CHECKLIST
from widget.store import Live, Store

pytestmark = pytest.mark.unit

DRAFTED = {"provenance__reviewed_by": None, "provenance__reviewed_at": None}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Require reviews, as a publication does that says nothing else."""
    publication = PUBLICATION.model_copy(update={"review": "required"})
    return settings.model_copy(update={"publications": (publication,)})


@pytest.fixture
def bo(caller: MakeCaller) -> Caller:
    return caller("editor", "desk", owner="bo")


@pytest.fixture
def draft(cms: Caller) -> str:
    """Save the sample as a draft of ana's, and return its digest."""
    data = sample_bytes(**DRAFTED)
    saved = cms("PUT", f"{ENTRY}/draft", data, knows=None, If_None_Match="*")
    assert saved.status_code == 201, saved.text
    return hashlib.sha256(cms("GET", f"{ENTRY}/draft").data).hexdigest()


def approval(digest: str, **changes: object) -> dict[str, object]:
    return {"decision": "approve", "digest": digest, "checked": list(CHECKLIST), **changes}


def test_a_draft_is_submitted_approved_and_published(
    cms: Caller, bo: Caller, draft: str, store: Store
) -> None:
    refused = problem_of(cms("POST", f"{ENTRY}/publication"), 422)
    assert refused["errors"][0]["path"] == "$.provenance"
    submitted = cms("POST", f"{ENTRY}/submissions", {"note": "Soon, please."})
    assert submitted.status_code == 201, submitted.text
    assert submitted.get_json()["action"] == "submit"
    answered = bo("POST", f"{ENTRY}/reviews", approval(draft, note="Read twice."))
    assert answered.status_code == 201, answered.text
    review = answered.get_json()
    assert answered.headers["Location"].endswith(f"{ENTRY}/revisions/{review['number']}")
    now = hashlib.sha256(cms("GET", f"{ENTRY}/draft").data).hexdigest()
    assert review | {"at": None} == {
        "number": 3,
        "at": None,
        "decision": "approve",
        "actor": "bo (token desk)",
        "note": "Read twice.",
        "reviewer": "bo",
        "role": "admin",
        "proof": "token",
        "checked": list(CHECKLIST),
        "digest": now,
        "current": True,
    }
    listed = cms("GET", f"{ENTRY}/reviews").get_json()
    assert listed == {
        "phase": "approved",
        "digest": now,
        "needed": 1,
        "given": 1,
        "hold": "",
        "items": [review],
    }
    assert cms("POST", f"{ENTRY}/publication").status_code == 201
    live = store.live(ID)
    assert isinstance(live, Live)
    assert [it.reviewer for it in live.approvals] == ["bo"]


def test_a_change_voids_the_approval(cms: Caller, bo: Caller, draft: str) -> None:
    bo("POST", f"{ENTRY}/reviews", approval(draft))
    cms("GET", f"{ENTRY}/draft")
    changed = sample_bytes(**DRAFTED, article__title="Another title")
    assert cms("PUT", f"{ENTRY}/draft", changed).status_code == 200
    listed = cms("GET", f"{ENTRY}/reviews").get_json()
    assert (listed["phase"], listed["given"]) == ("draft", 0)
    assert [it["current"] for it in listed["items"]] == [False]
    problem_of(cms("POST", f"{ENTRY}/publication"), 422)


def test_only_the_version_with_the_digest_is_approved(cms: Caller, bo: Caller, draft: str) -> None:
    changed = sample_bytes(**DRAFTED, article__title="Another title")
    assert cms("PUT", f"{ENTRY}/draft", changed).status_code == 200
    for body in (approval(draft), approval(draft, decision="return", note="No.")):
        detail = problem_of(bo("POST", f"{ENTRY}/reviews", body), 409)["detail"]
        assert "has changed the draft since you opened it" in detail
    problem_of(bo("POST", f"{ENTRY}/reviews", {"decision": "approve"}), 422)
    assert cms("GET", f"{ENTRY}/reviews").get_json()["items"] == []


@pytest.mark.parametrize("role", ["editor", "publisher", "admin"])
def test_who_saved_last_does_not_approve(
    caller: MakeCaller, draft: str, role: str, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    same = caller(role, "another", owner="ana")
    refused = problem_of(same("POST", f"{ENTRY}/reviews", approval(draft)), 403)
    assert "saved this draft last and cannot approve it" in refused["detail"]
    assert store.workflow(ID).approvals == ()
    (event,) = (it for it in caplog.records if it.name == "insights.security")
    assert vars(event)["fields"]["detail"] == "review"


@pytest.mark.parametrize("decision", ["approve", "return"])
def test_a_token_of_nobody_reviews_nothing(
    bo: Caller, draft: str, settings: Settings, decision: str
) -> None:
    path = Path(settings.store.removeprefix("dir:")) / "accounts.json"
    document = json.loads(path.read_bytes())
    for token in document["tokens"]:
        token["owner"] = None
    path.write_text(json.dumps(document))
    body = approval(draft, decision=decision, note="No.")
    detail = problem_of(bo("POST", f"{ENTRY}/reviews", body), 403)["detail"]
    assert "belongs to no user, so it proves nobody" in detail


def test_an_approval_needs_the_checklist_and_a_return_a_reason(bo: Caller, draft: str) -> None:
    half = problem_of(bo("POST", f"{ENTRY}/reviews", approval(draft, checked=["law"])), 422)
    assert {it["path"] for it in half["errors"]} == {"$.checked"}
    assert len(half["errors"]) == len(CHECKLIST) - 1
    silent = problem_of(bo("POST", f"{ENTRY}/reviews", approval(draft, decision="return")), 422)
    assert [it["path"] for it in silent["errors"]] == ["$.note"]
    returned = bo("POST", f"{ENTRY}/reviews", approval(draft, decision="return", note="No."))
    assert returned.status_code == 201
    assert (returned.get_json()["reviewer"], returned.get_json()["actor"]) == (
        None,
        "bo (token desk)",
    )
    assert bo("GET", f"{ENTRY}/reviews").get_json()["phase"] == "returned"


@pytest.mark.usefixtures("draft")
def test_a_submission_is_of_the_version_that_was_read(cms: Caller, bo: Caller) -> None:
    problem_of(cms("POST", f"{ENTRY}/submissions", knows=None), 428)
    bo("POST", f"{ENTRY}/comments", {"text": "Wait."})
    problem_of(cms("POST", f"{ENTRY}/submissions"), 412)
    cms("GET", f"{ENTRY}/draft")
    assert cms("POST", f"{ENTRY}/submissions").status_code == 201


def test_what_breaks_rules_is_not_submitted(cms: Caller) -> None:
    broken = sample_bytes(article__kind="news")
    cms("PUT", f"{ENTRY}/draft", broken, knows=None, If_None_Match="*")
    refused = problem_of(cms("POST", f"{ENTRY}/submissions"), 422)
    assert refused["errors"][0]["path"] == "$.article.kind"


@pytest.mark.parametrize("decision", ["approve", "return"])
def test_a_decision_and_its_comments_are_one_change(
    cms: Caller, bo: Caller, draft: str, decision: str
) -> None:
    given = [{"text": "Who says so?", "path": "$.sources[0]"}, {"text": "Shorter, please."}]
    checked = list(CHECKLIST)
    nowhere = approval(
        draft, decision=decision, checked=checked, comments=[{"text": "?", "path": "$.sources[9]"}]
    )
    refused = problem_of(bo("POST", f"{ENTRY}/reviews", nowhere), 422)
    assert [it["path"] for it in refused["errors"]] == ["$.comments[0].path"]
    assert cms("GET", f"{ENTRY}/comments").get_json()["items"] == []
    body = approval(draft, decision=decision, checked=checked, comments=given)
    assert bo("POST", f"{ENTRY}/reviews", body).status_code == 201
    items = cms("GET", f"{ENTRY}/comments").get_json()["items"]
    number = items[0]["number"]
    assert [(it["name"], it["path"], it["text"]) for it in items] == [
        (f"{number}.1", "$.sources[0]", "Who says so?"),
        (f"{number}.2", "", "Shorter, please."),
    ]
    newest = cms("GET", f"{ENTRY}/history").get_json()["items"][0]
    assert (newest["number"], newest["action"], newest["detail"]) == (number, decision, "")
    assert [it["name"] for it in newest["comments"]] == [f"{number}.1", f"{number}.2"]
    resolved = cms("POST", f"{ENTRY}/comments/{number}.2/resolution")
    assert resolved.status_code == 201, resolved.text
    assert resolved.get_json()["text"] == "Shorter, please."
    problem_of(cms("POST", f"{ENTRY}/comments/{number}/resolution"), 404)
    (row,) = cms("GET", ENTRIES).get_json()["items"]
    assert row["open_comments"] == 1


@pytest.mark.usefixtures("draft")
def test_comments_are_made_listed_and_resolved(cms: Caller, bo: Caller) -> None:
    made = bo("POST", f"{ENTRY}/comments", {"text": "Who says so?", "path": "$.sources[0]"})
    assert made.status_code == 201, made.text
    number = made.get_json()["number"]
    (listed,) = cms("GET", f"{ENTRY}/comments").get_json()["items"]
    assert listed == made.get_json()
    assert (listed["subject"], listed["resolved_by"]) == ("Who sleeps on trains", None)
    problem_of(cms("POST", f"{ENTRY}/comments/99/resolution"), 404)
    problem_of(cms("POST", f"{ENTRY}/comments/x/resolution"), 404)
    resolved = cms("POST", f"{ENTRY}/comments/{number}/resolution")
    assert resolved.status_code == 201
    assert resolved.get_json()["resolved_by"] == "ana (token cms)"
    problem_of(cms("POST", f"{ENTRY}/comments/{number}/resolution"), 404)
    nowhere = problem_of(
        bo("POST", f"{ENTRY}/comments", {"text": "?", "path": "$.sources[9]"}), 422
    )
    assert nowhere["errors"][0]["path"] == "$.path"
    history = cms("GET", f"{ENTRY}/history").get_json()["items"]
    assert [(it["action"], it["detail"]) for it in history[:2]] == [
        ("resolve", str(number)),
        ("comment", "$.sources[0]"),
    ]


@pytest.mark.usefixtures("draft")
def test_a_publication_is_planned_read_and_cancelled(caller: MakeCaller, cms: Caller) -> None:
    plan = {"publish_at": "2090-01-01T09:00:00+01:00"}
    editor = caller("editor", "editor", owner="bo")
    problem_of(editor("PUT", f"{ENTRY}/schedule", plan, knows='"1"'), 403)
    planned = cms("PUT", f"{ENTRY}/schedule", plan)
    assert planned.status_code == 200, planned.text
    assert planned.get_json() == {
        "publish_at": "2090-01-01T08:00:00Z",
        "expires_at": None,
        "reason": "",
        "planned_by": "ana (token cms)",
    }
    assert editor("GET", f"{ENTRY}/schedule").get_json() == planned.get_json()
    (row,) = cms("GET", ENTRIES).get_json()["items"]
    assert row["planned"] == "2090-01-01T08:00:00Z"
    problem_of(cms("PUT", f"{ENTRY}/schedule", plan, knows='"1"'), 412)
    late = {"publish_at": "2001-01-01T00:00:00Z", "expires_at": "2090-01-01T00:00:00Z"}
    cms("GET", f"{ENTRY}/schedule")
    refused = problem_of(cms("PUT", f"{ENTRY}/schedule", late), 422)
    assert {it["path"] for it in refused["errors"]} == {"$.publish_at", "$.reason"}
    assert cms("DELETE", f"{ENTRY}/schedule").get_json()["publish_at"] is None


@pytest.mark.usefixtures("draft")
def test_an_entry_is_assigned_and_found_by_what_waits(cms: Caller, bo: Caller) -> None:
    given = {"assignee": "bo", "due": "2027-01-31"}
    assert cms("PUT", f"{ENTRY}/assignment", given).status_code == 200
    nobody = problem_of(cms("PUT", f"{ENTRY}/assignment", {"assignee": "eve"}), 422)
    assert nobody["errors"][0]["path"] == "$.assignee"
    other = sample_bytes(
        **DRAFTED, id="other", article__url="https://paper.example/other", article__aliases=[]
    )
    saved = bo("PUT", f"{ENTRIES}/other/draft", other, knows=None, If_None_Match="*")
    assert saved.status_code == 201, saved.text
    cms("GET", f"{ENTRY}/draft")
    assert cms("POST", f"{ENTRY}/submissions").status_code == 201
    (row,) = cms("GET", f"{ENTRIES}?phase=in-review&assignee=bo").get_json()["items"]
    assert (row["id"], row["phase"], row["assignee"], row["due"], row["saved_by"]) == (
        ID,
        "in-review",
        "bo",
        "2027-01-31",
        "ana (token cms)",
    )
    assert found(cms, "phase=draft") == ["other"]
    assert found(cms, "saved_by=bo%20(token%20desk)") == ["other"]
    assert found(cms, "assignee=ana") == []
    assert found(cms, "due_until=2027-01-31") == [ID]
    assert found(cms, "due_until=2027-01-30") == []
    assert found(cms, "open_comments=true") == []
    assert bo("POST", f"{ENTRY}/comments", {"text": "Says who?"}).status_code == 201
    assert found(cms, "open_comments=true") == [ID]
    assert set(found(cms, "open_comments=false")) == {ID, "other"}
    assert found(cms, "planned=true") == []
    problem_of(cms("GET", f"{ENTRIES}?phase=done"), 422)


def found(cms: Caller, query: str) -> list[str]:
    return [row["id"] for row in cms("GET", f"{ENTRIES}?{query}").get_json()["items"]]


def test_evidence_is_of_what_is_live_or_of_a_revision(cms: Caller, bo: Caller, draft: str) -> None:
    bo("POST", f"{ENTRY}/reviews", approval(draft))
    cms("GET", f"{ENTRY}/draft")
    cms("POST", f"{ENTRY}/publication")
    record: dict[str, Any] = cms("GET", f"{ENTRY}/evidence").get_json()
    live = hashlib.sha256(cms("GET", ENTRY).data).hexdigest()
    assert (record["version"]["standing"], record["version"]["sha256"]) == ("live", live)
    assert record["review"]["review"] == "proven"
    (only,) = record["approvals"]
    assert (only["reviewer"], only["this_version"], only["sha256"]) == ("bo", True, live)
    assert record["run"] is None
    first = cms("GET", f"{ENTRY}/evidence?revision=1").get_json()
    assert (first["version"]["sha256"], first["review"]["review"]) == (draft, "none")
    problem_of(cms("GET", f"{ENTRY}/evidence?revision=99"), 404)
    problem_of(cms("GET", f"{ENTRY}/evidence?revision=x"), 422)


@pytest.mark.parametrize("path", ["reviews", "comments", "schedule", "evidence"])
def test_what_is_not_there_is_not_found(cms: Caller, path: str) -> None:
    problem_of(cms("GET", f"{ENTRY}/{path}"), 404)


@pytest.mark.usefixtures("draft")
def test_a_change_beside_the_document_leaves_it_as_it_is(
    cms: Caller, bo: Caller, store: Store
) -> None:
    bo("POST", f"{ENTRY}/comments", {"text": "Good."})
    cms("PUT", f"{ENTRY}/assignment", {"assignee": "bo"})
    kept = store.draft(ID)
    assert kept
    assert kept.entry == sample_entry(**DRAFTED)
