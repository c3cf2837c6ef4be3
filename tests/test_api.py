"""The API: who may do what, that no change is lost or made twice, and how errors are told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from samples import sample_bytes, sample_document, sample_entry
from werkzeug.test import TestResponse

from widget.accounts import ROLES, Accounts, DirAccounts, Role, at_least
from widget.app import create_app
from widget.config import Settings
from widget.store import Live, Store, Withdrawn

ID = "night-trains"
ENTRIES = "/api/v1/entries"
ENTRY = f"{ENTRIES}/{ID}"

# Written out here and not read from the code, so that a change to the code must be meant.
NEEDED: dict[tuple[str, str], Role] = {
    ("GET", ENTRIES): "editor",
    ("GET", f"{ENTRIES}/<entry_id>"): "editor",
    ("GET", f"{ENTRIES}/<entry_id>/draft"): "editor",
    ("PUT", f"{ENTRIES}/<entry_id>/draft"): "editor",
    ("DELETE", f"{ENTRIES}/<entry_id>/draft"): "editor",
    ("POST", f"{ENTRIES}/<entry_id>/publication"): "publisher",
    ("POST", f"{ENTRIES}/<entry_id>/withdrawal"): "publisher",
    ("POST", f"{ENTRIES}/<entry_id>/restorations"): "publisher",
    ("GET", f"{ENTRIES}/<entry_id>/history"): "editor",
    ("GET", f"{ENTRIES}/<entry_id>/revisions/<number>"): "editor",
    ("POST", "/api/v1/validations"): "editor",
}


class Caller:
    """Somebody with a token of the given role. ``etag`` is that of the last answer."""

    def __init__(self, client: FlaskClient, accounts: Accounts, name: str, role: Role) -> None:
        later = datetime.now(UTC) + timedelta(days=1)
        self.secret, self.token = accounts.create_token(name, role, expires_at=later, actor="ana")
        self.client = client
        self.etag: str | None = None

    def __call__(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        knows: str | None = "",
        key: str | None = None,
        **headers: str,
    ) -> TestResponse:
        """Send a request with the last ETag, with another one that is given, or with None."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent.setdefault("Authorization", f"Bearer {self.secret}")
        match = self.etag if knows == "" else knows
        if method != "GET" and match:
            sent["If-Match"] = match
        if key:
            sent["Idempotency-Key"] = key
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body)
        kind = None if body is None else "application/json"
        response = self.client.open(path, method=method, data=data, headers=sent, content_type=kind)
        self.etag = response.headers.get("ETag", self.etag)
        return response


MakeCaller = Callable[..., Caller]


@pytest.fixture
def caller(client: FlaskClient, accounts: Accounts) -> MakeCaller:
    def make(role: Role = "publisher", name: str = "cms") -> Caller:
        return Caller(client, accounts, name, role)

    return make


@pytest.fixture
def cms(caller: MakeCaller) -> Caller:
    return caller()


def saved(cms: Caller, **changes: object) -> TestResponse:
    response = cms("PUT", f"{ENTRY}/draft", sample_bytes(**changes), knows=None, If_None_Match="*")
    assert response.status_code == 201, response.text
    return response


def published(cms: Caller, **changes: object) -> TestResponse:
    saved(cms, **changes)
    response = cms("POST", f"{ENTRY}/publication", {"note": "Checked."})
    assert response.status_code == 201, response.text
    return response


def problem_of(response: TestResponse, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    document = json.loads(response.data)
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]
    return dict(document)


# Who may


def api_routes(app: Flask) -> list[tuple[str, str]]:
    found = []
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api"):
            found += [(method, rule.rule) for method in (rule.methods or set()) - {"HEAD"}]
    return found


def address(path: str) -> str:
    return path.replace("<entry_id>", ID).replace("<number>", "1")


def test_the_table_of_roles_names_every_route(app: Flask) -> None:
    assert sorted(api_routes(app)) == sorted(NEEDED)


