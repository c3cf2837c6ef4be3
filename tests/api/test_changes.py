"""From a draft to readers and away again, and that no change is lost or made twice."""

from __future__ import annotations

from typing import Any

import pytest
from api_support import ENTRY, ID, Caller, problem_of, published, saved
from flask.testing import FlaskClient
from samples import sample_bytes, sample_document, sample_entry

from widget.store import Live, Store, Withdrawn

pytestmark = pytest.mark.unit


def test_an_entry_goes_from_a_draft_to_readers_and_away_and_comes_back(
    cms: Caller, store: Store, client: FlaskClient
) -> None:
    response = saved(cms)
    assert response.headers["ETag"] == '"1"'
    assert response.headers["Location"] == f"{ENTRY}/revisions/1"
    assert response.get_json() | {"at": ""} == {
        "number": 1,
        "at": "",
        "actor": "ana (token cms)",
        "action": "save",
        "note": "",
        "legal": False,
        "detail": "",
        "comments": [],
        "warnings": [],
    }
    problem_of(cms("GET", ENTRY), 404)
    assert cms("GET", f"{ENTRY}/draft").get_json() == sample_document()

    response = cms("POST", f"{ENTRY}/publication", {"note": "Checked."})
    assert (response.status_code, response.headers["ETag"]) == (201, '"2"')
    assert response.get_json()["note"] == "Checked."
    assert cms("GET", ENTRY).get_json() == sample_document()
    problem_of(cms("GET", f"{ENTRY}/draft"), 404)
    assert client.get(f"/panel/{ID}").status_code == 200

    response = cms("POST", f"{ENTRY}/withdrawal", {"reason": "A source was made up."})
    assert (response.status_code, response.get_json()["action"]) == (201, "withdraw")
    assert "A source was made up." in problem_of(cms("GET", ENTRY), 410)["detail"]
    assert client.get(f"/panel/{ID}").status_code == 410

    response = cms("POST", f"{ENTRY}/restorations", {"revision": 2})
    assert (response.status_code, response.get_json()["note"]) == (201, "Restores revision 2.")
    assert cms("POST", f"{ENTRY}/publication").status_code == 201
    assert isinstance(store.live(ID), Live)
    history = cms("GET", f"{ENTRY}/history")
    assert history.headers["ETag"] == '"5"'
    assert [(it["number"], it["action"]) for it in history.get_json()["items"]] == [
        (5, "publish"),
        (4, "save"),
        (3, "withdraw"),
        (2, "publish"),
        (1, "save"),
    ]
    third = cms("GET", f"{ENTRY}/revisions/3").get_json()
    assert (third["note"], third["entry"]) == ("A source was made up.", sample_document())


def test_a_draft_is_changed_and_discarded(cms: Caller, store: Store) -> None:
    saved(cms)
    response = cms("PUT", f"{ENTRY}/draft", sample_bytes(article__title=""))
    assert (response.status_code, response.headers["ETag"]) == (200, '"2"')
    assert "Location" not in response.headers
    response = cms("DELETE", f"{ENTRY}/draft")
    assert (response.status_code, response.get_json()["action"]) == (200, "discard")
    assert store.draft(ID) is None
    problem_of(cms("DELETE", f"{ENTRY}/draft"), 404)


def test_a_withdrawal_tells_a_reason_or_says_that_it_is_legal(cms: Caller, store: Store) -> None:
    published(cms)
    for body in ({}, {"reason": "  "}, {"reason": "", "legal": False}):
        (error,) = problem_of(cms("POST", f"{ENTRY}/withdrawal", body), 422)["errors"]
        assert error["path"] == "$.reason"
    assert isinstance(store.live(ID), Live)
    assert cms("POST", f"{ENTRY}/withdrawal", {"legal": True}).status_code == 201
    withdrawn = store.live(ID)
    assert isinstance(withdrawn, Withdrawn)
    assert (withdrawn.reason, withdrawn.legal) == ("", True)
    assert "legal reasons" in problem_of(cms("GET", ENTRY), 410)["detail"]
    problem_of(cms("POST", f"{ENTRY}/withdrawal", {"legal": True}), 404)


def test_what_breaks_the_rules_is_not_published_and_all_of_it_is_told(
    cms: Caller, store: Store
) -> None:
    saved(cms, article__title="", sources__0__url="")
    errors = problem_of(cms("POST", f"{ENTRY}/publication"), 422)["errors"]
    assert [error["path"] for error in errors] == ["$.article.title", "$.sources[0].url"]
    assert store.live(ID) is None


