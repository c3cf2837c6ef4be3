"""A second after a legal withdrawal no worker has anything of the entry: in no feed, list, card."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from running import Running, running

from widget.entry import parse_entry
from widget.store import Live, Store

pytestmark = pytest.mark.process

WORKERS = 2
PATIENCE = 60
ENTRY = "ferry-fares"
SECRETS = (b"free", b"Ferry", b"A secret that a court forbids.")
PATHS = tuple(
    f"/corrections{slug}{form}" for slug in ("", "/{}") for form in ("", ".atom", ".json")
)
CARD, SITEMAP = f"/card/{ENTRY}.png", "/sitemap.xml"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("data"), workers=WORKERS) as started:
        yield started


def fetched(place: Running, path: str) -> tuple[int, bytes]:
    """Ask over a connection of its own, so that any of the workers may answer."""
    connection = HTTPConnection(urlsplit(place.service).netloc, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


def correct(store: Store, note: str) -> None:
    live = store.live(ENTRY)
    assert isinstance(live, Live)
    document = live.entry.model_dump(mode="json", by_alias=True)
    document["corrections"] = [{"at": "2026-05-06T09:00:00Z", "kind": "correction", "note": note}]
    store.save(parse_entry(json.dumps(document).encode()), actor="ana")
    store.publish(ENTRY, actor="ana")


def test_nothing_of_it_is_left_anywhere_a_second_later(place: Running) -> None:
    slug = next(iter(place.settings.slugs))
    paths = [path.format(slug) for path in PATHS]
    store = place.store()
    correct(store, "A secret that a court forbids.")
    for _ in range(5 * WORKERS):  # every worker has rendered and keeps it
        for path in paths:
            deadline = time.monotonic() + PATIENCE
            while SECRETS[-1] not in fetched(place, path)[1]:
                assert time.monotonic() < deadline, path
        assert b"/panel/ferry-fares" in fetched(place, SITEMAP)[1]
        assert fetched(place, CARD)[0] == 200
    store.withdraw(ENTRY, actor="ana", legal=True)
    withdrawn = time.monotonic()
    late: dict[str, float] = {}
    while time.monotonic() - withdrawn < 3:
        for path in paths:
            began = time.monotonic()
            body = fetched(place, path)[1]
            if any(secret in body for secret in SECRETS):
                late[path] = began - withdrawn
        began = time.monotonic()
        if b"/panel/ferry-fares<" in fetched(place, SITEMAP)[1]:
            late[SITEMAP] = began - withdrawn
        if fetched(place, CARD)[0] != 410:
            late[CARD] = began - withdrawn
    store.close()
    assert {path: at for path, at in late.items() if at > 1} == {}