def test_every_route_refuses_who_has_no_token(app: Flask, accounts: Accounts, store: Store) -> None:
    store.save(sample_entry(), actor="ana")
    later = datetime.now(UTC) + timedelta(days=1)
    secret, revoked = accounts.create_token("old", "admin", expires_at=later, actor="ana")
    accounts.revoke_token(revoked.id)
    client = app.test_client()
    headers = [
        {},
        {"Authorization": f"Bearer {secret}"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer ins_unknown"},
        {"Authorization": secret},
        {"Authorization": f"Basic {secret}"},
        {"Authorization": "Basic YWRtaW46YWRtaW4="},
        {"Cookie": f"session={secret}"},
    ]
    for method, path in api_routes(app):
        for sent in headers:
            response = client.open(
                address(path), method=method, headers={**sent, "If-Match": '"1"'}, data=b"{}"
            )
            problem_of(response, 401)
            assert response.headers["WWW-Authenticate"] == 'Bearer realm="insights"'
    assert store.head(ID) == 1


def test_every_route_refuses_each_role_below_what_it_needs_and_no_other(
    app: Flask, caller: MakeCaller, store: Store
) -> None:
    store.save(sample_entry(), actor="ana")
    callers = {role: caller(role, role) for role in ROLES}
    refused = 0
    for method, path in api_routes(app):
        for role, each in callers.items():
            response = each(method, address(path), {"nonsense": 1}, knows='"0"')
            if at_least(role, NEEDED[method, path]):
                assert response.status_code not in (401, 403)
            else:
                detail = problem_of(response, 403)["detail"]
                assert f"this token's role is {role}" in detail
                refused += 1
    assert refused == 3
    assert store.head(ID) == 1


def test_a_signed_in_browser_is_nobody_to_the_api(client: FlaskClient, accounts: Accounts) -> None:
    user = accounts.add_user("ana", "admin", "a long enough password")
    session_id = accounts.open_session(user)
    for name in ("session", "__Host-session", "insights"):
        client.set_cookie(name, session_id)
    assert client.get(ENTRIES).status_code == 401
    bearer = {"Authorization": f"Bearer {session_id}"}
    assert client.get(ENTRIES, headers=bearer).status_code == 401


def test_no_answer_lets_another_origin_read_it(cms: Caller) -> None:
    published(cms)
    for response in (
        cms("GET", ENTRY, Origin="https://paper.example"),
        cms("GET", f"{ENTRIES}/unknown", Origin="https://paper.example"),
        cms("OPTIONS", ENTRY, Origin="https://paper.example"),
        cms.client.get(ENTRY, headers={"Origin": "https://paper.example"}),
    ):
        assert not [name for name, _ in response.headers if name.startswith("Access-Control")]
        assert not response.headers.get("Set-Cookie")


def test_a_token_may_make_600_requests_a_minute(settings: Settings) -> None:
    now = [1_800_000_000.0]
    accounts = DirAccounts(settings.store.removeprefix("dir:"), clock=lambda: now[0])
    client = create_app(settings, accounts=accounts).test_client()
    expires = datetime.fromtimestamp(now[0], UTC) + timedelta(days=1)
    secrets = [
        accounts.create_token(name, "editor", expires_at=expires, actor="ana")[0] for name in "ab"
    ]
    one, two = ({"Authorization": f"Bearer {secret}"} for secret in secrets)
    statuses = [client.get(f"{ENTRY}/draft", headers=one).status_code for _ in range(600)]
    assert set(statuses) == {404}
    response = client.get(f"{ENTRY}/draft", headers=one)
    assert "600 requests a minute" in problem_of(response, 429)["detail"]
    assert response.headers["Retry-After"] == "1"
    assert client.get(f"{ENTRY}/draft", headers=two).status_code == 404
    now[0] += 1
    assert client.get(f"{ENTRY}/draft", headers=one).status_code == 404


# From a draft to readers and away again


def test_an_entry_goes_from_a_draft_to_readers_and_away_and_comes_back(
    cms: Caller, store: Store, client: FlaskClient
) -> None:
    response = saved(cms)
    assert response.headers["ETag"] == '"1"'
    assert response.headers["Location"] == f"{ENTRY}/revisions/1"
    assert response.get_json() | {"at": ""} == {
        "number": 1,
        "at": "",
        "actor": "token:cms",
        "action": "save",
        "note": "",
        "legal": False,
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
    assert validated(b"{")["breaches"][0]["path"] == "$"
    assert len(validated(b"{}")["breaches"]) > 3
    assert store.ids() == []


# Nothing is lost


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
        assert response.headers["Cache-Control"] == "private, no-cache"
        again = cms("GET", path, If_None_Match=response.headers["ETag"])
        assert (again.status_code, again.data) == (304, b"")


# Nothing is done twice


def test_a_repeated_request_has_the_first_ones_answer_and_changes_nothing(
    cms: Caller, store: Store
) -> None:
    saved(cms)
    first = cms("POST", f"{ENTRY}/publication", {"note": "é"}, knows='"1"', key="k-1")
    again = cms("POST", f"{ENTRY}/publication", {"note": "é"}, knows='"1"', key="k-1")
    assert first.status_code == again.status_code == 201
    assert first.data == again.data
    assert first.headers["ETag"] == again.headers["ETag"]
    assert first.headers["Location"] == again.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert store.head(ID) == 2


def test_a_key_is_good_for_one_request_of_one_token(cms: Caller, caller: MakeCaller) -> None:
    saved(cms)
    path = f"{ENTRY}/draft"
    assert cms("PUT", path, sample_bytes(), key="k").status_code == 200
    for method, where, body in (
        ("PUT", path, sample_bytes(article__title="Another")),
        ("PUT", f"{path}?x=1", sample_bytes()),
        ("POST", f"{ENTRY}/publication", sample_bytes()),
    ):
        detail = problem_of(cms(method, where, body, key="k"), 422)
        assert "was used for another request" in detail["errors"][0]["message"]
    other = caller("editor", "other")
    assert other("PUT", path, sample_bytes(), knows='"2"', key="k").headers["ETag"] == '"3"'


def test_a_request_that_failed_may_be_made_again_with_its_key(cms: Caller, store: Store) -> None:
    saved(cms)
    problem_of(cms("POST", f"{ENTRY}/publication", {}, knows='"7"', key="k"), 412)
    assert cms("POST", f"{ENTRY}/publication", {}, knows='"1"', key="k").status_code == 201
    assert store.head(ID) == 2


@pytest.mark.parametrize("key", ["two words", "x" * 256, "é"])
def test_a_key_that_is_none_is_refused(cms: Caller, store: Store, key: str) -> None:
    response = cms("PUT", f"{ENTRY}/draft", sample_bytes(), knows=None, key=key, If_None_Match="*")
    assert "Idempotency-Key" in problem_of(response, 400)["detail"]
    assert store.ids() == []


# Four eyes


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    return settings.model_copy(update={"four_eyes": "four_eyes" in request.node.name})


def test_with_four_eyes_who_saved_last_cannot_publish(
    cms: Caller, caller: MakeCaller, store: Store
) -> None:
    saved(cms)
    detail = problem_of(cms("POST", f"{ENTRY}/publication"), 403)["detail"]
    assert "token:cms saved this draft last" in detail
    assert store.live(ID) is None
    other = caller("publisher", "other")
    assert other("POST", f"{ENTRY}/publication", knows='"1"').status_code == 201
    assert isinstance(store.live(ID), Live)


def test_with_four_eyes_whoever_else_saves_has_the_last_word(
    cms: Caller, caller: MakeCaller
) -> None:
    saved(cms)
    other = caller("publisher", "other")
    assert other("PUT", f"{ENTRY}/draft", sample_bytes(), knows='"1"').status_code == 200
    problem_of(other("POST", f"{ENTRY}/publication"), 403)
    assert cms("POST", f"{ENTRY}/publication", knows='"2"').status_code == 201
    problem_of(cms("POST", f"{ENTRY}/restorations", {"revision": 1}, knows='"2"'), 412)
    cms("POST", f"{ENTRY}/restorations", {"revision": 1}, knows='"3"')
    problem_of(cms("POST", f"{ENTRY}/publication", knows='"4"'), 403)


# Listing


@pytest.fixture
def many(store: Store) -> list[str]:
    for number in range(7):
        entry = sample_entry(
            id=f"e{number}",
            article__url=f"https://paper.example/{number}",
            article__aliases=[],
            article__title=f"Title {9 - number}",
            article__section="Letters" if number % 2 else "Opinion",
            language="es" if number == 3 else "en",
            viewpoint__lean="left" if number in (2, 5) else "right",
        )
        store.save(entry, actor="ana")
        if number in (1, 2, 4):
            store.publish(entry.id, actor="ana")
        if number == 2:
            store.save(entry, actor="ana")
        if number == 4:
            store.withdraw(entry.id, actor="ana", reason="Wrong.")
    return [f"e{number}" for number in range(7)]


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "0123456"),
        ("q=title", "0123456"),
        ("q=TITLE+7", "2"),
        ("q=e4", "4"),
        ("q=paper.example/5", "5"),
        ("q=nothing+like+it", ""),
        ("state=live", "1"),
        ("state=draft", "02356"),
        ("state=both", "2"),
        ("state=withdrawn", "4"),
        ("lean=left", "25"),
        ("section=Letters", "135"),
        ("language=es", "3"),
        ("lean=left&section=Letters&state=draft&q=title", "5"),
    ],
)
def test_entries_are_filtered(cms: Caller, query: str, found: str) -> None:
    page = cms("GET", f"{ENTRIES}?sort=id&{query}").get_json()
    assert "".join(item["id"][1] for item in page["items"]) == found
    assert page["next"] is None


