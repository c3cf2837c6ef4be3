from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cost
import pytest
from accounts_support import PASSWORD, Clock, DatabasePlace, DirPlace, Place

from widget.accounts import User
from widget.accounts.service import AccountService


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    chosen = any("place" in mark.args for mark in metafunc.definition.iter_markers("parametrize"))
    if "place" in metafunc.fixturenames and not chosen:
        kinds = cost.variants(metafunc, unit=["dir"], database=["postgres", "pooler"])
        metafunc.parametrize("place", kinds, indirect=True)


@pytest.fixture
def place(request: pytest.FixtureRequest, folder: Path) -> Iterator[Place]:
    """Where accounts are kept: every rule holds in either."""
    if request.param == "dir":
        yield DirPlace(folder)
        return
    named = "database_url" if request.param == "postgres" else "pooled_url"
    database = DatabasePlace(request.getfixturevalue(named))
    yield database
    database.close()


@pytest.fixture
def accounts(place: Place, clock: Clock) -> AccountService:
    return place.open(clock)


@pytest.fixture
def other(accounts: AccountService, place: Place, clock: Clock) -> AccountService:
    """The same accounts as another process has them: nothing of it in memory."""
    assert accounts.tokens() == []
    return place.open(clock)


@pytest.fixture
def ana(accounts: AccountService) -> User:
    return accounts.add_user("ana", "editor", PASSWORD)
