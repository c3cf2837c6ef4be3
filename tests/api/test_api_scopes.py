"""A token works on the entries of the publications that its owner works for, and on no others."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from api_support import ENTRIES, Caller, api_routes
from flask import Flask
from flask.testing import FlaskClient
from three_records import RECORDED, UNKNOWN_REPORT, fill_records, records_of, report_id
from three_sites import (
    RUNS,
    SECRETS,
    SITES,
    STATES,
    document,
    entry_id,
    fill,
    foreign_entries,
    marks,
    others,
    person,
    state_of,
    url_of,
    with_three_sites,
)
from werkzeug.test import TestResponse

from widget.accounts import ROLES, Accounts, Role
from widget.config import Settings
from widget.drafting.runs import open_runs
from widget.editorial.review import CHECKLIST
from widget.store import Store, document_digest

pytestmark = pytest.mark.unit

UNKNOWN = "an-unknown-entry"
UNKNOWN_RUN = "ffffffffffffffff"
WALKS = [(name, role) for name in SITES for role in ROLES]
CallerOf = Callable[[str, Role], Caller]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return with_three_sites(settings).model_copy(update={"counts": True})


@pytest.fixture(autouse=True)
def filled(store: Store, settings: Settings, accounts: Accounts) -> Store:
    fill(store, settings, accounts)
    fill_records(store, settings)
    return store


@pytest.fixture
def caller_of(client: FlaskClient, accounts: Accounts) -> CallerOf:
    """Return a program with a token of somebody who works for one publication."""

    def make(publication: str, role: Role) -> Caller:
        return Caller(client, accounts, "cms", role, person(publication, role))

    return make


def rest(answer: TestResponse, *echoed: str) -> str:
    """Return an answer in lower case without what the request itself said."""
    text = f"{answer.headers}\n{answer.text}".lower()
    for each in sorted(echoed, key=len, reverse=True):
        text = text.replace(each.lower(), "")
    return text


def neutral(answer: TestResponse, name: str) -> tuple[int, str, str | None]:
    text = answer.text.replace(name, "?")
    return answer.status_code, text, answer.headers.get("ETag")


def bodies(store: Store, own: str, name: str) -> dict[str, Any]:
    """Return what each view needs to change the entry, by the end of its path."""
    draft = store.draft(name)
    digest = document_digest(draft.entry) if draft else "0" * 64
    review = {"decision": "approve", "digest": digest, "checked": list(CHECKLIST), "note": "Fine"}
    later = "2099-01-01T10:00:00Z"
    return {
        "draft": json.loads(document(own, "drafted", id=UNKNOWN).to_json()),
        "publication": {"note": "Overwritten"},
        "withdrawal": {"reason": "Overwritten"},
        "restorations": {"revision": 1},
        "submissions": {"note": "Overwritten"},
        "reviews": review,
        "comments": {"text": "Overwritten"},
        "resolution": None,
        "assignment": {"assignee": person(own, "editor")},
        "schedule": {"expires_at": later, "reason": "Overwritten"},
    }


@pytest.mark.parametrize(("publication", "role"), WALKS)
@pytest.mark.exhaustive
def test_an_entry_of_another_publication_is_as_unknown_as_one_that_never_was(
    app: Flask,
    caller_of: CallerOf,
    store: Store,
    settings: Settings,
    publication: str,
    role: Role,
) -> None:
    call = caller_of(publication, role)
    before = {
        name: (state_of(store, name), records_of(settings, name)) for name in others(publication)
    }
    walked = [it for it in api_routes(app) if "<entry_id>" in it[1]]
    assert len(walked) > 20
    for foreign, state in foreign_entries(publication):
        name = entry_id(foreign, state)
        data, etag = bodies(store, publication, name), f'"{store.head(name)}"'
        for method, rule in walked:
            path = rule.replace("<number>", "1")
            answers = []
            for each in (name, UNKNOWN):
                body = data.get(rule.rpartition("/")[2]) if method in ("PUT", "POST") else None
                if body and "id" in body:
                    body = {**body, "id": each}
                answer = call(method, path.replace("<entry_id>", each), body, knows=etag)
                answers.append(neutral(answer, each))
                assert not marks(foreign, rest(answer, each)), (method, path, state)
                if method == "GET":
                    assert answer.status_code == 404, path
            assert answers[0] == answers[1], (method, path, state)
            assert answers[0][0] in (403, 404, 412), (method, path, state)
    assert {
        name: (state_of(store, name), records_of(settings, name)) for name in others(publication)
    } == before


@pytest.mark.parametrize("publication", SITES)
def test_the_same_walk_finds_the_publication_s_own_entries(
    app: Flask, caller_of: CallerOf, publication: str
) -> None:
    call = caller_of(publication, "publisher")
    for method, rule in api_routes(app):
        if method == "GET" and "<entry_id>" in rule:
            path = rule.replace("<entry_id>", entry_id(publication, "both"))
            answer = call("GET", path.replace("<number>", "1"))
            assert answer.status_code == 200, path
            for foreign in others(publication):
                assert not marks(foreign, rest(answer)), path


@pytest.mark.exhaustive
@pytest.mark.parametrize(("publication", "role"), WALKS)
def test_lists_and_searches_tell_nothing_of_another_publication(
    caller_of: CallerOf, publication: str, role: Role
) -> None:
    call = caller_of(publication, role)
    everything = json.loads(call("GET", f"{ENTRIES}?limit=200").text)["items"]
    assert {it["id"] for it in everything} == {entry_id(publication, it) for it in STATES[:4]}
    pages, cursor = [], ""
    while cursor is not None:
        page = json.loads(call("GET", f"{ENTRIES}?limit=1{cursor}").text)
        pages += [it["id"] for it in page["items"]]
        cursor = page["next"] and f"&cursor={page['next']}"
    assert sorted(pages) == sorted(it["id"] for it in everything)
    for foreign in others(publication):
        word, who = SECRETS[foreign], person(foreign, "editor")
        for query in (
            f"q={word}",
            f"q={word[:2]}",
            f"section={word} section",
            f"assignee={who}",
            f"saved_by={who}",
            "sort=title",
            "sort=id",
            *(f"state={it}" for it in ("live", "draft", "both", "withdrawn")),
        ):
            answer = call("GET", f"{ENTRIES}?{query}")
            assert answer.status_code == 200
            assert not marks(foreign, rest(answer)), query
            if word in query or who in query:
                empty = {"items": [], "next": None}
                if word[:2] != query[2:]:
                    assert json.loads(answer.text) == empty, query


@pytest.mark.parametrize("publication", SITES)
def test_a_list_of_another_publication_is_one_of_none(
    caller_of: CallerOf, publication: str
) -> None:
    call = caller_of(publication, "editor")
    own = call("GET", f"{ENTRIES}?publication={publication}")
    assert len(json.loads(own.text)["items"]) == 4
    for foreign in others(publication):
        answer = call("GET", f"{ENTRIES}?publication={foreign}")
        unknown = call("GET", f"{ENTRIES}?publication=The Times")
        assert answer.status_code == 422
        assert neutral(answer, foreign) == neutral(unknown, "The Times")


def test_whoever_works_for_all_publications_lists_one_of_them(
    client: FlaskClient, accounts: Accounts
) -> None:
    call = Caller(client, accounts, "cms", "editor", "root")
    assert len(json.loads(call("GET", f"{ENTRIES}?limit=200").text)["items"]) == 12
    found = json.loads(call("GET", f"{ENTRIES}?publication=The Gazette").text)["items"]
    assert {it["id"] for it in found} == {entry_id("The Gazette", it) for it in STATES[:4]}


@pytest.mark.parametrize("foreign", ["The Paper", "The Gazette"])
def test_no_entry_is_made_in_or_moved_to_another_publication(
    caller_of: CallerOf, store: Store, foreign: str
) -> None:
    call = caller_of("The Courier", "publisher")
    before, own = state_of(store, foreign), entry_id("The Courier", "drafted")
    new = document(foreign, "new", id="a-new-one").to_json()
    answer = call("PUT", f"{ENTRIES}/a-new-one/draft", new, knows=None, If_None_Match="*")
    assert answer.status_code == 422
    assert "not of a publication that you work for (The Courier)" in answer.text
    assert "a-new-one" not in store.ids()
    head = store.head(own)
    for changes in (
        {"article__url": url_of(foreign, "moved")},
        {"article__aliases": [url_of(foreign, "moved")]},
    ):
        moved = document("The Courier", "drafted", **changes)
        answer = call("PUT", f"{ENTRIES}/{own}/draft", moved.to_json(), knows=f'"{head}"')
        assert answer.status_code == 422, changes
        valid = call("POST", "/api/v1/validations", moved.to_json())
        assert json.loads(valid.text)["publishable"] is False
    assert store.head(own) == head
    assert state_of(store, foreign) == before


@pytest.mark.parametrize("state", STATES)
def test_an_id_that_another_publication_has_is_taken_and_that_is_all_that_is_said(
    caller_of: CallerOf, store: Store, state: str
) -> None:
    call = caller_of("The Courier", "publisher")
    name, before = entry_id("The Gazette", state), state_of(store, "The Gazette")
    own = document("The Courier", "new", id=name).to_json()
    answer = call("PUT", f"{ENTRIES}/{name}/draft", own, knows=None, If_None_Match="*")
    assert answer.status_code == 422
    assert "is taken; choose another id" in answer.text
    assert not marks("The Gazette", rest(answer, name))
    assert state_of(store, "The Gazette") == before


@pytest.mark.exhaustive
@pytest.mark.parametrize(("publication", "role"), WALKS)
def test_a_run_of_another_publication_is_as_unknown_as_one_that_never_was(
    app: Flask, caller_of: CallerOf, settings: Settings, publication: str, role: Role
) -> None:
    call, runs = caller_of(publication, role), open_runs(settings.store)
    listed = call("GET", "/api/v1/drafts")
    assert [it["run"] for it in json.loads(listed.text)["items"]] == [RUNS[publication]]
    for foreign in others(publication):
        assert not marks(foreign, rest(listed))
        before = runs.get(RUNS[foreign])
        for method, rule in api_routes(app):
            if "<run_id>" in rule:
                body = {"finding": "0" * 16, "reason": "Checked"} if "resolutions" in rule else None
                answer = call(method, rule.replace("<run_id>", RUNS[foreign]), body)
                other = call(method, rule.replace("<run_id>", UNKNOWN_RUN), body)
                assert answer.status_code == 404, rule
                assert neutral(answer, RUNS[foreign]) == neutral(other, UNKNOWN_RUN), rule
        assert runs.get(RUNS[foreign]) == before
        asked = call("POST", "/api/v1/drafts", {"url": url_of(foreign, "asked")})
        assert asked.status_code == 422
        own = url_of(publication, "asked")
        taken = call("POST", "/api/v1/drafts", {"url": own, "entry": entry_id(foreign, "live")})
        assert "is taken; choose another id" in taken.text


@pytest.mark.exhaustive
@pytest.mark.parametrize(("publication", "role"), WALKS)
def test_a_report_of_another_publication_is_as_unknown_as_one_that_never_was(
    app: Flask, caller_of: CallerOf, settings: Settings, publication: str, role: Role
) -> None:
    call, reports = caller_of(publication, role), "/api/v1/reports"
    listed = call("GET", f"{reports}?state=assigned")
    found = {it["id"] for it in json.loads(listed.text)["items"]}
    assert found == {report_id(publication, state) for state in RECORDED}
    walked = [it for it in api_routes(app) if "<report_id>" in it[1]]
    assert len(walked) == 3
    sent = {
        "assignment": {"assignee": person(publication, "editor")},
        "resolution": {"decision": "uphold", "answer": "Overwritten"},
    }
    for foreign in others(publication):
        assert not marks(foreign, rest(listed))
        before = records_of(settings, foreign)
        for method, rule in walked:
            body = sent.get(rule.rpartition("/")[2])
            answer = call(method, rule.replace("<report_id>", report_id(foreign)), body)
            unknown = call(method, rule.replace("<report_id>", UNKNOWN_REPORT), body)
            assert answer.status_code == 404, rule
            assert neutral(answer, report_id(foreign)) == neutral(unknown, UNKNOWN_REPORT), rule
        for query in (
            f"entry={entry_id(foreign, 'live')}",
            f"assignee={person(foreign, 'editor')}",
            f"publication={foreign}",
        ):
            answer = call("GET", f"{reports}?{query}")
            value = query.partition("=")[2]
            assert not marks(foreign, rest(answer, value)), query
            unknown = call("GET", f"{reports}?{query.partition('=')[0]}=the-times")
            assert neutral(answer, value) == neutral(unknown, "the-times"), query
        assert records_of(settings, foreign) == before


def test_a_validation_tells_nothing_of_a_draft_of_another_publication(
    caller_of: CallerOf, settings: Settings
) -> None:
    name, runs = entry_id("The Gazette", "live"), open_runs(settings.store)
    kept = {"state": "kept", "entry": name, "revision": 1}
    runs.update(RUNS["The Gazette"], lambda run: run.model_copy(update=kept))
    entry = document("The Courier", "new", id=name).to_json()
    gazette = caller_of("The Gazette", "editor")("POST", "/api/v1/validations", entry)
    assert "cite-unknown" in gazette.text or "evidence" in gazette.text
    courier = caller_of("The Courier", "editor")
    answer = courier("POST", "/api/v1/validations", entry)
    unknown = document("The Courier", "new", id=UNKNOWN).to_json()
    other = courier("POST", "/api/v1/validations", unknown)
    assert neutral(answer, name) == neutral(other, UNKNOWN)


def test_work_is_assigned_to_people_of_the_publication(caller_of: CallerOf) -> None:
    call = caller_of("The Courier", "editor")
    path = f"{ENTRIES}/{entry_id('The Courier', 'drafted')}/assignment"
    foreign = call("PUT", path, {"assignee": person("The Gazette", "editor")})
    unknown = call("PUT", path, {"assignee": "nobody"})
    assert foreign.status_code == 422
    assert neutral(foreign, person("The Gazette", "editor")) == neutral(unknown, "nobody")
    assert call("PUT", path, {"assignee": person("The Courier", "admin")}).status_code == 200


def test_a_token_loses_at_once_what_its_owner_loses(
    caller_of: CallerOf, accounts: Accounts
) -> None:
    call = caller_of("The Courier", "editor")
    path = f"{ENTRIES}/{entry_id('The Courier', 'drafted')}/draft"
    assert call("GET", path).status_code == 200
    accounts.set_publications(person("The Courier", "editor"), ["The Gazette"])
    assert call("GET", path).status_code == 404
    accounts.set_publications(person("The Courier", "editor"), ["A paper that closed"])
    assert json.loads(call("GET", ENTRIES).text)["items"] == []