@pytest.mark.usefixtures("many")
def test_an_entry_is_listed_at_a_glance(cms: Caller) -> None:
    (item,) = cms("GET", f"{ENTRIES}?state=both").get_json()["items"]
    assert item.pop("changed").endswith("Z")
    assert item == {
        "id": "e2",
        "state": "both",
        "draft": True,
        "title": "Title 7",
        "url": "https://paper.example/2",
        "section": "Opinion",
        "lean": "left",
        "language": "en",
    }


@pytest.mark.parametrize("sort", ["id", "title", "changed"])
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 200])
def test_pages_hold_every_entry_once_in_order(
    cms: Caller, many: list[str], sort: str, limit: int
) -> None:
    ids: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        more = f"&cursor={cursor}" if cursor else ""
        page = cms("GET", f"{ENTRIES}?sort={sort}&limit={limit}{more}").get_json()
        assert len(page["items"]) <= limit
        ids += [item["id"] for item in page["items"]]
        cursor = page["next"]
    expected = {"id": many, "title": many[::-1], "changed": many[::-1]}[sort]
    assert ids == expected


def test_a_page_goes_on_where_the_last_one_ended_although_rows_went(
    cms: Caller, many: list[str], store: Store
) -> None:
    page = cms("GET", f"{ENTRIES}?sort=id&limit=3").get_json()
    store.discard("e0", actor="ana")
    store.discard("e3", actor="ana")
    store.save(sample_entry(id="d9"), actor="ana")
    page = cms("GET", f"{ENTRIES}?sort=id&limit=3&cursor={page['next']}").get_json()
    assert [item["id"] for item in page["items"]] == many[4:7]


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("limit=0", "$.limit"),
        ("limit=201", "$.limit"),
        ("limit=x", "$.limit"),
        ("limit=", "$.limit"),
        ("state=gone", "$.state"),
        ("lean=up", "$.lean"),
        ("sort=size", "$.sort"),
        ("page=2", "$.page"),
        ("cursor=x", "$.cursor"),
        ("cursor=WzFd", "$.cursor"),
        ("cursor=WyJjaGFuZ2VkIiwieCIsInkiXQ", "$.cursor"),
        ("cursor=%F0%9F%98%80", "$.cursor"),
        ("q=a&q=b", "$.q"),
    ],
)
def test_a_query_that_cannot_be_answered_is_told(cms: Caller, query: str, path: str) -> None:
    (error,) = problem_of(cms("GET", f"{ENTRIES}?{query}"), 422)["errors"]
    assert error["path"] == path


