from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from store_support import OpenStore, rules

from widget.store import Store, looking, open_store, shelf


def _folder(tmp_path: Path) -> str:
    return f"dir:{tmp_path / 'data'}"


# One line for each implementation of the protocol: how to get the URL of an empty store.
IMPLEMENTATIONS = {"dir": _folder, "dir, as if it were large": _folder}


@pytest.fixture(params=IMPLEMENTATIONS)
def store_url(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    if "large" in request.param:
        monkeypatch.setattr(shelf, "KEPT", 1)
        monkeypatch.setattr(looking, "MANY", -1)
    return IMPLEMENTATIONS[request.param](tmp_path)


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
