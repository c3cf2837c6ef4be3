from __future__ import annotations

from collections.abc import Iterator

import pytest
from samples import PUBLICATION
from small_web import SmallWeb, small_web
from sources_support import Newsroom

from widget.config import Settings
from widget.editorial.service import Editorial
from widget.storage.documents import Documents
from widget.store import open_store
from widget.store.rules import rules


@pytest.fixture
def web() -> Iterator[SmallWeb]:
    with small_web() as served:
        yield served


@pytest.fixture
def newsroom(store_url: str, web: SmallWeb, documents: Documents) -> Iterator[Newsroom]:
    settings = Settings(store=store_url, publications=(PUBLICATION,))
    store = open_store(store_url, rules(settings), create=True)
    yield Newsroom(store_url, web, settings, Editorial(store, settings), documents)
    store.close()
