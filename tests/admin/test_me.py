"""One's own account: a new password, and the sessions that are open."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from newsroom import PASSWORD, post, signed_in

from widget.accounts import Accounts
from widget.errors import Denied

pytestmark = pytest.mark.unit

ANOTHER = "another long password"
HERE = "192.0.2.1"
TOKEN = {"token": "cms", "role": "editor", "days": "90"}


@pytest.fixture
def ana(app: Flask, accounts: Accounts) -> FlaskClient:
    return signed_in(app, accounts, "editor", "ana")


def test_a_new_password_ends_other_sessions_and_keeps_this_one(
    app: Flask, accounts: Accounts, ana: FlaskClient
) -> None:
    other = signed_in(app, accounts, "editor", "ana")
    answer = post(ana, "/admin/me/password", current=PASSWORD, password=ANOTHER, again=ANOTHER)
    assert answer.status_code == 303
    assert "every other session ended" in ana.get(answer.headers["Location"]).text
    assert other.get("/admin/entries").status_code == 303
    assert accounts.authenticate("ana", ANOTHER, address=HERE)


@pytest.mark.parametrize(
    ("current", "password", "again", "status", "said"),
    [
        ("a wrong one", ANOTHER, ANOTHER, 403, "current password is wrong"),
        (PASSWORD, ANOTHER, PASSWORD, 422, "passwords differ"),
        (PASSWORD, "short", "short", 422, "has 5 characters; at least 10 are needed."),
        (PASSWORD, "", "", 422, "has 0 characters"),
    ],
)
def test_a_password_is_not_changed_and_why_is_told(
    accounts: Accounts,
    ana: FlaskClient,
    current: str,
    password: str,
    again: str,
    status: int,
    said: str,
) -> None:
    answer = post(ana, "/admin/me/password", current=current, password=password, again=again)
    assert (answer.status_code, said in answer.text) == (status, True)
    assert password not in answer.text or not password
    assert ana.get("/admin/me").status_code == 200
    assert accounts.authenticate("ana", PASSWORD, address=HERE)


def test_whoever_found_an_open_browser_cannot_guess_the_password(
    accounts: Accounts, ana: FlaskClient
) -> None:
    tried = {"current": "a wrong one", "password": ANOTHER, "again": ANOTHER}
    statuses = [post(ana, "/admin/me/password", data=tried).status_code for _ in range(12)]
    assert statuses[:5] == [403] * 5
    assert 429 in statuses
    with pytest.raises(Denied):
        accounts.authenticate("bo", PASSWORD, address=HERE)


def test_sessions_are_listed_and_one_s_own_others_can_be_ended(
    app: Flask, accounts: Accounts, ana: FlaskClient
) -> None:
    other = signed_in(app, accounts, "editor", "ana")
    of_bo = signed_in(app, accounts, "editor", "bo")
    page = ana.get("/admin/me").text
    assert page.count("Now, in this browser") == 1
    (path,) = re.findall(r'action="(/admin/me/sessions/\w+/removal)"', page)
    assert post(of_bo, path).status_code == 303
    assert other.get("/admin/me").status_code == 200, "it is not bo's to end"
    assert post(ana, path).headers["Location"] == "/admin/me"
    assert other.get("/admin/me").status_code == 303
    assert "/removal" not in ana.get("/admin/me").text


def test_the_tokens_that_act_for_one_are_shown_and_not_touched(
    app: Flask, accounts: Accounts, ana: FlaskClient
) -> None:
    assert "Tokens that act for you" not in ana.get("/admin/me").text
    admin = signed_in(app, accounts, "admin")
    post(admin, "/admin/people/ana/tokens", data=TOKEN)
    page = ana.get("/admin/me").text
    assert "Tokens that act for you" in page
    assert "<b>cms</b>" in page
    assert "/revocation" not in page
