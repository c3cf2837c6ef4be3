"""A withdrawn entry is served by no worker one second later, however it was withdrawn."""

from __future__ import annotations

import time
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
import takedown
from running import Running, running

pytestmark = pytest.mark.process

WORKERS = 3
FORMS = ("", ".json")
WAYS = {
    "page": "ferry-fares",
    "api": "fish-market",
    "command": "shore-power",
    "file": "rent-ceiling",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("data"), workers=WORKERS) as started:
        yield started


def status(place: Running, entry_id: str, form: str = "") -> int:
    """Ask over a connection of its own, so that any of the workers may answer."""
    connection = HTTPConnection(urlsplit(place.service).netloc, timeout=10)
    connection.request("GET", f"/panel/{entry_id}{form}")
    answer = connection.getresponse().status
    connection.close()
    return answer


@pytest.mark.parametrize("way", WAYS)
def test_no_worker_serves_it_one_second_later(place: Running, way: str) -> None:
    entry_id = WAYS[way]
    # Every worker renders it and keeps it.
    for form in FORMS:
        assert {status(place, entry_id, form) for _ in range(20 * WORKERS)} == {200}
    takedown.WAYS[way](place, entry_id)
    withdrawn = time.monotonic()
    last_served, asked = 0.0, 0
    while time.monotonic() - withdrawn < 2:
        began = time.monotonic()
        asked += 1
        if status(place, entry_id, FORMS[asked % 2]) != 410:
            last_served = began - withdrawn
    assert last_served < 1
    assert asked > 5 * WORKERS
