"""Accounts and tokens in the browser: what an admin can do, and that nobody else can."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from newsroom import PASSWORD, csrf, post, signed_in
from werkzeug.test import TestResponse

from widget.accounts import Accounts, Role

pytestmark = pytest.mark.unit

HERE = "192.0.2.1"
TOKEN = {"token": "cms", "role": "editor", "days": "90"}
PEOPLE = "/admin/people"
BO = f"{PEOPLE}/bo"


@pytest.fixture
def admin(app: Flask, accounts: Accounts) -> FlaskClient:
    return signed_in(app, accounts, "admin", "ana")


@pytest.fixture
def bo(accounts: Accounts) -> str:
    return accounts.add_user("bo", "publisher").name


def shown_once(answer: TestResponse) -> str:
    """Return the secret that an answer shows."""
    assert answer.status_code == 201, answer.text
    (secret,) = re.findall(r'<code class="secret">([^<]+)</code>', answer.text)
    return str(secret)


def row(page: str, name: str) -> str:
    """Return the text of the row of a table that begins with ``name``."""
    for found in re.findall(r"<tr\b.*?</tr>", page, re.DOTALL):
        text = " ".join(re.sub(r"<[^>]+>", " ", found).split())
        if text.startswith(name):
            return text
    raise AssertionError(f"no row of {name}")


# Who may


@pytest.mark.parametrize("role", ["editor", "publisher"])
def test_only_an_admin_is_led_to_people(
    app: Flask, accounts: Accounts, admin: FlaskClient, role: Role
) -> None:
    other = signed_in(app, accounts, role)
    link = f'href="{PEOPLE}"'
    assert link in admin.get("/admin/entries").text
    assert link not in other.get("/admin/entries").text
    assert other.get(PEOPLE).status_code == 403


@pytest.mark.parametrize("role", ["editor", "publisher"])
def test_every_address_about_people_and_tokens_is_an_admin_s(
    app: Flask, accounts: Accounts, bo: str, role: Role
) -> None:
    """By their addresses: what a view says of itself could be forgotten."""
    browser = signed_in(app, accounts, role)
    before = accounts.users()
    found = 0
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith((PEOPLE, "/admin/tokens")):
            path = rule.rule.replace("<name>", bo)
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                answer = browser.open(path, method=method, data={"csrf": csrf(browser)})
                assert answer.status_code == 403, (method, path)
                found += 1
    assert found > 8
    assert accounts.users() == before


# People


def test_the_list_says_who_may_do_what_and_who_came_when(
    admin: FlaskClient, accounts: Accounts, bo: str
) -> None:
    accounts.add_user("carla", "editor", PASSWORD)
    accounts.set_disabled("carla", True)
    post(admin, f"{BO}/tokens", data=TOKEN)
    page = admin.get(PEOPLE).text
    assert re.fullmatch(r"ana you Active Admin \d+ \w+ \d{4}, \d\d:\d\d UTC –", row(page, "ana"))
    assert row(page, bo) == "bo Invited Publisher Never 1"
    assert row(page, "carla") == "carla Disabled Editor Never –"


def test_who_is_added_chooses_a_password_by_a_link_that_is_shown_once(
    app: Flask, admin: FlaskClient, accounts: Accounts
) -> None:
    link = shown_once(post(admin, PEOPLE, name=" Dora@paper.example ", role="editor"))
    assert link.startswith("http://localhost/admin/link#")
    assert link not in admin.get(f"{PEOPLE}/dora@paper.example").text
    dora = accounts.user("dora@paper.example")
    assert dora is not None
    assert (dora.role, dora.invited) == ("editor", True)
    guest = app.test_client()
    for _ in range(2):  # looking does not use it up
        page = opened(guest, link)
        assert page.status_code == 200
        assert "dora@paper.example" in page.text
    answer = choose(guest, link, PASSWORD)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/entries")
    assert guest.get("/admin/entries").status_code == 200
    assert accounts.authenticate("dora@paper.example", PASSWORD, address=HERE)
    again = opened(app.test_client(), link)
    assert again.status_code == 403
    assert "used before or has expired" in again.text


def choose(client: FlaskClient, link: str, password: str, again: str | None = None) -> TestResponse:
    """Fill in the form that a link leads to."""
    token = re.search(r'name="csrf" value="([^"]+)"', opened(client, link).text)
    assert token
    again = password if again is None else again
    code = link.partition("#")[2]
    data = {"csrf": token[1], "code": code, "password": password, "again": again}
    return client.post("/admin/password", data=data)


def opened(client: FlaskClient, link: str) -> TestResponse:
    """Open a link for one use, and send the code behind its # as the page's script does."""
    page, _, code = link.partition("#")
    token = re.search(r'name="csrf" value="([^"]+)"', client.get(page).text)
    assert token
    return client.post("/admin/link", data={"csrf": token[1], "code": code})


def test_a_password_that_cannot_be_one_leaves_the_link_as_good_as_it_was(
    app: Flask, admin: FlaskClient, accounts: Accounts, bo: str
) -> None:
    link = shown_once(post(admin, f"{BO}/links"))
    guest = app.test_client()
    short = choose(guest, link, "short")
    assert (short.status_code, "at least 10 are needed." in short.text) == (422, True)
    typo = choose(guest, link, PASSWORD, PASSWORD + "x")
    assert (typo.status_code, "passwords differ" in typo.text) == (422, True)
    assert choose(guest, link, PASSWORD).status_code == 303
    assert accounts.authenticate(bo, PASSWORD, address=HERE)


