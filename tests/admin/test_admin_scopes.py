"""A person who works for one publication sees and changes that publication's entries only."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from newsroom import csrf, post, signed_in
from scopes_support import FEW_WALKS, WALKS, browser, neutral, opened, rest, routes
from three_records import fill_records, records_of
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

from widget.accounts import Accounts, Role
from widget.config import Settings
from widget.drafting.runs import open_runs
from widget.editorial.review import CHECKLIST
from widget.store import Store, document_digest

pytestmark = pytest.mark.unit

UNKNOWN = "an-unknown-entry"
UNKNOWN_RUN = "ffffffffffffffff"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return with_three_sites(settings).model_copy(update={"counts": True})


@pytest.fixture(autouse=True)
def keys(store: Store, settings: Settings, accounts: Accounts) -> dict[str, str]:
    """Fill the store; return the key of each entry's link for its author."""
    fill(store, settings, accounts)
    return fill_records(store, settings)


def fields(store: Store, name: str) -> dict[str, Any]:
    """Return what the forms would send to change an entry, as if its page had been seen."""
    draft = store.draft(name)
    return {
        "head": store.head(name),
        "digest": document_digest(draft.entry) if draft else "",
        "note": "Overwritten",
        "text": "Overwritten",
        "reason": "Overwritten",
        "legal": "yes",
        "revision": 1,
        "checked": list(CHECKLIST),
        "expires_at": "2099-01-01T10:00",
        "fresh": "yes",
    }


@pytest.mark.parametrize(("publication", "role"), FEW_WALKS)
@pytest.mark.exhaustive
def test_an_entry_of_another_publication_is_as_unknown_as_one_that_never_was(
    app: Flask,
    accounts: Accounts,
    store: Store,
    settings: Settings,
    keys: dict[str, str],
    publication: str,
    role: Role,
) -> None:
    client = browser(app, accounts, publication, role)
    token = csrf(client)
    before = {
        name: (state_of(store, name), records_of(settings, name)) for name in others(publication)
    }
    walked = [it for it in routes(app) if "<entry_id>" in it[1]]
    newer = ("sources", "sources/checks", "article", "voices", "voices/<key>/use", "record", "json")
    assert {f"/admin/entries/<entry_id>/{it}" for it in newer} <= {rule for _, rule in walked}
    assert ("GET", "/admin/counts/<entry_id>") in walked
    for foreign, state in foreign_entries(publication):
        name = entry_id(foreign, state)
        data = {**fields(store, name), "csrf": token}
        for method, rule in walked:
            path = rule.replace("<int:number>", "1").replace("<key>", keys.get(name, "x"))
            answers = []
            for each in (name, UNKNOWN):
                own = document(publication, "drafted", id=each).to_json().decode()
                sent = {**data, "document": own}
                answer = opened(client, method, path.replace("<entry_id>", each), sent)
                answers.append(neutral(answer, each))
                assert not marks(foreign, rest(answer, each)), (method, path, state)
                if method == "GET":
                    assert answer.status_code in (404, 200 if "purge" in rule else 303), path
            assert answers[0] == answers[1], (method, path, state)
    assert {
        name: (state_of(store, name), records_of(settings, name)) for name in others(publication)
    } == before


@pytest.mark.exhaustive
@pytest.mark.parametrize("publication", SITES)
def test_the_same_walk_finds_the_publication_s_own_entries(
    app: Flask, accounts: Accounts, publication: str
) -> None:
    client = browser(app, accounts, publication, "publisher")
    for state in STATES[:4]:
        for method, rule in routes(app):
            if method == "GET" and "<entry_id>" in rule:
                path = rule.replace("<entry_id>", entry_id(publication, state))
                answer = client.get(path)
                assert answer.status_code in (200, 303), path
                for foreign in others(publication):
                    assert not marks(foreign, rest(answer)), path


@pytest.mark.exhaustive
@pytest.mark.parametrize(("publication", "role"), WALKS)
def test_no_page_without_an_entry_tells_anything_of_another_publication(
    app: Flask, accounts: Accounts, publication: str, role: Role
) -> None:
    client = browser(app, accounts, publication, role)
    paths = [rule for method, rule in routes(app) if method == "GET" and "<" not in rule]
    assert {"/admin/entries", "/admin/plan", "/admin/drafts"} <= set(paths)
    for path in paths:
        answer = client.get(path)
        for foreign in others(publication):
            assert not marks(foreign, rest(answer)), path
    for foreign in others(publication):
        word, who = SECRETS[foreign], person(foreign, "editor")
        for query in (
            {"q": word},
            {"q": word[:2]},
            {"q": entry_id(foreign, "live")},
            {"section": f"{word} section"},
            {"assignee": who},
            {"saved_by": who},
            {"publication": foreign},
            {"publication": foreign, "q": word},
            *({"state": it} for it in ("draft", "live", "both", "withdrawn", "planned")),
            *({"sort": it} for it in ("title", "id", "changed")),
        ):
            for headers in ({}, {"HX-Request": "true"}):
                answer = client.get("/admin/entries", query_string=query, headers=headers)
                assert answer.status_code == 200
                assert not marks(foreign, rest(answer, *query.values())), query
        copy = client.get("/admin/entries/new", query_string={"copy": entry_id(foreign, "live")})
        assert not marks(foreign, rest(copy, entry_id(foreign, "live")))


