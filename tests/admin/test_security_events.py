"""Sign-ins, refusals and changes of rights leave a line in the log that names who, what, whence."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from newsroom import PASSWORD, post, signed_in
from samples import sample_entry

from widget.accounts import Accounts
from widget.app import create_app
from widget.config import Settings
from widget.store import Store

pytestmark = pytest.mark.unit

Events = Callable[[], list[dict[str, str]]]


@pytest.fixture
def events(caplog: pytest.LogCaptureFixture) -> Events:
    """Return the events since the last call."""
    caplog.set_level(logging.INFO, "insights.security")

    def taken() -> list[dict[str, str]]:
        found = [it.fields for it in caplog.records if it.name == "insights.security"]  # type: ignore[attr-defined]
        caplog.clear()
        return found

    return taken


@pytest.fixture
def admin(app: Flask, accounts: Accounts, events: Events) -> FlaskClient:
    client = signed_in(app, accounts, "admin", "ana")
    events()
    return client


def sign_in(client: FlaskClient, name: str, password: str, address: str = "192.0.2.77") -> None:
    token = re.search(r'name="csrf" value="([^"]+)"', client.get("/admin/login").text)
    assert token
    data = {"csrf": token[1], "name": name, "password": password}
    client.post("/admin/login", data=data, environ_base={"REMOTE_ADDR": address})


def test_signing_in_and_out_is_logged_with_a_prefix_alone(
    app: Flask, accounts: Accounts, events: Events, caplog: pytest.LogCaptureFixture
) -> None:
    accounts.add_user("bo", "editor", PASSWORD)
    client = app.test_client()
    sign_in(client, "Bo", "a wrong password")
    sign_in(client, "my mistyped password", "x")
    sign_in(client, "bo", PASSWORD, "2001:db8:1:2:3::4")
    post(client, "/admin/logout")
    assert "mistyped" not in caplog.text
    assert PASSWORD not in caplog.text
    assert events() == [
        {"event": "sign-in-refused", "actor": "bo", "from": "192.0.2.0/24"},
        {"event": "sign-in-refused", "actor": "unknown", "from": "192.0.2.0/24"},
        {"event": "signed-in", "actor": "bo", "from": "2001:db8:1::/48", "detail": "password"},
        {"event": "signed-out", "actor": "bo", "from": "127.0.0.0/24"},
    ]


def test_who_guesses_is_logged_once_throttled(
    app: Flask, accounts: Accounts, events: Events
) -> None:
    accounts.add_user("bo", "editor", PASSWORD)
    client = app.test_client()
    for _ in range(12):  # on a slow machine the first waits are over before the next try
        sign_in(client, "bo", "a wrong password")
    found = [event["event"] for event in events()]
    assert found[:5] == ["sign-in-refused"] * 5
    assert "sign-in-throttled" in found


def test_who_guesses_at_the_password_of_an_open_session_is_logged_once_throttled(
    app: Flask, accounts: Accounts, events: Events
) -> None:
    bo = signed_in(app, accounts, "editor", "bo")
    events()
    for _ in range(12):  # on a slow machine the first waits are over before the next try
        post(bo, "/admin/me/password", current="wrong", password="y" * 12, again="y" * 12)
    found = events()
    assert {event["actor"] for event in found} == {"bo"}
    assert [event["event"] for event in found][:5] == ["password-refused"] * 5
    assert "password-throttled" in {event["event"] for event in found}


def test_who_would_publish_alone_is_logged(
    settings: Settings, store: Store, accounts: Accounts, events: Events
) -> None:
    careful = create_app(settings.model_copy(update={"four_eyes": True}), store, accounts)
    store.save(sample_entry(), actor="ana")
    ana = signed_in(careful, accounts, "publisher", "ana")
    entry_id = sample_entry().id
    secret, _ = accounts.create_token(
        "cms", "publisher", owner="ana", expires_at=datetime.now(UTC) + timedelta(1), actor="ana"
    )
    events()
    post(ana, f"/admin/entries/{entry_id}/publication", head="1")
    sent = {"Authorization": f"Bearer {secret}", "If-Match": '"1"'}
    careful.test_client().post(f"/api/v1/entries/{entry_id}/publication", headers=sent)
    assert [(it["event"], it["actor"], it["subject"], it["detail"]) for it in events()] == [
        ("access-refused", "ana", entry_id, "four_eyes"),
        ("access-refused", "ana (token cms)", entry_id, "four_eyes"),
    ]


def test_changes_of_rights_are_logged_with_who_made_them(
    admin: FlaskClient, accounts: Accounts, events: Events
) -> None:
    people = "/admin/people"
    post(admin, people, name="bo", role="editor")
    post(admin, f"{people}/bo/role", role="publisher")
    post(admin, f"{people}/bo/tokens", role="editor", days="30", data={"token": "cms"})
    (token,) = accounts.tokens()
    post(admin, f"/admin/tokens/{token.id}/revocation")
    post(admin, f"{people}/bo/links")
    post(admin, f"{people}/bo/disabling")
    post(admin, f"{people}/bo/enabling")
    found = events()
    assert {(event["actor"], event["from"]) for event in found} == {("ana", "127.0.0.0/24")}
    assert [(it["event"], it["subject"], it.get("detail", "")) for it in found] == [
        ("user-added", "bo", "editor"),
        ("link-made", "bo", ""),
        ("role-changed", "bo", "publisher"),
        ("token-made", "bo", f"{token.id} editor"),
        ("token-revoked", "bo", token.id),
        ("link-made", "bo", ""),
        ("user-disabled", "bo", ""),
        ("user-enabled", "bo", ""),
    ]


def test_refused_requests_are_logged(
    app: Flask, accounts: Accounts, admin: FlaskClient, events: Events
) -> None:
    editor = signed_in(app, accounts, "editor")
    events()
    editor.get("/admin/people")
    admin.post("/admin/people", data={"name": "eve"})
    admin.post("/admin/people", headers={"Origin": "https://evil.example"})
    app.test_client().get("/api/v1/entries", headers={"Authorization": "Bearer ins_wrong"})
    assert [(it["event"], it["actor"], it.get("detail", "")) for it in events()] == [
        ("access-refused", "editor", "needs admin"),
        ("request-forged", "ana", "no valid token"),
        ("request-forged", "ana", "foreign origin"),
        ("token-refused", "unknown", ""),
    ]


def test_a_reader_leaves_no_event(app: Flask, events: Events) -> None:
    client = app.test_client()
    for path in ("/panel/x", "/fragment/x", "/oembed?url=x", "/embed.js", "/admin/login"):
        client.get(path)
    assert events() == []
