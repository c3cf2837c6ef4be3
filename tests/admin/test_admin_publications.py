"""Who works for all publications, and how one is given only some."""

from __future__ import annotations

import pytest
from flask import Flask
from newsroom import post, signed_in
from three_sites import fill, person, with_three_sites

from widget.accounts import Accounts
from widget.config import Settings
from widget.store import Store

pytestmark = pytest.mark.unit


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return with_three_sites(settings)


@pytest.fixture(autouse=True)
def filled(store: Store, settings: Settings, accounts: Accounts) -> Store:
    fill(store, settings, accounts)
    return store


def test_whoever_works_for_all_publications_sees_which_entry_is_whose(
    app: Flask, accounts: Accounts
) -> None:
    client = signed_in(app, accounts, "editor")
    text = client.get("/admin/entries").text
    assert "12 entries" in text
    assert text.count('data-name="Publication"') == 12
    narrowed = client.get("/admin/entries", query_string={"publication": "The Gazette"}).text
    assert "4 entries" in narrowed
    assert "Narwhal" in narrowed
    assert "Walrus trains" not in narrowed


def test_publications_are_chosen_on_the_person_s_page_and_hold_at_once(
    app: Flask, accounts: Accounts
) -> None:
    admin = signed_in(app, accounts, "admin")
    who = person("The Courier", "editor")
    client = signed_in(app, accounts, "editor", who)
    path = f"/admin/people/{who}/publications"
    assert post(admin, path, reach="some", publication=["The Gazette"]).status_code == 303
    text = client.get("/admin/entries").text
    assert "Narwhal" in text
    assert "Walrus trains" not in text
    assert "The Gazette" in admin.get("/admin/people").text
    assert post(admin, path, reach="some").status_code == 422
    assert post(admin, path, reach="some", publication=["The Times"]).status_code == 400
    assert post(admin, path, reach="all").status_code == 303
    assert "12 entries" in client.get("/admin/entries").text
    added = {"name": "neu", "role": "editor", "reach": "some", "publication": ["The Paper"]}
    assert post(admin, "/admin/people", data=added).status_code == 201
    user = accounts.user("neu")
    assert user
    assert user.publications == ("The Paper",)