@pytest.mark.usefixtures("many")
def test_a_cursor_of_another_order_is_refused(cms: Caller) -> None:
    cursor = cms("GET", f"{ENTRIES}?sort=id&limit=2").get_json()["next"]
    problem_of(cms("GET", f"{ENTRIES}?sort=title&cursor={cursor}"), 422)


# Errors


def test_a_draft_is_of_the_entry_that_the_address_names(cms: Caller, store: Store) -> None:
    body = sample_bytes(id="another")
    response = cms("PUT", f"{ENTRY}/draft", body, knows=None, If_None_Match="*")
    (error,) = problem_of(response, 422)["errors"]
    assert error["path"] == "$.id"
    assert store.ids() == []


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"", "$"),
        (b"{", "$"),
        (b"\xff", "$"),
        (b"[]", "$"),
        (b'{"revision": "1"}', "$.revision"),
        (b'{"revision": 0}', "$.revision"),
        (b'{"revision": true}', "$.revision"),
        (b'{"revision": 1e400}', "$.revision"),
        (b'{"revision": 1, "revision": 2}', "$.revision"),
        (b'{"revision": 1, "note": ""}', "$.note"),
        (b"{}", "$.revision"),
        (b"[" * 100_000, "$"),
    ],
)
def test_a_body_that_is_not_what_is_asked_for_is_told(
    cms: Caller, store: Store, body: bytes, path: str
) -> None:
    saved(cms)
    errors = problem_of(cms("POST", f"{ENTRY}/restorations", body), 422)["errors"]
    assert [error["path"] for error in errors] == [path]
    assert store.head(ID) == 1


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_says_that_it_is_json(cms: Caller, store: Store, kind: str) -> None:
    response = cms.client.put(
        f"{ENTRY}/draft",
        data=sample_bytes(),
        headers={"Authorization": f"Bearer {cms.secret}", "If-None-Match": "*"},
        content_type=kind,
    )
    problem_of(response, 415)
    assert store.ids() == []