@pytest.mark.parametrize("publication", SITES)
def test_lists_count_the_publication_s_own_entries(
    app: Flask, accounts: Accounts, publication: str
) -> None:
    client = browser(app, accounts, publication, "editor")
    text = client.get("/admin/entries").text
    assert "4 entries" in text
    assert 'name="publication"' not in text
    assert text.count(">Publication<") == 0
    found = client.get("/admin/entries", query_string={"q": SECRETS[publication]}).text
    assert "4 entries" in found
    nothing = client.get("/admin/entries", query_string={"q": SECRETS[others(publication)[0]]})
    assert "0 of 4 entries" in nothing.text


@pytest.mark.exhaustive
@pytest.mark.parametrize(("publication", "role"), WALKS)
def test_many_entries_at_once_are_changed_only_in_the_publication(
    app: Flask, accounts: Accounts, store: Store, publication: str, role: Role
) -> None:
    client = browser(app, accounts, publication, role)
    before = {name: state_of(store, name) for name in others(publication)}
    names = [entry_id(name, state) for name in others(publication) for state in STATES]
    actions = ["assign", "submit"] + ["publish", "withdraw"] * (role != "editor")
    for action in actions:
        compared = post(client, "/admin/bulk/comparison", action=action, entry=[*names, UNKNOWN])
        heads = [f"{it} {store.head(it)}" for it in names]
        changed = post(client, "/admin/bulk", action=action, entry=heads, reason="Overwritten")
        unknown = post(
            client,
            "/admin/bulk",
            action=action,
            reason="Overwritten",
            entry=[f"{UNKNOWN} {it.partition(' ')[2]}" for it in heads],
        )
        assert re.sub("|".join(names), UNKNOWN, changed.text) == unknown.text
        for foreign in others(publication):
            assert not marks(foreign, rest(compared, *names)), action
            assert not marks(foreign, rest(changed, *names)), action
    assert {name: state_of(store, name) for name in others(publication)} == before


@pytest.mark.parametrize("foreign", ["The Paper", "The Gazette"])
def test_no_entry_is_made_in_or_moved_to_another_publication(
    app: Flask, accounts: Accounts, store: Store, foreign: str
) -> None:
    client = browser(app, accounts, "The Courier", "publisher")
    before = state_of(store, foreign)
    own = entry_id("The Courier", "drafted")
    head = store.head(own)
    for way in (
        {"way": "address", "url": url_of(foreign, "new"), "id": "a-new-one"},
        {"way": "copy", "url": url_of(foreign, "new"), "copy": own, "id": "a-new-one"},
        {"way": "json", "document": document(foreign, "new").to_json().decode()},
    ):
        answer = post(client, "/admin/entries", **way)
        assert answer.status_code == 422, way
        assert "not of a publication that you work for (The Courier)" in answer.text
        assert "a-new-one" not in store.ids()
    moved = document("The Courier", "drafted", article__kind="column").to_json().decode()
    moved = moved.replace(url_of("The Courier", "drafted") + '"', url_of(foreign, "moved") + '"')
    answer = post(client, f"/admin/entries/{own}/json", document=moved, head=head)
    assert answer.status_code == 422
    assert "not of a publication that you work for" in answer.text
    form = {"article.url": url_of(foreign, "moved"), "head": head, "language": "en"}
    answer = post(client, f"/admin/entries/{own}/draft", data=form)
    assert answer.status_code == 422
    assert store.head(own) == head
    assert state_of(store, foreign) == before


def test_an_id_that_another_publication_has_is_taken_and_that_is_all_that_is_said(
    app: Flask, accounts: Accounts, store: Store
) -> None:
    client = browser(app, accounts, "The Courier", "publisher")
    before = state_of(store, "The Gazette")
    for state in STATES:
        name = entry_id("The Gazette", state)
        url = url_of("The Courier", "new")
        answer = post(client, "/admin/entries", way="address", url=url, id=name)
        assert answer.status_code == 422
        assert "is taken; choose another id" in answer.text
        assert not marks("The Gazette", rest(answer, name))
    assert state_of(store, "The Gazette") == before
    # Without an id of the editor's own, a free one is chosen.
    name = entry_id("The Gazette", "live")
    answer = post(client, "/admin/entries", way="address", url=f"{SITES['The Courier']}/{name}")
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"/{name}-2")


