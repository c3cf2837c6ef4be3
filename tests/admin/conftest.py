"""Editors, publishers and the entry that they work on."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from newsroom import signed_in
from samples import sample_entry

from widget.accounts import Accounts
from widget.store import Store


@pytest.fixture
def editor(app: Flask, accounts: Accounts) -> FlaskClient:
    return signed_in(app, accounts, "editor")


@pytest.fixture
def publisher(app: Flask, accounts: Accounts) -> FlaskClient:
    return signed_in(app, accounts, "publisher")


@pytest.fixture
def drafted(store: Store) -> Store:
    store.save(sample_entry(), actor="somebody")
    return store


@pytest.fixture
def shown(drafted: Store) -> Store:
    drafted.publish("night-trains", actor="somebody")
    return drafted
