"""The password: asked for again before critical changes; who guesses waits, others do not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from newsroom import PASSWORD, csrf, post, signed_in
from werkzeug.test import TestResponse

from widget.accounts import CONFIRM_SECONDS, DirectoryAccounts
from widget.app import create_app
from widget.config import Settings
from widget.store import Store

pytestmark = pytest.mark.unit


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(tmp_path: Path, clock: Clock) -> DirectoryAccounts:
    return DirectoryAccounts(str(tmp_path / "data"), clock=clock)


@pytest.fixture
def app(settings: Settings, store: Store, accounts: DirectoryAccounts) -> Flask:
    return create_app(settings, store, accounts)


@pytest.fixture
def admin(app: Flask, accounts: DirectoryAccounts, clock: Clock) -> FlaskClient:
    """A browser in which an admin signed in longer ago than a password counts as just given."""
    client = signed_in(app, accounts, "admin", "ana")
    clock.now += CONFIRM_SECONDS
    return client


def guarded(app: Flask) -> set[str]:
    """Return the routes that ask for the password."""
    return {
        rule.rule
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "confirms", False)
    }


def test_every_change_to_people_and_tokens_asks(app: Flask) -> None:
    changes = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or set())
        and re.match(r"/admin/(people|tokens|me/sessions)", rule.rule)
    }
    assert guarded(app) == changes
    assert len(changes) == 9


def test_nothing_changes_until_the_password_is_given(
    admin: FlaskClient, accounts: DirectoryAccounts
) -> None:
    accounts.add_user("bo", "editor", PASSWORD)
    asked = post(admin, "/admin/people/bo/role", role="publisher")
    assert asked.status_code == 403
    assert "Confirm with your password" in asked.text
    assert re.search(r'name="role" hidden>\s*publisher</textarea>', asked.text)
    wrong = post(admin, "/admin/people/bo/role", role="publisher", confirmation="a wrong one")
    assert wrong.status_code == 403
    assert "This is not your password." in wrong.text
    assert "a wrong one" not in wrong.text
    bo = accounts.user("bo")
    assert bo
    assert bo.role == "editor"
    done = post(admin, "/admin/people/bo/role", role="publisher", confirmation=PASSWORD)
    assert done.status_code == 303
    bo = accounts.user("bo")
    assert bo
    assert bo.role == "publisher"


def test_once_given_it_is_not_asked_for_again_for_some_minutes(
    admin: FlaskClient, accounts: DirectoryAccounts, clock: Clock
) -> None:
    assert post(admin, "/admin/people", name="bo", role="editor").status_code == 403
    added = post(admin, "/admin/people", name="bo", role="editor", confirmation=PASSWORD)
    assert added.status_code == 201
    assert post(admin, "/admin/people/bo/disabling").status_code == 303
    clock.now += CONFIRM_SECONDS
    assert post(admin, "/admin/people/bo/enabling").status_code == 403
    bo = accounts.user("bo")
    assert bo
    assert bo.disabled


def test_guesses_at_the_password_of_an_open_session_are_throttled(admin: FlaskClient) -> None:
    token = csrf(admin)
    answers = [
        admin.post("/admin/people", data={"csrf": token, "confirmation": f"a wrong one {number}"})
        for number in range(7)
    ]
    assert [answer.status_code for answer in answers] == [403] * 5 + [429] * 2
    assert int(answers[-1].headers["Retry-After"]) >= 1


def test_a_page_of_another_site_gets_nothing_asked(admin: FlaskClient) -> None:
    answer = admin.post("/admin/people", data={"name": "eve", "role": "admin"})
    assert answer.status_code == 403
    assert "Confirm with your password" not in answer.text


def sign_in(client: FlaskClient, password: str) -> TestResponse:
    token = re.search(r'name="csrf" value="([^"]+)"', client.get("/admin/login").text)
    assert token
    return client.post("/admin/login", data={"csrf": token[1], "name": "ann", "password": password})


def test_a_browser_that_signed_in_before_is_let_in_while_others_guess(
    app: Flask, accounts: DirectoryAccounts
) -> None:
    accounts.add_user("ann", "editor", PASSWORD)
    desk, stranger = app.test_client(), app.test_client()
    assert sign_in(desk, PASSWORD).status_code == 303
    cookie = desk.get_cookie("insights-device")
    assert cookie
    assert cookie.http_only
    for _ in range(12):
        sign_in(stranger, "a wrong password")
    assert sign_in(stranger, PASSWORD).status_code == 429
    desk.delete_cookie("insights")
    assert sign_in(desk, PASSWORD).status_code == 303
    kept = desk.get_cookie("insights-device")
    assert kept
    assert kept.value == cookie.value, "one for each browser, however often it signs in"