def test_a_body_that_is_too_long_is_refused(cms: Caller) -> None:
    long = sample_bytes(article__section="x" * 600_000)
    problem_of(cms("PUT", f"{ENTRY}/draft", long, knows=None, If_None_Match="*"), 413)
    long = sample_bytes(article__section="x" * 530_000)
    response = cms("PUT", f"{ENTRY}/draft", long, knows=None, If_None_Match="*")
    assert "bytes long" in problem_of(response, 422)["errors"][0]["message"]


@pytest.mark.parametrize(
    "path",
    [
        f"{ENTRIES}/unknown",
        f"{ENTRIES}/UNKNOWN",
        f"{ENTRIES}/%00",
        f"{ENTRIES}/unknown/draft",
        f"{ENTRIES}/unknown/history",
        f"{ENTRIES}/unknown/revisions/1",
        f"{ENTRY}/revisions/2",
        f"{ENTRY}/revisions/0",
        f"{ENTRY}/revisions/-1",
        f"{ENTRY}/revisions/x",
        f"{ENTRY}/revisions/{'9' * 5000}",
        f"{ENTRY}/revisions/%D9%A1",
        f"{ENTRIES}/",
        "/api/v1",
        "/api/v2/entries",
    ],
)
def test_what_is_not_there_is_a_problem(cms: Caller, path: str) -> None:
    saved(cms)
    problem_of(cms("GET", path), 404)


def test_a_method_that_an_address_has_not_is_a_problem(cms: Caller) -> None:
    for method in ("POST", "PATCH", "OPTIONS"):
        response = cms(method, ENTRY)
        problem_of(response, 405)
        assert "GET" in response.headers["Allow"]


def test_a_damaged_accounts_file_lets_nobody_in_and_readers_see_their_panels(
    cms: Caller, settings: Settings
) -> None:
    published(cms)
    with open(f"{settings.store.removeprefix('dir:')}/accounts.json", "w") as file:
        file.write("{")
    assert "accounts.json" in problem_of(cms("GET", ENTRY), 503)["detail"]
    assert cms.client.get(f"/panel/{ID}").status_code == 200


# The description


def test_the_description_names_every_route_with_its_role(client: FlaskClient) -> None:
    response = client.get("/openapi.json")
    assert response.content_type == "application/json"
    assert response.headers["ETag"]
    described = {
        (method.upper(), re.sub(r"\{(\w+)\}", r"<\1>", path)): operation["x-role"]
        for path, operations in response.get_json()["paths"].items()
        for method, operation in operations.items()
    }
    assert described == NEEDED
