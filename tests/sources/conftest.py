from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from samples import PUBLICATION
from small_web import SmallWeb, small_web
from sources_support import Newsroom

from widget.config import Settings
from widget.editorial.service import Editorial
from widget.storage.documents import open_documents
from widget.store import open_store
from widget.store.rules import rules


@pytest.fixture
def web() -> Iterator[SmallWeb]:
    with small_web() as served:
        yield served


@pytest.fixture(params=["dir", "postgresql"])
def newsroom(request: pytest.FixtureRequest, tmp_path: Path, web: SmallWeb) -> Iterator[Newsroom]:
    url = f"dir:{tmp_path / 'store'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("database_url")
    settings = Settings(store=url, publications=(PUBLICATION,))
    store = open_store(url, rules(settings), create=True)
    documents = open_documents(url)
    yield Newsroom(url, web, settings, Editorial(store, settings), documents)
    documents.close()
    store.close()
