"""What the tests of the wire share: an entry, its addresses, and how answers are read."""

from __future__ import annotations

import json
from typing import Any

from samples import PAPER, parse_html, sample_entry, text_of, with_class
from werkzeug.test import TestResponse

from widget.entry import Entry
from widget.store import Store

ID = "night-trains"
PANEL = f"/panel/{ID}"
FRAGMENT = f"/fragment/{ID}"
ARTICLE = f"{PAPER}/opinion/night-trains"
SHORT = "public, max-age=30"
HERE = {"Origin": PAPER}


def published(store: Store, **changes: object) -> Entry:
    entry = sample_entry(**changes)
    store.save(entry, actor="ana")
    store.publish(entry.id, actor="ana")
    return entry


def problem_of(response: TestResponse) -> dict[str, Any]:
    assert response.content_type == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    document = json.loads(response.data)
    assert document["status"] == response.status_code
    assert document["title"]
    assert document["detail"]
    return dict(document)


def panel_text(response: TestResponse) -> str:
    (panel,) = with_class(parse_html(response.text), "insights")
    return text_of(panel)