def test_a_link_s_form_is_refused_without_the_token_of_the_page(
    app: Flask, admin: FlaskClient, accounts: Accounts, bo: str
) -> None:
    link = shown_once(post(admin, f"{BO}/links"))
    code = link.partition("#")[2]
    data = {"code": code, "password": PASSWORD, "again": PASSWORD}
    assert app.test_client().post("/admin/password", data=data).status_code == 403
    assert app.test_client().post("/admin/link", data=data).status_code == 403
    user = accounts.user(bo)
    assert user is not None
    assert user.invited


def test_a_link_works_in_a_browser_where_somebody_else_is_signed_in(
    admin: FlaskClient, bo: str
) -> None:
    link = shown_once(post(admin, f"{BO}/links"))
    assert choose(admin, link, PASSWORD).status_code == 303
    assert f">{bo}</a>" in admin.get("/admin/entries").text


@pytest.mark.parametrize("name", ["", "a b", "<b>", "file", "bo"])
def test_a_name_that_cannot_be_one_is_told_and_kept_in_the_form(
    admin: FlaskClient, accounts: Accounts, bo: str, name: str
) -> None:
    answer = post(admin, PEOPLE, name=name, role="editor")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert [user.name for user in accounts.users()] == ["ana", bo]


def test_a_role_is_changed_and_holds_in_sessions_that_are_open(
    app: Flask, admin: FlaskClient, accounts: Accounts, bo: str
) -> None:
    browser = signed_in(app, accounts, "publisher", bo)
    assert post(admin, f"{BO}/role", role="admin").headers["Location"] == BO
    assert browser.get(PEOPLE).status_code == 200
    assert post(admin, f"{BO}/role", role="emperor").status_code == 400
    assert post(browser, f"{BO}/role", role="editor").headers["Location"] == "/admin/entries"
    assert browser.get(PEOPLE).status_code == 403


def test_disabling_ends_sessions_and_enabling_lets_in_again(
    app: Flask, admin: FlaskClient, accounts: Accounts, bo: str
) -> None:
    browser = signed_in(app, accounts, "publisher", bo)
    link = shown_once(post(admin, f"{BO}/links"))
    assert post(admin, f"{BO}/disabling").status_code == 303
    assert browser.get("/admin/entries").status_code == 303
    assert opened(app.test_client(), link).status_code == 403
    page = admin.get(BO).text
    assert "Enable again" in page
    assert "Make a token" not in page
    refused = post(admin, f"{BO}/links")
    assert (refused.status_code, "is disabled; enable it first." in refused.text) == (422, True)
    assert post(admin, f"{BO}/enabling").status_code == 303
    assert "Enable again" not in admin.get(BO).text


@pytest.mark.parametrize("action", ["disabling", "role"])
def test_the_last_admin_is_told_what_to_do_first(
    admin: FlaskClient, accounts: Accounts, bo: str, action: str
) -> None:
    answer = post(admin, f"{PEOPLE}/ana/{action}", role="editor")
    assert answer.status_code == 422
    assert "and ana is the last one; make another user admin first." in answer.text
    assert admin.get(PEOPLE).status_code == 200
    accounts.set_role(bo, "admin")
    accounts.set_password(bo, PASSWORD)
    assert post(admin, f"{PEOPLE}/ana/{action}", role="editor").status_code == 303


@pytest.mark.parametrize("action", ["role", "disabling", "enabling", "links", "tokens"])
def test_who_is_not_there_is_not_found(admin: FlaskClient, accounts: Accounts, action: str) -> None:
    assert post(admin, f"{PEOPLE}/nobody/{action}", data=TOKEN).status_code == 404
    assert admin.get(f"{PEOPLE}/nobody").status_code == 404
    assert post(admin, "/admin/tokens/none/revocation").status_code == 404
    assert [user.name for user in accounts.users()] == ["ana"]


# Their tokens


def test_a_token_is_shown_once_listed_and_revoked(
    app: Flask, admin: FlaskClient, accounts: Accounts, bo: str
) -> None:
    answer = post(admin, f"{BO}/tokens", data=TOKEN | {"role": "publisher", "days": "30"})
    secret = shown_once(answer)
    bearer = {"Authorization": f"Bearer {secret}"}
    api = app.test_client()
    assert api.get("/api/v1/entries", headers=bearer).status_code == 200
    page = admin.get(BO).text
    assert secret not in page
    listed = row(page, "cms")
    assert re.fullmatch(r"cms Publisher .+ UTC .+ UTC Revoke", listed), listed
    (token,) = accounts.tokens()
    assert (token.owner, token.role) == (bo, "publisher")
    assert 29 < (token.expires_at - token.created_at).total_seconds() / 86_400 <= 30
    revoked = post(admin, f"/admin/tokens/{token.id}/revocation")
    assert revoked.headers["Location"] == BO
    assert api.get("/api/v1/entries", headers=bearer).status_code == 401
    assert "Revoked" in row(admin.get(BO).text, "cms")


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"token": "a:b"}, 422, "cannot be a token"),
        ({"role": "admin"}, 422, "give it the role publisher"),
        ({"role": "x"}, 400, "no such role"),
        ({"days": "36500"}, 400, "on the list"),
        ({"days": ""}, 400, "on the list"),
    ],
)
@pytest.mark.usefixtures("bo")
def test_a_token_that_cannot_be_is_told(
    admin: FlaskClient, accounts: Accounts, fields: dict[str, str], status: int, said: str
) -> None:
    asked = TOKEN | fields
    answer = post(admin, f"{BO}/tokens", data=asked)
    assert (answer.status_code, said in answer.text) == (status, True)
    assert accounts.tokens() == []
