"""Readers' reports over the API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from api_support import Caller, MakeCaller, problem_of, published
from report_support import ID, Clock, Desk

from widget.config import Settings
from widget.store import Store

pytestmark = pytest.mark.unit

REPORTS = "/api/v1/reports"


@pytest.fixture
def desk(settings: Settings, store: Store, cms: Caller) -> Iterator[Desk]:
    published(cms)
    opened = Desk(settings, store, Clock())
    yield opened
    opened.documents.close()


def test_reports_are_listed_in_pages(cms: Caller, desk: Desk) -> None:
    kinds = ("wrong", "source", "unfair")
    for kind in kinds:
        desk.clock.now += 0.123457
        desk.send("From 2019.", kind=kind, address="mia@mail.example")
    first = cms("GET", f"{REPORTS}?limit=2").get_json()
    second = cms("GET", f"{REPORTS}?limit=2&cursor={first['next']}").get_json()
    assert [it["kind"] for it in (*first["items"], *second["items"])] == list(kinds[::-1])
    assert second["next"] is None
    assert "mia@" not in str(first)
    problem_of(cms("GET", f"{REPORTS}?cursor=x"), 422)
    assert cms("GET", f"{REPORTS}?state=upheld").get_json()["items"] == []
    assert cms("GET", f"{REPORTS}?entry=ferries").get_json()["items"] == []


def test_a_report_is_read_assigned_and_decided(cms: Caller, caller: MakeCaller, desk: Desk) -> None:
    key = desk.send("From 2019.", point="1-2")
    record = cms("GET", f"{REPORTS}/{key}").get_json()
    assert (record["entry"], record["point"], record["readers"]) == (ID, "1-2", 1)
    assert [it["text"] for it in record["texts"]] == ["From 2019."]
    assigned = cms("PUT", f"{REPORTS}/{key}/assignment", {"assignee": "ana"})
    assert (assigned.get_json()["state"], assigned.get_json()["assignee"]) == ("assigned", "ana")
    problem_of(cms("PUT", f"{REPORTS}/{key}/assignment", {"assignee": "nobody"}), 422)
    problem_of(cms("POST", f"{REPORTS}/{key}/resolution", {"decision": "reject"}), 422)
    decided = cms("POST", f"{REPORTS}/{key}/resolution", {"decision": "uphold"})
    assert decided.status_code == 201
    assert decided.get_json()["resolved_by"] == "ana (token cms)"
    assert desk.upheld() == 1
    problem_of(cms("POST", f"{REPORTS}/{key}/resolution", {"decision": "uphold"}), 422)
    problem_of(cms("GET", f"{REPORTS}/{ID}.0123456789abcdef"), 404)
    del caller


def test_a_token_sees_the_reports_of_its_owner_s_publications(
    client: object, accounts: object, cms: Caller, desk: Desk
) -> None:
    del client, accounts
    key = desk.send("From 2019.")
    service = cms.client.application
    users = service.extensions["insights.api"].accounts
    users.add_user("cleo", "admin", publications=["Courier"])
    other = Caller(cms.client, users, "courier", "publisher", "cleo")
    assert other("GET", REPORTS).get_json()["items"] == []
    problem_of(other("GET", f"{REPORTS}/{key}"), 404)
    body = {"decision": "reject", "answer": "No."}
    problem_of(other("POST", f"{REPORTS}/{key}/resolution", body), 404)
    problem_of(other("PUT", f"{REPORTS}/{key}/assignment", {}), 404)
    assert desk.report(key).state == "open"
