"""``POST /counts`` and the frame's script: off by default, and for nobody who objects."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from wire_support import ID, PANEL

from benchmarks.weights import TYPICAL, WEIGHTS
from widget import demo
from widget.app import create_app, rules
from widget.config import Settings
from widget.editorial.service import Editorial
from widget.entry import Entry
from widget.net.rate_limiter import RateLimiter
from widget.record.counts import DailyCounts
from widget.store import Store, open_store
from widget.web.reader import counts as route

pytestmark = pytest.mark.unit

BODY = f'{{"entry": "{ID}", "groups": 1, "previews": 2, "sources": 0}}'
BROWSER = {"User-Agent": "Mozilla/5.0 (X11) Firefox/153.0", "Origin": "http://localhost"}


@pytest.fixture
def counting(settings: Settings, store: Store, live: Entry) -> Flask:
    del live
    return create_app(settings.model_copy(update={"counts": True}), store)


@pytest.fixture
def daily(counting: Flask) -> DailyCounts:
    found: DailyCounts = counting.extensions["insights.records"].counts
    return found


def sent(app: Flask, body: str = BODY, **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = app.test_client().post("/counts", data=body, headers={**BROWSER, **named})
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status_code


def test_a_visit_is_counted(counting: Flask, daily: DailyCounts) -> None:
    assert sent(counting) == 204
    assert sent(counting, Sec_Fetch_Site="same-origin") == 204
    (cell,) = daily._waiting.values()
    assert (cell.visits, cell.groups, cell.previews) == (2, 2, 4)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_GPC": "1"},
        {"DNT": "1"},
        {"User_Agent": ""},
        {"User_Agent": "Mozilla/5.0 (compatible; Examplebot/2.1)"},
        {"User_Agent": "Mozilla/5.0 HeadlessChrome/156.0"},
        {"Origin": "https://paper.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
    ],
)
def test_who_objects_and_who_is_no_reader_is_not_counted(
    counting: Flask, daily: DailyCounts, headers: dict[str, str]
) -> None:
    assert sent(counting, **headers) == 204
    assert not daily.has_waiting


def test_only_what_readers_see_is_counted(
    counting: Flask, daily: DailyCounts, store: Store
) -> None:
    assert sent(counting, '{"entry": "unknown", "groups": 1}') == 204
    store.withdraw(ID, actor="ana", reason="A mistake.")
    assert sent(counting) == 204
    assert not daily.has_waiting


@pytest.mark.parametrize(
    ("body", "status"), [("", 400), ("{", 400), ('{"entry": "x", "who": 1}', 400), (" " * 600, 413)]
)
def test_a_body_is_small_and_has_the_expected_shape(
    counting: Flask, daily: DailyCounts, body: str, status: int
) -> None:
    assert sent(counting, body) == status
    assert not daily.has_waiting


def test_a_flood_is_refused(counting: Flask, daily: DailyCounts) -> None:
    assert route.PER_SECOND >= 100
    limiter = RateLimiter(limit=3, seconds=1, at_once=3, message="too many", clock=lambda: 0.0)
    counting.extensions["insights.counts.limiter"] = limiter
    assert [sent(counting) for _ in range(5)] == [204, 204, 204, 429, 429]
    (cell,) = daily._waiting.values()
    assert cell.visits == 3


def test_without_the_setting_there_is_neither_script_nor_route(
    app: Flask, client: FlaskClient, live: Entry
) -> None:
    del live
    answer = client.get(PANEL)
    assert "count." not in answer.text
    assert "connect-src" not in answer.headers["Content-Security-Policy"]
    assert client.post("/counts", data=BODY, headers=BROWSER).status_code == 404
    assert not any(rule.rule == "/counts" for rule in app.url_map.iter_rules())


def test_with_it_the_frame_alone_has_the_script_and_a_policy_for_it(counting: Flask) -> None:
    client = counting.test_client()
    answer = client.get(PANEL)
    (source,) = re.findall(r'<script src="([^"]+)" defer></script>', answer.text)
    assert source.startswith("http://localhost/static/count.")
    served = client.get(source)
    assert served.status_code == 200
    assert "immutable" in served.headers["Cache-Control"]
    policy = dict(it.split(" ", 1) for it in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["script-src"].startswith(f"{source} 'sha256-")
    assert policy["connect-src"] == "http://localhost/counts"
    assert "self" not in policy["script-src"]
    for path in (f"/fragment/{ID}", "/panel/unknown"):
        assert "count." not in client.get(path).text


def test_a_withdrawn_panel_counts_nothing(counting: Flask, store: Store) -> None:
    store.withdraw(ID, actor="ana", reason="A mistake.")
    assert "count." not in counting.test_client().get(PANEL).text


def test_a_host_that_cannot_stand_in_a_policy_gets_a_frame_without_the_script(
    counting: Flask,
) -> None:
    answer = counting.test_client().get(PANEL, headers={"Host": "a_b.example;x"})
    assert "count." not in answer.text


def test_the_frame_with_its_script_is_within_the_budget(tmp_path: Path) -> None:
    """Of the entry that the budgets are for."""
    budget = next(it.budget for it in WEIGHTS if it.name == "frame of a typical entry")
    store_url = f"dir:{tmp_path / 'demo'}"
    settings = Settings.model_validate(
        {"store": store_url, "publications": [demo.publication()], "counts": True}
    )
    store = open_store(settings.store, rules(settings))
    demo.fill(Editorial(store, settings))
    client = create_app(settings, store).test_client()
    answer = client.get(f"/panel/{TYPICAL}", headers={"Accept-Encoding": "br"})
    assert budget
    assert len(answer.data) <= budget
    store.close()
