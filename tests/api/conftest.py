from __future__ import annotations

import pytest
from api_support import Caller, MakeCaller
from flask.testing import FlaskClient

from widget.accounts import Accounts, Role


@pytest.fixture
def caller(client: FlaskClient, accounts: Accounts) -> MakeCaller:
    def make(role: Role = "publisher", name: str = "cms", owner: str = "ana") -> Caller:
        return Caller(client, accounts, name, role, owner)

    return make


@pytest.fixture
def cms(caller: MakeCaller) -> Caller:
    return caller()
