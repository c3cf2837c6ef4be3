"""The small web: the right verdict for each of its pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from small_web import SmallWeb, small_web
from small_web_cases import CASES, Case, serve

from widget.config import Settings
from widget.entry import Source
from widget.sources.checking import check, read
from widget.sources.fetching import SourceFetcher
from widget.sources.pace import Pace
from widget.storage.documents.sqlite import SqliteDocuments

pytestmark = pytest.mark.process  # PDFs are read in processes of their own

SECONDS = 8.0
"""How long a slow server is waited for."""


@pytest.fixture(scope="module")
def web() -> Iterator[SmallWeb]:
    with small_web() as served:
        serve(served)
        yield served


@pytest.fixture
def fetcher(web: SmallWeb, tmp_path: Path) -> Iterator[SourceFetcher]:
    documents = SqliteDocuments(str(tmp_path / "records.sqlite3"))
    yield SourceFetcher(
        Settings(),
        Pace(documents, seconds=0),
        seconds=SECONDS,
        resolver=web.resolve,
        origins=web.origins,
    )
    documents.close()


def source(case: Case, web: SmallWeb) -> Source:
    return Source.model_validate_json(
        json.dumps(
            {
                "title": case.title,
                "url": web.url(case.host, case.path),
                "quote": case.quoted,
                "published": case.published,
            }
        )
    )


@pytest.mark.parametrize("case", CASES, ids=lambda it: it.name)
def test_each_page_has_its_verdict(case: Case, web: SmallWeb, fetcher: SourceFetcher) -> None:
    its = source(case, web)
    found = check(its, read(fetcher.fetch(its.url)), None, at=datetime.now(UTC))
    assert (found.answer, found.quote, found.status) == (case.answer, case.quote, case.status), (
        found
    )
    assert case.reason in found.reason
    assert bool(found.reason) == (case.quote == "unread"), "a reason says why nothing was read"
    if case.name.startswith("title-"):
        assert (found.title, found.published) == (case.has_title, case.has_published)


def test_the_web_is_as_large_as_it_has_to_be() -> None:
    assert len(CASES) >= 200
    assert len({it.name for it in CASES}) == len(CASES)
