"""A service that counts: what waits in its workers is written before they end, and in batches."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from running import running

from widget.record.counts import COLLECTION, Cell
from widget.storage.documents import Collection, open_documents

pytestmark = pytest.mark.process

VISITS = 30
BODY = json.dumps({"entry": "ferry-fares", "groups": 2, "previews": 1, "sources": 0}).encode()


def test_what_waits_in_the_workers_is_written_when_the_service_ends(tmp_path: Path) -> None:
    with running(tmp_path, workers=2, environment={"INSIGHTS_COUNTS": "true"}) as place:
        headers = {"User-Agent": "Mozilla/5.0 (X11) Firefox/153.0", "Origin": place.service}
        for _ in range(VISITS):
            sent = Request(f"{place.service}/counts", BODY, headers)  # noqa: S310  # loopback
            with urlopen(sent, timeout=30) as answer:  # noqa: S310
                assert answer.status == 204
    documents = open_documents(f"dir:{tmp_path}")
    ((_, cell),) = Collection(documents, COLLECTION, Cell).page(limit=9)
    documents.close()
    assert (cell.visits, cell.groups, cell.previews) == (VISITS, 2 * VISITS, VISITS)
