"""The hub is told of the feeds that show a change, whoever made it, and never holds one up."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from threading import Event
from urllib.parse import parse_qs

import pytest
from corrections_support import corrections, published
from purging_support import Interface, ReceivedRequest, interface
from pydantic import ValidationError
from running import free_port
from samples import PUBLICATION

from widget.app import create_service
from widget.config import Settings
from widget.record import websub
from widget.record.websub import HubPinger
from widget.store import Store, open_store
from widget.store.rules import rules

pytestmark = pytest.mark.process

BASE = "https://insights.example"
ALL = [f"{BASE}/corrections{form}" for form in (".atom", ".json", "")]
PAPER = [f"{BASE}/corrections/the-paper{form}" for form in (".atom", ".json", "")]
PATIENCE = 60


def accepted(_: ReceivedRequest) -> tuple[int, dict[str, str], bytes]:
    return 204, {}, b""


def topics(hub: Interface) -> list[list[str]]:
    found = []
    for request in hub.requests:
        assert (request.method, request.path) == ("POST", "/ping")
        assert request.headers["content-type"] == "application/x-www-form-urlencoded"
        form = parse_qs(request.body.decode(), strict_parsing=True)
        assert form["hub.mode"] == ["publish"]
        found.append(form["hub.url"])
    return found


def with_hub(settings: Settings, hub: str) -> Settings:
    return settings.model_copy(update={"base_url": BASE, "websub_hub": f"{hub}/ping"})


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websub, "SETTLED", timedelta(0))
    monkeypatch.setattr(websub, "LOOK_SECONDS", 0.05)


def test_the_hub_is_told_of_corrections_and_withdrawals_and_of_nothing_else(
    settings: Settings, store: Store
) -> None:
    with interface(accepted) as hub:
        pinger = HubPinger(with_hub(settings, hub.base), store)
        published(store)
        assert pinger.announce_after(0) == 0
        assert hub.requests == []
        published(store, corrections=corrections("A figure was wrong."))
        last = pinger.announce_after(0)
        assert topics(hub) == [ALL + PAPER]
        published(store, corrections=corrections("A figure was wrong."), article__title="New")
        assert pinger.announce_after(last) == last
        store.withdraw("night-trains", actor="ana", legal=True)
        assert pinger.announce_after(last) > last
        assert topics(hub) == [ALL + PAPER] * 2
        # Neither the entry nor anything of it is named.
        assert b"night-trains" not in b"".join(it.body for it in hub.requests)


def test_a_change_that_a_worker_may_not_show_yet_waits(
    settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websub, "SETTLED", timedelta(hours=1))
    with interface(accepted) as hub:
        pinger = HubPinger(with_hub(settings, hub.base), store)
        published(store)
        store.withdraw("night-trains", actor="ana")
        assert pinger.announce_after(0) == 0
        assert hub.requests == []


@pytest.mark.parametrize("trouble", [500, 429])
def test_a_hub_that_refuses_is_asked_again(settings: Settings, store: Store, trouble: int) -> None:
    answers = iter([trouble, trouble, 202])
    with interface(lambda _: (next(answers), {}, b"")) as hub:
        pinger = HubPinger(with_hub(settings, hub.base), store, pauses=(0.0, 0.01, 0.01, 0.01))
        published(store)
        store.withdraw("night-trains", actor="ana")
        pinger.announce_after(0)
        assert len(hub.requests) == 3


def test_a_hub_that_is_down_is_given_up_with_a_line_in_the_log(
    settings: Settings, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    hub = f"http://127.0.0.1:{free_port()}"
    pinger = HubPinger(with_hub(settings, hub), store, pauses=(0.0, 0.01))
    published(store)
    store.withdraw("night-trains", actor="ana")
    assert pinger.announce_after(0) > 0
    assert [it.getMessage() for it in caplog.records if it.name == "insights.websub"] == [
        "the hub refuses the connection; its subscribers learn of the change later"
    ]


def test_the_service_announces_what_a_command_changes_while_it_runs(tmp_path: Path) -> None:
    told = Event()

    def answer(_: ReceivedRequest) -> tuple[int, dict[str, str], bytes]:
        told.set()
        return 202, {}, b""

    url = f"dir:{tmp_path / 'data'}"
    with interface(answer) as hub:
        settings = Settings.model_validate({"store": url, "publications": [PUBLICATION]})
        command = open_store(url, rules(settings))
        published(command)
        service = create_service(with_hub(settings, hub.base))
        began = time.monotonic()
        command.withdraw("night-trains", actor="ana")
        assert time.monotonic() - began < PATIENCE
        assert told.wait(PATIENCE)
        assert topics(hub)[0] == ALL + PAPER
        assert service
        command.close()


def test_a_hub_needs_the_public_address_of_the_service() -> None:
    with pytest.raises(ValidationError, match="base_url"):
        Settings.model_validate({"websub_hub": "https://hub.example"})
