"""Webhooks arrive, signed, in order, and once, whatever the receiver does."""

from __future__ import annotations

import random
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from notifying_support import OK, Hook, Received, Reply, child, hook, opened, settings_for, webhook
from running import until

from widget.config import Settings
from widget.notifying import open_notifications
from widget.notifying.listing import ListedDelivery

pytestmark = pytest.mark.process


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
def test_a_receiver_that_loses_delays_and_refuses_gets_everything_in_order(
    settings: Settings, receiver: Hook, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311  # no secret
    slow = threading.Event()

    def answer(_: Received) -> Reply:
        kind = chance.choice(["ok", "ok", "slow", "lost", "too late", "broken", "busy", "moved"])
        if kind in ("slow", "too late"):
            slow.wait(0.3 if kind == "slow" else 2.5)  # of the two seconds that it has
        replies: dict[str, Reply] = {
            "lost": None,
            "too late": None,
            "broken": (500, {}),
            "busy": (429, {"Retry-After": "1"}),
            "moved": (302, {"Location": receiver.url}),
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
    assert any(it.reply != OK for it in receiver.requests), "nothing went wrong"
    for entry_id in entries:
        mine = [it for it in receiver.requests if it.what[0] == entry_id]
        for number, what in ((2, "published"), (3, "withdrawn")):
            attempts = [it for it in mine if it.what == (entry_id, number, what)]
            assert len({it.id for it in attempts}) == 1
            assert [it.reply == OK for it in attempts] == [False] * (len(attempts) - 1) + [True]
        assert [it.what[1] for it in mine] == sorted(it.what[1] for it in mine)
    assert len({it.id for it in receiver.requests}) == 8
    signatures = {it.headers["webhook-timestamp"] for it in receiver.requests}
    assert len(signatures) > 1, "each attempt has a time of its own"


def test_what_fails_for_one_receiver_delays_no_other_and_no_other_entry(
    store_url: str, receiver: Hook, tmp_path: Path
) -> None:
    with hook(lambda it: (500, {}) if it.what[0] == "refused" else OK) as other:
        tables = webhook(receiver, tmp_path), webhook(other, tmp_path, "other")
        settings = settings_for(store_url, *tables)
        with child(settings, tmp_path) as process:
            for entry_id in ("refused", "accepted"):
                process.do("save", entry_id)
                process.do("publish", entry_id)
            process.do("withdraw", "refused")
            until(lambda: len(receiver.confirmed) == 3)
            until(lambda: other.confirmed == [("accepted", 2, "published")])
            assert {it.what[1] for it in other.requests if it.what[0] == "refused"} == {2}
            pending = open_notifications(settings).pending
            until(lambda: _waiting(pending()) == [("other", "refused")] * 2)
            until(lambda: "status 500" in open_notifications(settings).pending()[0].trouble)


def _waiting(pending: list[ListedDelivery]) -> list[tuple[str, str]]:
    return [(it.receiver, it.entry) for it in pending]


def test_a_process_killed_between_the_revision_and_the_outbox_loses_nothing(
    settings: Settings, receiver: Hook, tmp_path: Path
) -> None:
    with child(settings, tmp_path) as process:
        process.do("save", "night-trains")
    with child(settings, tmp_path, "dies-before-the-outbox") as process:
        process.ask("publish", "night-trains")
        assert process.process.wait(60) == -signal.SIGKILL
    assert states(settings) == []
    with child(settings, tmp_path):
        until(lambda: receiver.confirmed == [("night-trains", 2, "published")])


def test_the_same_while_another_process_sends(
    settings: Settings, receiver: Hook, tmp_path: Path
) -> None:
    with child(settings, tmp_path / "one") as process:
        process.do("save", "night-trains")
        with child(settings, tmp_path / "two", "dies-before-the-outbox") as other:
            other.ask("publish", "night-trains")
            assert other.process.wait(60) == -signal.SIGKILL
        until(lambda: receiver.confirmed == [("night-trains", 2, "published")])


def test_a_process_killed_between_sending_and_confirming_is_followed_by_one_that_repeats(
    settings: Settings, receiver: Hook, tmp_path: Path
) -> None:
    arrived, released = threading.Event(), threading.Event()

    def answer(_: Received) -> Reply:
        arrived.set()
        assert released.wait(60)
        return None

    receiver.answer = answer
    with child(settings, tmp_path) as process:
        process.do("save", "night-trains")
        process.do("publish", "night-trains")
        assert arrived.wait(60)
        process.kill()
    receiver.answer = lambda _: OK
    released.set()
    with child(settings, tmp_path):
        until(lambda: states(settings) == ["delivered"])
    assert [it.reply for it in receiver.requests] == [None, OK]
    assert len({it.id for it in receiver.requests}) == 1


def test_of_two_processes_one_sends_and_the_other_takes_over(
    settings: Settings, receiver: Hook, tmp_path: Path
) -> None:
    with (
        child(settings, tmp_path / "one") as one,
        child(settings, tmp_path / "two") as two,
    ):
        for number, process in enumerate((one, two) * 4):
            process.do("save", f"entry-{number}")
            process.do("publish", f"entry-{number}")
        until(lambda: states(settings) == ["delivered"] * 8)
        one.kill()
        two.do("withdraw", "entry-0")
        until(lambda: states(settings) == ["delivered"] * 9)
    assert all(it.reply == OK for it in receiver.requests)
    assert Counter(it.what for it in receiver.requests).most_common(1)[0][1] == 1


def test_nobody_is_told_of_what_happened_before_notifications_were_switched_on(
    settings: Settings, receiver: Hook, tmp_path: Path
) -> None:
    with child(settings, tmp_path, "silent") as process:
        process.do("save", "night-trains")
        process.do("publish", "night-trains")
    with child(settings, tmp_path) as process:
        process.do("withdraw", "night-trains")
        until(lambda: states(settings) == ["delivered"])
    assert receiver.confirmed == [("night-trains", 3, "withdrawn")]


def test_a_change_neither_waits_for_a_receiver_nor_fails_because_of_the_outbox(
    tmp_path: Path, receiver: Hook
) -> None:
    """Readers are served, and entries changed, from a folder in which no outbox can be made."""
    released = threading.Event()

    def answer(_: Received) -> Reply:
        assert released.wait(60)
        return OK

    receiver.answer = answer
    settings = settings_for(f"dir:{tmp_path / 'data'}", webhook(receiver, tmp_path))
    with opened(settings):
        pass
    outbox = tmp_path / "data" / "notifications"
    outbox.write_text("in the way")
    with child(settings, tmp_path, "patient") as process:
        process.do("save", "night-trains")
        process.do("publish", "night-trains")
        assert receiver.requests == []
        outbox.unlink()
        until((outbox / "begin.json").exists)
        process.do("withdraw", "night-trains")
        until(lambda: len(receiver.requests) == 1)
        process.do("save", "night-trains")
        process.do("publish", "night-trains")
        assert receiver.confirmed == [], "the change waits for the receiver"
        released.set()
        until(lambda: len(receiver.confirmed) == 2)
    assert [it[2] for it in receiver.confirmed] == ["withdrawn", "published"]
