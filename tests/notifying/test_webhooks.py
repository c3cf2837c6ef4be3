"""Webhooks arrive, signed, in order, and once, whatever the receiver does."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from notifying_support import OK, Hook, Received, Reply, child, hook, opened, settings_for, webhook
from running import until

from widget.config import Settings
from widget.notifying import open_notifications

pytestmark = pytest.mark.process


@pytest.fixture(params=["dir", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "dir":
        return f"dir:{tmp_path / 'data'}"
    return str(request.getfixturevalue("database_url"))


@pytest.fixture
def receiver() -> Iterator[Hook]:
    with hook() as place:
        yield place


@pytest.fixture
def settings(store_url: str, receiver: Hook, tmp_path: Path) -> Settings:
    settings = settings_for(store_url, webhook(receiver, tmp_path))
    with opened(settings):
        pass  # makes the store
    return settings


def test_a_publication_is_told_at_once(settings: Settings, receiver: Hook, tmp_path: Path) -> None:
    with child(settings, tmp_path) as process:
        process.do("save", "night-trains")
        process.do("publish", "night-trains")
        until(lambda: len(receiver.confirmed) == 1)
        (received,) = receiver.requests
        until(lambda: states(settings) == ["delivered"])
    assert received.body["type"] == "published"
    data = received.body["data"]
    assert data == {
        "entry": "night-trains",
        "revision": 2,
        "title": "Bring the night trains back",
        "url": "https://paper.example/opinion/night-trains",
        "publication": "The Paper",
        "actor": "ben",
        "note": "Ready.",
        "admin_url": "https://insights.example/admin/entries/night-trains",
    }
    with opened(settings) as store:
        at = store.history("night-trains")[0].at
    assert received.body["timestamp"] == at.isoformat().replace("+00:00", "Z")
    assert open_notifications(settings).pending() == []


def states(settings: Settings) -> list[str]:
    """Return the states of all deliveries, the oldest event first."""
    return [it.state for it in reversed(open_notifications(settings).recent(1000))]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_receiver_that_loses_delays_and_refuses_loses_nothing_and_no_order(
    settings: Settings, receiver: Hook, tmp_path: Path, seed: int
) -> None:
    """Each reply but the confirmation: closed, 500, 429, 302, and one that comes too late."""
    chance = random.Random(seed)
    released = threading.Event()

    def answer(_: Received) -> Reply:
        kind = chance.choice(["ok", "ok", "ok", "closed", "broken", "busy", "moved", "late"])
        if kind == "late":
            released.wait(3)
        replies: dict[str, Reply] = {
            "closed": None,
            "broken": (500, {}),
            "busy": (429, {"Retry-After": "1"}),
            "moved": (302, {"Location": "http://127.0.0.1:1/"}),
        }
        return replies.get(kind, OK)

    receiver.answer = answer
    entries = [f"entry-{number}" for number in range(4)]
    with child(settings, tmp_path) as process:
        for entry_id in entries:
            process.do("save", entry_id)
            process.do("publish", entry_id)
        for entry_id in entries:
            process.do("withdraw", entry_id)
        until(lambda: states(settings) == ["delivered"] * 8, 300)
        released.set()
    for entry_id in entries:
        mine = [it for it in receiver.requests if it.what[0] == entry_id]
        assert [it.what[2] for it in mine] == sorted(it.what[2] for it in mine), "out of order"
        assert {it.what[2] for it in mine} == {"published", "withdrawn"}
    ids = {it.what: it.id for it in receiver.requests}
    assert all(ids[it.what] == it.id for it in receiver.requests), "an id changed"
    assert len(set(ids.values())) == 8
    for _, attempts in itertools.groupby(sorted(receiver.requests, key=key), key):
        *repeated, last = attempts
        assert last.reply == OK
        # What is late is confirmed after its sender has given up waiting.
        assert all(it.reply != OK or it.late for it in repeated), "repeated though confirmed"
