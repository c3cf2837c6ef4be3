from __future__ import annotations

from pathlib import Path

import pytest
from accounts_support import PASSWORD, Clock, opened

from widget.accounts import DirAccounts, User


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def accounts(folder: Path, clock: Clock) -> DirAccounts:
    return opened(folder, clock)


@pytest.fixture
def other(accounts: DirAccounts, folder: Path, clock: Clock) -> DirAccounts:
    """The same accounts as another process has them: nothing of it in memory."""
    assert accounts.tokens() == []
    return opened(folder, clock)


@pytest.fixture
def ana(accounts: DirAccounts) -> User:
    return accounts.add_user("ana", "editor", PASSWORD)
