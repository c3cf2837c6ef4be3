"""What is logged: each request by its route and id, and nothing of readers."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from operating_support import Served, serving
from running import until
from werkzeug.test import Client

from widget import demo, logs
from widget.app import create_app
from widget.config import Settings
from widget.editorial.service import Editorial
from widget.http.response_cache import ResponseCache
from widget.store import Store

SECRET = "xq7secret"  # noqa: S105  # what must not be found in the log
CARRIERS = {
    "Referer": f"https://harborcourier.example/{SECRET}?reader={SECRET}",
    "HX-Current-URL": f"https://harborcourier.example/?{SECRET}",
    "Cookie": f"insights={SECRET}",
    "User-Agent": SECRET,
    "X-Forwarded-For": f"192.0.2.77, {SECRET}",
    "Authorization": f"Bearer {SECRET}",
    "Origin": f"https://{SECRET}.example",
    "X-Request-ID": f"{SECRET} and more",
}
PATHS = (
    "/panel/ferry-fares",
    f"/panel?url=https://harborcourier.example/{SECRET}",
    f"/fragment/ferry-fares?{SECRET}",
    f"/{SECRET}",
    f"/panel/{SECRET}%0A{SECRET}",
    f"/oembed?url={SECRET}",
    f"/doctor?url=http://{SECRET}.example/",
    f"/admin/link?{SECRET}",
    f"/admin/people/{SECRET}",
    f"/admin/entries?q={SECRET}",
    f"/api/v1/entries/{SECRET}",
)


@pytest.fixture(scope="module", params=["text", "json"])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    with serving(folder, {"INSIGHTS_LOG": request.param}, workers=1) as started:
        yield started


@pytest.mark.process
def test_nothing_of_a_reader_is_in_the_log(served: Served) -> None:
    for path in PATHS:
        served.get(path, **CARRIERS)
    output = served.logged()
    assert "/panel/<entry_id>" in output
    assert output.count("answered") >= len(PATHS)
    assert SECRET not in output
    assert "192.0.2.77" not in output
    assert "127.0.0.1" not in "".join(line for line in output.splitlines() if "answered" in line)


@pytest.mark.process
@pytest.mark.parametrize("served", ["json"], indirect=True)
def test_every_line_is_json_and_tells_route_status_and_time(served: Served) -> None:
    served.get("/fragment/never-published", **{"X-Request-ID": "desk-2026.11.24_7"})
    lines = [json.loads(line) for line in served.logged().splitlines() if line[:1] == "{"]
    (line,) = [each for each in lines if each.get("request") == "desk-2026.11.24_7"]
    assert line["level"] == "info"
    assert (line["method"], line["route"]) == ("GET", "/fragment/<entry_id>")
    assert line["status"] == 204
    assert 0 < line["ms"] < 10_000
    plain = [text for text in served.logged().splitlines() if text[:1] != "{"]
    assert all(text.startswith("Serving ") for text in plain), plain


@pytest.mark.process
def test_quiet_is_text_without_a_line_for_each_request(tmp_path: Path) -> None:
    with serving(tmp_path, {"INSIGHTS_LOG": "quiet"}, workers=1) as served:
        served.get("/panel/ferry-fares")
        live = served.data / "live" / "ferry-fares.json"
        live.write_text("{")
        until(lambda: "live/ferry-fares.json" in served.logged() or not served.get("/readyz"))
        assert "answered" not in served.logged()


def client_of(settings: Settings, store: Store) -> FlaskClient:
    app = create_app(settings, store)

    @app.get("/broken/<secret>")
    def broken(secret: str) -> str:
        assert secret == SECRET
        raise RuntimeError("something broke")

    return app.test_client()


@pytest.mark.unit
def test_a_sane_id_is_kept_another_is_replaced(settings: Settings, store: Store) -> None:
    client = client_of(settings, store)
    stored = client.get("/healthz", headers={"X-Request-ID": "0af7651916cd43dd"})
    assert stored.headers["X-Request-ID"] == "0af7651916cd43dd"
    for given in ("", "short", "x" * 65, "with space 123", 'quote"12345', "ünïcödé-123"):
        answer = client.get("/healthz", headers={"X-Request-ID": given})
        assert answer.headers["X-Request-ID"] != given
        assert len(answer.headers["X-Request-ID"]) == 16


@pytest.mark.unit
def test_what_caches_keep_carries_no_id(settings: Settings, store: Store) -> None:
    """It would be the id of whoever asked first."""
    client = client_of(settings, store)
    for path in ("/panel/never-published", "/fragment/never-published", "/embed.js"):
        answer = client.get(path, headers={"X-Request-ID": "0af7651916cd43dd"})
        assert "X-Request-ID" not in answer.headers, path


@pytest.mark.unit
def test_what_is_repeated_ahead_of_flask_carries_no_id(settings: Settings, store: Store) -> None:
    layer = Client(ResponseCache(create_app(settings, store).wsgi_app, 1_000_000))
    demo.fill(Editorial(store, settings))
    stranger = {"Sec-Fetch-Dest": "iframe", "Referer": "https://stranger.example/"}
    for _ in range(2):
        answer = layer.get("/panel/ferry-fares", headers=stranger)
        assert answer.status_code == 403
        assert "X-Request-ID" not in answer.headers


@pytest.mark.unit
def test_an_error_is_found_by_the_id_that_its_answer_names(
    settings: Settings, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    caplog.handler.setFormatter(logs.JsonFormatter())
    answer = client_of(settings, store).get(f"/broken/{SECRET}")
    assert answer.status_code == 500
    assert answer.json
    name = answer.json["request_id"]
    assert name == answer.headers["X-Request-ID"]
    lines = [json.loads(line) for line in caplog.text.splitlines()]
    mine = [line for line in lines if line.get("request") == name]
    assert [line["level"] for line in mine] == ["error", "info"]
    assert "RuntimeError: something broke" in mine[0]["exception"]
    assert "/broken/<secret>" in mine[0]["message"]
    assert SECRET not in mine[0]["message"]


@pytest.mark.unit
def test_what_is_said_outside_of_a_request_belongs_to_none(
    settings: Settings, store: Store
) -> None:
    client_of(settings, store).get("/healthz")
    record = logging.LogRecord("insights", logging.INFO, "", 0, "looked %s", ("well",), None)
    assert "request" not in json.loads(logs.JsonFormatter().format(record))
    assert logs.TextFormatter().format(record) == "INFO insights: looked well"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("form", "escaped"),
    [(logs.TextFormatter(), "\r\n\x1b\x85\u2028"), (logs.JsonFormatter(), "\r\n\x1b")],
)
def test_what_is_logged_cannot_pass_for_another_line(form: logging.Formatter, escaped: str) -> None:
    forged = "x\r\nERROR insights.security: signed-in\x1b[2J\x85\u2028actor=ana"
    record = logging.LogRecord("widget.store", logging.INFO, "", 0, "%s", (forged,), None)
    record.fields = {"detail": forged}
    assert "ERROR insights.security" in form.format(record)
    assert not set(escaped) & set(form.format(record))
    try:
        raise ValueError(forged)
    except ValueError:
        record.exc_info = sys.exc_info()
    first, *rest = form.format(record).split("\n")
    assert "ERROR insights.security" in first
    assert all(line.startswith("  ") for line in rest)
