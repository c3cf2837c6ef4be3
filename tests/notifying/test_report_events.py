"""A report of readers is told of, once an hour at most, and without a word of theirs."""

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
from widget.record import report_keys
from widget.store import open_store

pytestmark = pytest.mark.process


@pytest.fixture
def settings(place: Hook, tmp_path: Path) -> Settings:
    return settings_for(
        f"dir:{tmp_path / 'data'}",
        webhook(place, tmp_path, events=["report"]),
        publications=[PUBLICATION],
    )


def test_editors_hear_of_a_report(
    settings: Settings, place: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_keys, "MIN_SECONDS", 0)
    store = open_store(settings.store, rules(settings))
    store.save(sample_entry(), actor="ana")
    store.publish("night-trains", actor="ana")
    store.close()
    reader = Client(create_service(settings))
    for _ in range(3):
        page = reader.get("/report/night-trains?point=1-1").text
        found = re.search(r'name="token" value="([^"]+)"', page)
        assert found
        fields = {"token": found[1], "kind": "wrong", "text": "A secret word."}
        sent = reader.post("/report/night-trains?point=1-1", data=fields)
        assert sent.status_code == 303
    until(lambda: place.confirmed != [])
    until(lambda: not open_notifications(settings).pending())
    (received,) = place.requests
    assert received.body["type"] == "report"
    data = received.body["data"]
    report = data.pop("report")
    assert re.fullmatch(r"night-trains\.[0-9a-f]{16}", report)
    assert data == {
        "entry": "night-trains",
        "revision": 2,
        "title": "Bring the night trains back",
        "url": "https://paper.example/opinion/night-trains",
        "publication": "The Paper",
        "actor": "a reader",
        "note": "Kind: wrong",
        "admin_url": f"https://insights.example/admin/reports/{report}",
    }
    assert "secret" not in json.dumps(received.body)
    (delivered,) = open_notifications(settings).recent()
    assert (delivered.event, delivered.report) == ("report", report)
