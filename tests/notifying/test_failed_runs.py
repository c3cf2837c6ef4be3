"""A run of drafting that leaves no draft is told of once, even after its process was killed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from drafting_support import ARTICLE_URL, TITLE, opened, request, with_provider
from fake_provider import FakeProvider, fake_provider
from notifying_support import Hook, settings_for, webhook
from running import until
from samples import PUBLICATION

from widget.app import create_service, rules
from widget.config import Publication, Settings
from widget.drafting.service import Drafting
from widget.notifying import open_notifications
from widget.store import open_store

pytestmark = pytest.mark.process

COURIER = Publication(name="Courier", origins=("https://courier.example",))


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with fake_provider() as running:
        yield running


@pytest.fixture
def settings(fake: FakeProvider, place: Hook, tmp_path: Path) -> Settings:
    """A store whose provider answers what is refused."""
    found = settings_for(
        f"dir:{tmp_path / 'data'}",
        webhook(place, tmp_path, persons=["ana"]),
        publications=[PUBLICATION, COURIER],
    )
    return with_provider(found, fake, tmp_path, model="sonar-gone")


@pytest.fixture
def drafting(settings: Settings) -> Iterator[Drafting]:
    store = open_store(settings.store, rules(settings))
    yield opened(settings, store)
    store.close()


def test_who_asked_hears_that_the_run_left_no_draft(
    settings: Settings, drafting: Drafting, place: Hook
) -> None:
    run = drafting.ask(request(), actor="ana")
    create_service(settings)
    until(lambda: place.confirmed != [])
    (received,) = place.requests
    ended = drafting.runs.get(run.id)
    assert ended.state == "refused"
    assert received.body["type"] == "draft-run-finished"
    assert received.body["data"] == {
        "entry": "",
        "revision": 0,
        "run": run.id,
        "title": ended.title,
        "url": ARTICLE_URL,
        "publication": "Courier",
        "actor": "ana",
        "note": ended.message,
        "admin_url": f"https://insights.example/admin/drafts/{run.id}",
    }
    assert ended.title == TITLE
    assert ended.message


def test_who_asked_hears_that_the_draft_is_there(
    settings: Settings, fake: FakeProvider, drafting: Drafting, place: Hook, tmp_path: Path
) -> None:
    settings = with_provider(settings, fake, tmp_path)
    run = drafting.ask(request(), actor="ana")
    create_service(settings)
    until(lambda: place.confirmed != [])
    (received,) = place.requests
    ended = drafting.runs.get(run.id)
    assert ended.state == "kept", ended.message
    assert received.body["type"] == "draft-run-finished"
    data = received.body["data"]
    assert (data["entry"], data["revision"]) == (ended.entry, ended.revision)
    assert (data["publication"], data["title"]) == ("Courier", TITLE)
    assert data["admin_url"] == f"https://insights.example/admin/entries/{ended.entry}"
    assert "run" not in data


def test_what_a_killed_process_did_not_tell_is_told_once_at_the_next_start(
    settings: Settings, drafting: Drafting, place: Hook
) -> None:
    create_service(settings.model_copy(update={"drafting": ()}))  # notifications begin
    run = drafting.ask(request(), actor="ana")
    drafting.carry_out(run.id)  # and nobody is told, as if killed here
    for _ in range(2):
        create_service(settings)
    until(lambda: place.confirmed != [])
    last = drafting.ask(request(), actor="ana")
    until(lambda: len(place.confirmed) > 1)
    assert [it.body["data"]["run"] for it in place.requests] == [run.id, last.id]


def test_what_a_person_cancelled_or_ended_long_ago_is_not_told(
    settings: Settings, drafting: Drafting, place: Hook
) -> None:
    create_service(settings.model_copy(update={"drafting": ()}))
    cancelled = drafting.ask(request(), actor="ana")
    drafting.cancel(cancelled.id, actor="ana")
    old = drafting.ask(request(), actor="ana")
    drafting.carry_out(old.id)
    before = datetime.now(UTC) - timedelta(days=2)
    drafting.runs.update(old.id, lambda it: it.model_copy(update={"changed_at": before}))
    create_service(settings)
    last = drafting.ask(request(), actor="ana")
    until(lambda: place.confirmed != [])
    assert [it.body["data"]["run"] for it in place.requests] == [last.id]
    assert [it.run for it in open_notifications(settings).recent()] == [last.id]
