"""Who may call the API, and how often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from api_support import (
    ENTRIES,
    ENTRY,
    ID,
    NEEDED,
    Caller,
    MakeCaller,
    address,
    api_routes,
    problem_of,
    published,
    token_for,
)
from flask import Flask
from flask.testing import FlaskClient
from samples import sample_entry

from widget.accounts import ROLES, Accounts, DirectoryAccounts, at_least
from widget.app import create_app
from widget.config import Settings
from widget.store import Store

pytestmark = pytest.mark.unit


def test_the_table_of_roles_names_every_route(app: Flask) -> None:
    assert sorted(api_routes(app)) == sorted(NEEDED)


def test_every_route_refuses_who_has_no_token(app: Flask, accounts: Accounts, store: Store) -> None:
    store.save(sample_entry(), actor="ana")
    secret, revoked = token_for(accounts, "ana", "old")
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
    assert refused == 5
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


@pytest.mark.usefixtures("store")
def test_a_token_may_make_600_requests_a_minute(settings: Settings) -> None:
    now = [1_800_000_000.0]
    accounts = DirectoryAccounts(settings.store.removeprefix("dir:"), clock=lambda: now[0])
    client = create_app(settings, accounts=accounts).test_client()
    expires = datetime.fromtimestamp(now[0], UTC) + timedelta(days=1)
    accounts.add_user("ana", "editor")
    secrets = [
        accounts.create_token(name, "editor", owner="ana", expires_at=expires, actor="ana")[0]
        for name in "ab"
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
