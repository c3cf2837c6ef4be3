"""Drafting over the API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from api_support import Caller, MakeCaller, problem_of
from drafting_support import ARTICLE, ARTICLE_URL, AUDIT, TITLE, with_provider
from fake_provider import FakeProvider, fake_provider
from flask import Flask

from widget.accounts import Accounts
from widget.app import create_app
from widget.config import Settings
from widget.drafting.evidence import digest
from widget.drafting.service import Drafting
from widget.store import Live, Store

pytestmark = pytest.mark.unit

ORDER = {
    "url": ARTICLE_URL,
    "text": ARTICLE,
    "title": TITLE,
    "kind": "opinion",
    "language": "en",
    "evidence": [
        {"url": AUDIT.url, "title": AUDIT.title, "type": "government", "text": AUDIT.text}
    ],
}


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with fake_provider() as running:
        yield running


@pytest.fixture
def settings(settings: Settings, fake: FakeProvider, tmp_path: Path) -> Settings:
    return with_provider(settings, fake, tmp_path, model="made-up-quote")


@pytest.fixture
def drafting(app: Flask) -> Drafting:
    service: Drafting = app.extensions["insights.drafting"]
    return service


def test_an_order_becomes_a_draft_with_findings_that_can_be_resolved(
    caller: MakeCaller, drafting: Drafting, store: Store
) -> None:
    cms = caller()
    ordered = cms("POST", "/api/v1/drafts", ORDER)
    assert ordered.status_code == 202, ordered.text
    place = ordered.headers["Location"]
    run_id = ordered.get_json()["run"]
    assert place.endswith(f"/api/v1/drafts/{run_id}")
    assert ordered.get_json()["state"] == "queued"
    drafting.carry_out(run_id)
    run = cms("GET", place).get_json()
    assert (run["state"], run["entry"]) == ("kept", "ferry-fares")
    assert run["asked_by"] == "ana (token cms)"
    assert run["suggestion"]["lean"] == "center"
    blocking = [it for it in run["findings"] if it["severity"] == "block"]
    assert blocking
    draft = store.draft("ferry-fares")
    assert draft
    assert draft.actor == "ana (draft sonar)"
    evidence = cms("GET", f"{place}/evidence").get_json()
    assert evidence["documents"][0]["text"] == AUDIT.text

    known = cms("GET", "/api/v1/entries/ferry-fares/draft").headers["ETag"]
    refused = cms("POST", "/api/v1/entries/ferry-fares/publication", {}, knows=known)
    assert blocking[0]["rule"] in problem_of(refused, 422)["errors"][0]["message"]
    for finding in blocking:
        body = {"finding": finding["id"], "reason": "I read the report."}
        assert cms("POST", f"{place}/resolutions", body).status_code == 200
    resolved = cms("GET", place).get_json()["findings"]
    assert {it["resolved_by"] for it in resolved if it["severity"] == "block"} == {
        "ana (token cms)"
    }
    published = cms("POST", "/api/v1/entries/ferry-fares/publication", {}, knows=known)
    assert published.status_code == 201, published.text
    assert isinstance(store.live("ferry-fares"), Live)

    proof = cms("GET", "/api/v1/entries/ferry-fares/evidence").get_json()["run"]
    assert (proof["run"], proof["provider"], proof["requested_by"]) == (
        run_id,
        "sonar",
        "ana (token cms)",
    )
    assert {
        (it["resolved_by"], it["reason"]) for it in proof["findings"] if it["severity"] == "block"
    } == {("ana (token cms)", "I read the report.")}
    texts = {it["url"]: it["sha256"] for it in proof["documents"]}
    assert texts == {ARTICLE_URL: digest(ARTICLE), AUDIT.url: digest(AUDIT.text)}


def test_a_repeated_order_is_not_charged_twice(caller: MakeCaller, drafting: Drafting) -> None:
    cms = caller()
    first = cms("POST", "/api/v1/drafts", ORDER, key="once")
    second = cms("POST", "/api/v1/drafts", ORDER, key="once")
    assert first.get_json()["run"] == second.get_json()["run"]
    assert len(drafting.runs.newest(limit=9)) == 1


def test_four_eyes_count_the_person_behind_the_draft(
    settings: Settings, store: Store, accounts: Accounts
) -> None:
    strict = settings.model_copy(update={"four_eyes": True})
    app = create_app(strict, store, accounts)
    drafting: Drafting = app.extensions["insights.drafting"]
    ana = Caller(app.test_client(), accounts, "cms", "publisher", "ana")
    ben = Caller(app.test_client(), accounts, "desk", "publisher", "ben")
    run_id = ana("POST", "/api/v1/drafts", ORDER).get_json()["run"]
    drafting.carry_out(run_id)
    for finding in drafting.runs.get(run_id).blocking:
        drafting.resolve(run_id, finding.id, "I read it.", actor="ben")
    known = ana("GET", "/api/v1/entries/ferry-fares/draft").headers["ETag"]
    own = ana("POST", "/api/v1/entries/ferry-fares/publication", {}, knows=known)
    assert "four_eyes" in problem_of(own, 403)["detail"]
    other = ben("POST", "/api/v1/entries/ferry-fares/publication", {}, knows=known)
    assert other.status_code == 201, other.text


def test_an_order_that_cannot_be_used_says_why(caller: MakeCaller) -> None:
    cms = caller()
    wrong = problem_of(cms("POST", "/api/v1/drafts", {**ORDER, "provider": "other"}), 422)
    assert "sonar" in wrong["errors"][0]["message"]
    assert problem_of(cms("POST", "/api/v1/drafts", {"url": 7}), 422)
    assert problem_of(cms("GET", f"/api/v1/drafts/{'0' * 16}"), 404)


def test_without_a_provider_the_api_says_that_drafting_is_off(
    settings: Settings, store: Store, accounts: Accounts
) -> None:
    off = settings.model_copy(update={"drafting": ()})
    cms = Caller(create_app(off, store, accounts).test_client(), accounts, "c", "editor", "ana")
    assert "off" in problem_of(cms("POST", "/api/v1/drafts", ORDER), 404)["detail"]
