"""Who else is here, and what proves a review: pages beside the editor."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from newsroom import ENTRY, signed_in

from widget.accounts import Accounts
from widget.store import Live, Store
from widget.web.admin import presence

pytestmark = pytest.mark.unit


@pytest.fixture
def ana(app: Flask, accounts: Accounts) -> FlaskClient:
    return signed_in(app, accounts, "editor", "ana")


def test_the_editor_says_who_else_has_the_entry_open(
    app: Flask, accounts: Accounts, ana: FlaskClient, shown: Store
) -> None:
    del shown
    assert "has this open, too" not in ana.get(ENTRY).text
    ben = signed_in(app, accounts, "editor", "ben")
    assert "ana has this open, too" in ben.get(ENTRY).text
    assert "ben has this open, too" in ana.get(f"{ENTRY}/presence").text
    other = ana.get("/admin/entries/nothing/presence")
    assert other.status_code == 404


def test_who_left_is_not_named_any_more(
    app: Flask, accounts: Accounts, ana: FlaskClient, shown: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    del shown
    ana.get(ENTRY)
    ben = signed_in(app, accounts, "editor", "ben")
    monkeypatch.setattr(presence, "HERE_SECONDS", 0.0)
    assert "has this open, too" not in ben.get(ENTRY).text


def test_the_record_of_a_review_is_a_page_and_json(ana: FlaskClient, shown: Store) -> None:
    page = ana.get(f"{ENTRY}/record")
    assert page.status_code == 200
    live = shown.live("night-trains")
    assert isinstance(live, Live)
    assert live.digest in page.text
    found = json.loads(ana.get(f"{ENTRY}/record/json").text)
    assert found["version"]["sha256"] == live.digest
    assert ana.get(f"{ENTRY}/record?revision=99").status_code == 404
    assert ana.get("/admin/entries/nothing/record").status_code == 404


def test_without_receivers_there_are_no_notifications_to_see(
    app: Flask, accounts: Accounts
) -> None:
    admin = signed_in(app, accounts, "admin")
    assert admin.get("/admin/notifications").status_code == 404
    assert "Notifications" not in admin.get("/admin/entries").text
