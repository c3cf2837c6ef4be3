from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from save_page_now import KEY, FakeArchive, fake_archive

from widget.sources.archiving.save_page_now import SavePageNow
from widget.storage.documents import Documents, open_documents


@pytest.fixture
def archive() -> Iterator[FakeArchive]:
    with fake_archive() as served:
        yield served


@pytest.fixture
def archiver(archive: FakeArchive) -> SavePageNow:
    return SavePageNow(archive.url, SecretStr(KEY))


@pytest.fixture(params=["dir", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "dir":
        return f"dir:{tmp_path}"
    found: str = request.getfixturevalue("database_url")
    return found


@pytest.fixture
def documents(store_url: str) -> Iterator[Documents]:
    opened = open_documents(store_url)
    yield opened
    opened.close()
