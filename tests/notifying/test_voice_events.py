"""Editors hear of what the author of an article sends, without a name or a word of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from notifying_support import Hook, settings_for, webhook
from running import until
from samples import PUBLICATION, sample_entry
from werkzeug.test import Client

from widget.app import create_service, rules
from widget.config import Settings
from widget.notifying import open_notifications
from widget.record.voices import Voices
from widget.storage.documents import open_documents
from widget.store import open_store
from widget.web.reader import voice

pytestmark = pytest.mark.process

ID = "night-trains"


@pytest.fixture
def settings(place: Hook, tmp_path: Path) -> Settings:
    return settings_for(
        f"dir:{tmp_path / 'data'}",
        webhook(place, tmp_path, events=["objection", "reply"]),
        publications=[PUBLICATION],
    )


@pytest.fixture
def author(settings: Settings) -> tuple[Client, str]:
    """Return a client of the service, and the path of a link to a draft."""
    store = open_store(settings.store, rules(settings))
    store.save(sample_entry(), actor="ana")
    store.close()
    documents = open_documents(settings.store)
    token, _ = Voices(lambda: documents).make(
        ID, name="Linden", role="author", shows="draft", actor="ana"
    )
    documents.close()
    return Client(create_service(settings)), f"/voice/{token}"


def send(author: tuple[Client, str], what: str, text: str) -> None:
    client, path = author
    sent = client.post(f"{path}/{what}", data={what: text})
    assert sent.status_code == 303


def test_editors_hear_of_an_objection_and_of_a_reply_to_a_draft(
    author: tuple[Client, str], settings: Settings, place: Hook
) -> None:
    send(author, "objection", "A secret word.")
    send(author, "objection", "Another secret word.")
    send(author, "reply", "A secret reply.")
    until(lambda: len(place.confirmed) == 2)
    until(lambda: not open_notifications(settings).pending())
    assert sorted(it.body["type"] for it in place.requests) == ["objection", "reply"]
    for received in place.requests:
        data = received.body["data"]
        assert data["entry"] == ID
        assert data["actor"] == "the author"
        assert data["title"] == "Bring the night trains back"
        assert data["admin_url"] == f"https://insights.example/admin/entries/{ID}/voices"
        assert not re.search("secret|Linden", json.dumps(received.body))


def test_another_objection_is_told_of_after_an_hour(
    author: tuple[Client, str], place: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(author, "objection", "One.")
    monkeypatch.setattr(voice, "_NOTIFY_AGAIN", voice.timedelta())
    send(author, "objection", "Another.")
    until(lambda: len(place.confirmed) == 2)
    assert {it.body["type"] for it in place.requests} == {"objection"}
