from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cost
import pytest
from store_support import OpenStore, rules

from widget.store import Store, open_store
from widget.store.directory import entry_cache, scanner, text_search
from widget.store.postgres import entry_tables, live_cache, search


def _folder(request: pytest.FixtureRequest) -> str:
    return f"dir:{request.getfixturevalue('tmp_path') / 'data'}"


def _large_folder(request: pytest.FixtureRequest) -> str:
    monkeypatch = request.getfixturevalue("monkeypatch")
    monkeypatch.setattr(entry_cache, "CACHED_ENTRIES", 1)
    monkeypatch.setattr(scanner, "MANY", -1)
    for name, number in {"FEW": 1, "NEAR": 1, "FAR": 2, "MOST": 2}.items():
        monkeypatch.setattr(text_search, name, number)
    return _folder(request)


def _database(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue("database_url")
    return url


def _large_database(request: pytest.FixtureRequest) -> str:
    monkeypatch = request.getfixturevalue("monkeypatch")
    monkeypatch.setattr(search, "NEAR", 1)
    monkeypatch.setattr(live_cache, "MAX_ENTRIES", 1)
    monkeypatch.setattr(live_cache, "MAX_URLS", 1)
    monkeypatch.setattr(entry_tables, "MANY", 0)
    return _database(request)


def _pooled_database(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue("pooled_url")
    return url


# One line for each implementation of the protocol: how to get the URL of an empty store.
IMPLEMENTATIONS = {
    "dir": _folder,
    "dir, as if it were large": _large_folder,
    "postgresql": _database,
    "postgresql, as if it were large": _large_database,
    "postgresql, through a pooler": _pooled_database,
}
FILES = ["dir", "dir, as if it were large"]
DATABASES = [name for name in IMPLEMENTATIONS if name not in FILES]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "store_url" in metafunc.fixturenames:
        # A test that asks for the folder is about its files.
        databases = [] if "tmp_path" in metafunc.fixturenames else DATABASES
        kinds = cost.variants(metafunc, unit=FILES, database=databases)
        metafunc.parametrize("store_url", kinds, indirect=True)


@pytest.fixture
def store_url(request: pytest.FixtureRequest) -> str:
    return IMPLEMENTATIONS[request.param](request)


@pytest.fixture
def open_another(store_url: str) -> Iterator[OpenStore]:
    """Opens the test's store once more, as another process would."""
    opened: list[Store] = []

    def open_it() -> Store:
        opened.append(open_store(store_url, rules))
        return opened[-1]

    yield open_it
    for store in opened:
        store.close()


@pytest.fixture
def store(open_another: OpenStore) -> Store:
    return open_another()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def files(data: Path) -> Store:
    return open_store(f"dir:{data}", rules)