def test_a_document_is_checked_without_being_saved(cms: Caller, store: Store) -> None:
    def validated(body: bytes) -> Any:  # noqa: ANN401
        response = cms("POST", "/api/v1/validations", body)
        assert response.status_code == 200
        return response.get_json()

    assert validated(sample_bytes()) == {"publishable": True, "breaches": []}
    found = validated(sample_bytes(article__title="", viewpoint__rationale="<h1>x</h1>"))
    assert not found["publishable"]
    assert [(it["path"], it["severity"]) for it in found["breaches"]] == [
        ("$.article.title", "error"),
        ("$.viewpoint.rationale", "warning"),
    ]
    assert validated(sample_bytes(viewpoint__rationale="<h1>x</h1>"))["publishable"]
    (stray,) = validated(sample_bytes(article__url="https://stray.example/a"))["breaches"]
    assert (stray["path"], stray["severity"]) == ("$.article.url", "warning")
    assert "https://stray.example" in stray["message"]
    assert validated(b"{")["breaches"][0]["path"] == "$"
    assert len(validated(b"{}")["breaches"]) > 3
    assert store.ids() == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "draft", sample_document()),
        ("DELETE", "draft", None),
        ("POST", "publication", None),
        ("POST", "withdrawal", {"legal": True}),
        ("POST", "restorations", {"revision": 1}),
    ],
)
def test_a_change_needs_to_know_the_newest_revision(
    cms: Caller, store: Store, method: str, path: str, body: object
) -> None:
    published(cms)
    cms("PUT", f"{ENTRY}/draft", sample_bytes(article__title="Another"))
    assert "If-Match" in problem_of(cms(method, f"{ENTRY}/{path}", body, knows=None), 428)["detail"]
    for stale in ('"2"', '"4"', 'W/"3"', '"03"', "3x", '""', '"1", "2"'):
        problem_of(cms(method, f"{ENTRY}/{path}", body, knows=stale), 412)
    assert store.head(ID) == 3
    assert cms(method, f"{ENTRY}/{path}", body, knows='"9", "3"').status_code < 300
    assert store.head(ID) == 4


@pytest.mark.parametrize("known", [None, '"0"', '"1"', "*"])
def test_a_change_to_what_does_not_exist_is_told(cms: Caller, known: str | None) -> None:
    if known:
        problem_of(cms("DELETE", f"{ENTRY}/draft", knows=known), 404)
        problem_of(cms("PUT", f"{ENTRY}/draft", sample_document(), knows=known), 412)
    else:
        problem_of(cms("PUT", f"{ENTRY}/draft", sample_document(), knows=known), 428)


def test_a_new_entry_takes_nobodys_place(cms: Caller, store: Store) -> None:
    saved(cms)
    response = cms("PUT", f"{ENTRY}/draft", sample_bytes(), knows=None, If_None_Match="*")
    assert "already" in problem_of(response, 412)["detail"]
    response = cms("PUT", f"{ENTRY}/draft", sample_bytes(), knows=None, If_None_Match='"7"')
    problem_of(response, 428)
    assert store.head(ID) == 1


def test_whoever_says_star_changes_whatever_is_newest(cms: Caller, store: Store) -> None:
    saved(cms)
    assert cms("POST", f"{ENTRY}/publication", knows="*").status_code == 201
    assert store.head(ID) == 2


def test_who_comes_second_between_the_look_and_the_change_is_told(
    cms: Caller, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(cms)
    publish = store.publish

    def interrupted(entry_id: str, **rest: Any) -> object:  # noqa: ANN401
        store.save(sample_entry(article__title="Came first"), actor="bo")
        return publish(entry_id, **rest)

    monkeypatch.setattr(store, "publish", interrupted)
    detail = problem_of(cms("POST", f"{ENTRY}/publication"), 412)["detail"]
    assert "bo came first" in detail
    assert store.live(ID) is None


def test_a_reader_who_has_it_is_sent_nothing(cms: Caller) -> None:
    published(cms)
    for path in (ENTRY, f"{ENTRY}/history", f"{ENTRY}/revisions/1"):
        response = cms("GET", path)
        assert response.headers["Cache-Control"] == "no-store"
        again = cms("GET", path, If_None_Match=response.headers["ETag"])
        assert (again.status_code, again.data) == (304, b"")


def test_saving_and_publishing_say_what_to_look_at(cms: Caller) -> None:
    for answer in (
        saved(cms, article__url="https://nobody.example/opinion/night-trains"),
        cms("POST", f"{ENTRY}/publication", {}),
    ):
        (warning,) = answer.get_json()["warnings"]
        assert (warning["path"], warning["severity"]) == ("$.article.url", "warning")
        assert "nobody.example" in warning["message"]
    gone = cms("POST", f"{ENTRY}/withdrawal", {"reason": "Wrong."})
    assert gone.get_json()["warnings"] == []
