"""Signing in and out; what was typed outlives a session."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from newsroom import ENTRY, PASSWORD, form_of, post, signed_in
from werkzeug.test import TestResponse

from widget.accounts import Accounts
from widget.store import Store

pytestmark = pytest.mark.unit


def sign_in(client: FlaskClient, password: str, **fields: str) -> Any:  # noqa: ANN401
    page = client.get("/admin/login").text
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert token
    data = {"csrf": token[1], "name": "ann", "password": password, **fields}
    return client.post("/admin/login", data=data)


def follow(client: FlaskClient, code: str, base_url: str = "http://localhost") -> TestResponse:
    """Open a link for one use, as a browser without scripts does it: the code is typed."""
    page = client.get("/admin/link", base_url=base_url).text
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert token
    return client.post("/admin/link", data={"csrf": token[1], "code": code}, base_url=base_url)


def test_the_right_password_opens_a_session_and_logout_ends_it(
    app: Flask, accounts: Accounts
) -> None:
    accounts.add_user("ann", "editor", PASSWORD)
    client = app.test_client()
    answer = sign_in(client, PASSWORD, next="/admin/entries/new?copy=x")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/entries/new?copy=x")
    (cookie,) = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("insights=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    kept = client.get_cookie("insights")
    assert kept
    assert post(client, "/admin/logout").status_code == 303
    client.set_cookie("insights", kept.value)
    assert client.get("/admin/entries").status_code == 303, "ended on the server, too"


def test_over_https_the_cookie_is_bound_to_this_host(app: Flask, accounts: Accounts) -> None:
    user = accounts.add_user("ann", "editor", PASSWORD)
    secret = accounts.sign_in_link(user)
    answer = follow(app.test_client(), secret, base_url="https://insights.example")
    (cookie, *_) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-insights=")
    assert "Secure" in cookie
    assert "Domain" not in cookie


def test_a_session_s_id_is_new_at_every_login(app: Flask, accounts: Accounts) -> None:
    accounts.add_user("ann", "editor", PASSWORD)
    client = app.test_client()
    client.set_cookie("insights", "planted")
    sign_in(client, PASSWORD)
    kept = client.get_cookie("insights")
    assert kept
    assert kept.value != "planted"
    assert accounts.session("planted") is None


def test_a_wrong_password_says_neither_which_was_wrong_nor_forgets_the_name(
    app: Flask, accounts: Accounts
) -> None:
    accounts.add_user("ann", "editor", PASSWORD)
    known = sign_in(app.test_client(), "wrong")
    unknown = sign_in(app.test_client(), "wrong", name="bob")
    assert known.status_code == unknown.status_code == 403
    said = "Wrong name or password."
    assert said in known.text
    assert said in unknown.text
    assert 'value="ann"' in known.text


def test_too_many_tries_are_told_when_to_come_back(app: Flask, accounts: Accounts) -> None:
    accounts.add_user("ann", "editor", PASSWORD)
    client = app.test_client()
    answers = (sign_in(client, "wrong") for _ in range(12))
    last = next(answer for answer in answers if answer.status_code == 429)
    assert int(last.headers["Retry-After"]) >= 1
    assert re.search(r"Try again in \d+ seconds?, after \d\d:\d\d:\d\d UTC", last.text)


def test_a_link_signs_in_once(app: Flask, accounts: Accounts) -> None:
    secret = accounts.sign_in_link(accounts.add_user("ann", "editor", PASSWORD))
    assert app.test_client().get("/admin/link").status_code == 200, "looking does not use it up"
    assert follow(app.test_client(), secret).status_code == 303
    again = follow(app.test_client(), secret)
    assert again.status_code == 403
    assert "used before or has expired" in again.text
    assert secret not in again.text


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/",
        "//evil.example/admin",
        "/\\evil.example",
        "/admin\\..",
        "/admin//evil",
        "/admin/..",
        "/admin/../../x",
        "/admin/./../x",
        "/admin/entries/..?a=b",
        "/panel/x",
        "javascript:alert(1)",
        "/admin/\r\nSet-Cookie: a=b",
    ],
)
def test_the_way_on_stays_on_the_site(app: Flask, accounts: Accounts, path: str) -> None:
    accounts.add_user("ann", "editor", PASSWORD)
    answer = sign_in(app.test_client(), PASSWORD, next=path)
    assert answer.headers["Location"] == "/admin/entries"


def test_what_was_typed_outlives_the_session(
    app: Flask, accounts: Accounts, editor: FlaskClient, drafted: Store
) -> None:
    form = form_of(editor.get(ENTRY))
    form["article.title"] = 'Typed <b>"while"</b>\nsigned out'
    editor.delete_cookie("insights")
    here = {"Origin": "http://localhost"}
    refused = editor.post(f"{ENTRY}/draft", data=form, headers=here)
    assert refused.status_code == 401
    assert "Typed &lt;b&gt;" in refused.text
    anew = signed_in(app, accounts, "editor")
    again = anew.post(f"{ENTRY}/draft", data=form, headers=here)
    assert again.status_code == 403, "the token is that of the session before"
    assert "Send again" in again.text
    assert "Typed" not in anew.post(f"{ENTRY}/draft", data=form).text, "perhaps another site's"
    draft = drafted.draft("night-trains")
    assert draft
    assert draft.revision == 1
