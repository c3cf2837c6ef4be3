from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import SecretStr
from save_page_now import KEY, FakeArchive, fake_archive

from widget.sources.archiving.save_page_now import SavePageNow


@pytest.fixture
def archive() -> Iterator[FakeArchive]:
    with fake_archive() as served:
        yield served


@pytest.fixture
def archiver(archive: FakeArchive) -> SavePageNow:
    return SavePageNow(archive.url, SecretStr(KEY))