def test_a_url_that_another_publication_s_entry_has_is_taken_and_that_is_all_that_is_said(
    app: Flask, accounts: Accounts, store: Store
) -> None:
    alias = f"{SITES['The Courier']}/opinion/shared"
    shared = document("The Gazette", "both").model_copy()
    article = shared.article.model_copy(update={"aliases": (alias,)})
    store.save(shared.model_copy(update={"article": article}), actor="root")
    store.publish(shared.id, actor="root")
    client = browser(app, accounts, "The Courier", "publisher")
    assert post(client, "/admin/entries", way="address", url=alias, id="own").status_code == 303
    store.save(document("The Courier", "x", id="own", article__url=alias), actor="root")
    answer = post(client, "/admin/entries/own/publication", head=store.head("own"))
    assert answer.status_code == 422
    assert "is already the URL of another entry" in answer.text
    assert not marks("The Gazette", rest(answer))


@pytest.mark.exhaustive
@pytest.mark.parametrize(("publication", "role"), WALKS)
def test_a_run_of_another_publication_is_as_unknown_as_one_that_never_was(
    app: Flask, accounts: Accounts, settings: Settings, publication: str, role: Role
) -> None:
    client = browser(app, accounts, publication, role)
    token = csrf(client)
    runs = open_runs(settings.store)
    for foreign in others(publication):
        before = runs.get(RUNS[foreign])
        for method, rule in routes(app):
            if "<run_id>" in rule:
                path = rule.replace("<int:number>", "0")
                data = {"csrf": token}
                answer = opened(client, method, path.replace("<run_id>", RUNS[foreign]), data)
                other = opened(client, method, path.replace("<run_id>", UNKNOWN_RUN), data)
                assert neutral(answer, RUNS[foreign]) == neutral(other, UNKNOWN_RUN), path
                assert answer.status_code == 404, path
        assert runs.get(RUNS[foreign]) == before
        asked = post(client, "/admin/drafts", url=url_of(foreign, "asked"))
        assert asked.status_code == 422
        taken = post(
            client,
            "/admin/drafts",
            url=url_of(publication, "asked"),
            entry=entry_id(foreign, "live"),
            replace="yes",
        )
        assert "is taken; choose another id" in taken.text
    assert client.get(f"/admin/drafts/{RUNS[publication]}").status_code == 200


@pytest.mark.parametrize("publication", SITES)
def test_an_admin_of_one_publication_manages_nobody(
    app: Flask, accounts: Accounts, publication: str
) -> None:
    client = browser(app, accounts, publication, "admin")
    users = accounts.users()
    assert 'href="/admin/people"' not in client.get("/admin/entries").text
    token = csrf(client)
    walked = [it for it in routes(app) if re.match("/admin/(people|tokens)", it[1])]
    assert len(walked) > 8
    for method, rule in walked:
        path = rule.replace("<name>", person(publication, "editor")).replace("<token_id>", "x")
        answer = opened(client, method, path, {"csrf": token, "role": "admin", "reach": "all"})
        assert answer.status_code == 403, path
        assert "an admin of all publications" in answer.text
    assert accounts.users() == users


def test_work_is_assigned_to_people_of_the_publication(
    app: Flask, accounts: Accounts, store: Store
) -> None:
    client = browser(app, accounts, "The Courier", "editor")
    accounts.add_user("everywhere", "editor")
    name = entry_id("The Courier", "drafted")
    page = client.get(f"/admin/entries/{name}/publication").text
    assert person("The Courier", "publisher") in page
    assert "everywhere" in page
    for who, status in (
        (person("The Gazette", "editor"), 422),
        ("everywhere", 303),
        (person("The Courier", "publisher"), 303),
    ):
        answer = post(client, f"/admin/entries/{name}/assignment", assignee=who)
        assert answer.status_code == status, who
    assert store.workflow(name).assignee == person("The Courier", "publisher")


def test_an_entry_on_its_way_to_another_publication_is_nobody_s_but_who_works_for_both(
    app: Flask, accounts: Accounts, store: Store
) -> None:
    name = entry_id("The Courier", "live")
    store.save(document("The Gazette", "new", id=name), actor="root")
    accounts.add_user("both", "publisher", publications=["The Courier", "The Gazette"])
    both = signed_in(app, accounts, "publisher", "both")
    for publication in ("The Courier", "The Gazette"):
        client = browser(app, accounts, publication, "publisher")
        assert client.get(f"/admin/entries/{name}").status_code == 404
        assert name not in client.get("/admin/entries").text
    assert both.get(f"/admin/entries/{name}").status_code == 200
    answer = post(both, f"/admin/entries/{name}/publication", head=store.head(name))
    assert answer.status_code == 303
    gazette = browser(app, accounts, "The Gazette", "publisher")
    assert gazette.get(f"/admin/entries/{name}").status_code == 200
    history = gazette.get(f"/admin/entries/{name}/history")
    assert not marks("The Courier", rest(history, name))
