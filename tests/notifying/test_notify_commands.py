"""The command ``notify``, and notifications of the service and of commands as they are deployed."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import process as command
from commands import written
from notifying_support import OK, Hook, child, hook, http_receiver, opened, settings_for, webhook
from pydantic import SecretStr
from running import children, free_port, process, until

from widget.app import create_app
from widget.config import ENV_PREFIX, Settings
from widget.notifying import open_notifications

TOKEN = "a-token-for-prometheus"  # noqa: S105  # made up

pytestmark = pytest.mark.process


@pytest.fixture
def receiver() -> Iterator[Hook]:
    with hook() as place:
        yield place


@pytest.fixture
def settings(receiver: Hook, tmp_path: Path) -> Settings:
    settings = settings_for(f"dir:{tmp_path / 'data'}", webhook(receiver, tmp_path))
    with opened(settings):
        pass  # makes the store
    return settings


def environment(settings: Settings, *more: dict[str, object]) -> dict[str, str]:
    tables = [it.model_dump(mode="json", exclude_defaults=True) for it in settings.notify]
    publications = [it.model_dump(mode="json") for it in settings.publications]
    return {
        f"{ENV_PREFIX}STORE": settings.store,
        f"{ENV_PREFIX}NOTIFY": json.dumps([*tables, *more]),
        f"{ENV_PREFIX}PUBLICATIONS": json.dumps(publications),
        f"{ENV_PREFIX}BASE_URL": settings.base_url or "",
    }


def test_the_service_sends_what_commands_did_and_a_killed_worker_is_replaced(
    settings: Settings, receiver: Hook, tmp_path: Path
) -> None:
    values, port = environment(settings), free_port()
    file = written(str(tmp_path / "entry.json"))
    serve = ["widget", "serve", "--port", str(port), "--workers", "2"]
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(ENV_PREFIX)}
    url = f"http://127.0.0.1:{port}/healthz"
    with process(serve, url, {**inherited, **values}) as service:
        assert command("put", "--publish", file, **values).returncode == 0
        until(lambda: receiver.confirmed == [("night-trains", 2, "published")])
        # Until the confirmation is recorded, a killed worker's successor repeats it.
        until(lambda: not open_notifications(settings).pending())
        for worker in children(service.pid):
            os.kill(worker, signal.SIGKILL)
        withdrawn = command("withdraw", "night-trains", "--reason", "Wrong.", **values)
        assert withdrawn.returncode == 0, withdrawn.stderr
        until(lambda: len(receiver.confirmed) == 2)
    assert receiver.confirmed[-1] == ("night-trains", 3, "withdrawn")
    assert len(receiver.requests) == 2


def test_a_service_without_the_secret_of_a_receiver_does_not_start(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "hook.secret").unlink()
    found = command("serve", "--port", str(free_port()), **environment(settings))
    assert found.returncode == 1
    assert "notify 'hook': secret_file" in found.stderr
    assert "Traceback" not in found.stderr


def test_what_waits_and_what_failed_is_listed_and_tried_again(
    settings: Settings, receiver: Hook, tmp_path: Path
) -> None:
    values = environment(settings)
    receiver.answer = lambda _: (410, {})
    with child(settings, tmp_path) as sender:
        sender.do("save", "night-trains")
        sender.do("publish", "night-trains")
        until(lambda: " failed " in command("notify", "list", **values).stdout)
    (line,) = command("notify", "list", **values).stdout.splitlines()
    assert "hook  published  night-trains  (1 try: answered with status 410)" in line
    receiver.answer = lambda _: OK
    retried = command("notify", "retry", "night-trains", "--receiver", "hook", **values)
    assert "The service tries 1 delivery again." in retried.stdout
    (listed,) = json.loads(command("notify", "list", "--json", **values).stdout)
    assert (listed["state"], listed["receiver"], listed["tries"]) == ("pending", "hook", 0)
    with child(settings, tmp_path):
        until(lambda: receiver.confirmed == [("night-trains", 2, "published")])
        until(lambda: " delivered " in command("notify", "list", **values).stdout)
    assert "Nothing failed." in command("notify", "retry", **values).stdout


@pytest.mark.usefixtures("accounts")
def test_what_waits_and_what_failed_is_counted_for_monitoring(
    settings: Settings, receiver: Hook, tmp_path: Path
) -> None:
    def counted() -> list[str]:
        response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        return re.findall(r"^insights_notifications_\w+ [\d.]+", response.text, re.MULTILINE)

    client = create_app(
        settings.model_copy(update={"metrics_token": SecretStr(TOKEN)})
    ).test_client()
    receiver.answer = lambda _: (410, {})
    with child(settings, tmp_path) as sender:
        sender.do("save", "night-trains")
        sender.do("publish", "night-trains")
        failed = ["insights_notifications_pending 0.0", "insights_notifications_failed 1.0"]
        until(lambda: counted() == failed)
    assert open_notifications(settings).retry() == 1
    assert counted() == ["insights_notifications_pending 1.0", "insights_notifications_failed 0.0"]


def test_a_name_or_an_entry_that_does_not_exist_is_reported(settings: Settings) -> None:
    values = environment(settings)
    for arguments in (("test", "hoook"), ("retry", "--receiver", "hoook")):
        found = command("notify", *arguments, **values)
        assert found.returncode == 1
        assert "there is no receiver 'hoook'; insights.toml has: hook" in found.stderr
    found = command("notify", "retry", "night-trains", **values)
    assert "no notification of 'night-trains' is recorded" in found.stderr
    none = {**values, f"{ENV_PREFIX}NOTIFY": "[]"}
    assert "there are no receivers" in command("notify", "test", **none).stderr


def test_a_test_reaches_each_receiver_and_names_the_one_that_it_does_not(
    settings: Settings, receiver: Hook, tmp_path: Path
) -> None:
    with hook(lambda _: (404, {}), signed=False) as room:
        values = environment(settings, http_receiver("slack", room, tmp_path, "room"))
        found = command("notify", "test", **values)
        assert (found.returncode, found.stdout) == (1, "hook: confirmed\n")
        assert "room: answered with status 404" in found.stderr
        assert "hidden" not in found.stdout + found.stderr
        assert receiver.requests[0].body["type"] == "test"
        one = command("notify", "test", "hook", **values)
        assert (one.returncode, one.stdout) == (0, "hook: confirmed\n")
        assert len(room.requests) == 1
