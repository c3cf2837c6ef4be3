"""A page that isolates itself (COEP) can show panels: every answer that it loads says it may."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from samples import PAPER
from werkzeug.test import Client, TestResponse
from wire_support import ARTICLE, FRAGMENT, HERE, ID, PANEL

from widget import assets, panel
from widget.http.response_cache import ResponseCache
from widget.store import Store

pytestmark = pytest.mark.unit

VENDORED = sorted(path.name for path in (assets.folder("static") / "vendor").glob("*.js"))


def is_for_any_page(response: TestResponse) -> bool:
    return response.headers.getlist("Cross-Origin-Resource-Policy") == ["cross-origin"]


def isolates_itself(response: TestResponse) -> bool:
    return response.headers.getlist("Cross-Origin-Embedder-Policy") == ["require-corp"]


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize(
    ("path", "status"),
    [
        (PANEL, 200),
        (f"{PANEL}?theme=dark", 200),
        (f"/panel?url={ARTICLE}", 200),
        ("/panel/unknown", 404),
        ("/panel?url=nothing", 404),
        (FRAGMENT, 200),
        (f"/fragment?url={ARTICLE}", 200),
        ("/fragment/unknown", 204),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_a_page_frames_or_fetches_isolates_itself(
    client: FlaskClient, path: str, status: int, method: str
) -> None:
    response = client.open(path, method=method)
    assert response.status_code == status
    assert isolates_itself(response)
    assert is_for_any_page(response)


@pytest.mark.usefixtures("live")
def test_a_notice_isolates_itself(client: FlaskClient, store: Store) -> None:
    store.withdraw(ID, actor="ana", reason="It was wrong.")
    for path, status in ((PANEL, 410), (FRAGMENT, 200)):
        response = client.get(path)
        assert response.status_code == status
        assert isolates_itself(response)
        assert is_for_any_page(response)


@pytest.mark.usefixtures("live")
def test_a_refusal_isolates_itself(client: FlaskClient) -> None:
    stranger = "https://stranger.example"
    framed = {"Sec-Fetch-Dest": "iframe", "Referer": f"{stranger}/"}
    for response in (
        client.get(PANEL, headers=framed),
        client.get(FRAGMENT, headers={"Origin": stranger}),
        client.open(FRAGMENT, method="OPTIONS", headers={"Origin": stranger}),
    ):
        assert response.status_code == 403
        assert isolates_itself(response)
        assert is_for_any_page(response)


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize("path", [PANEL, FRAGMENT, "/embed.js"])
def test_a_copy_that_is_still_right_is_told_so_with_the_same_headers(app: Flask, path: str) -> None:
    layer = Client(ResponseCache(app.wsgi_app, 1_000_000))
    whole = layer.get(path, headers=HERE)
    for server in (Client(app.wsgi_app), layer):
        again = server.get(path, headers=HERE | {"If-None-Match": whole.headers["ETag"]})
        assert again.status_code == 304
        assert is_for_any_page(again)
        assert isolates_itself(again) == isolates_itself(whole)
    repeated = layer.get(path, headers=HERE)
    assert is_for_any_page(repeated)
    assert isolates_itself(repeated) == (path != "/embed.js")


@pytest.mark.parametrize(
    "path",
    [
        "/embed.js",
        f"/static/{panel.loader_name()}",
        f"/static/{panel.stylesheet_name()}",
        "/static/panel.0123456789.css",
        "/static/embed.css",
        *(f"/static/vendor/{name}" for name in VENDORED),
    ],
)
def test_a_file_may_be_loaded_by_any_page(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers={"Origin": PAPER})
    assert response.status_code == 200
    assert is_for_any_page(response)


@pytest.mark.usefixtures("live")
def test_a_frame_loads_nothing_that_its_own_isolation_could_keep_out(client: FlaskClient) -> None:
    text = client.get(PANEL).text
    assert "default-src 'none'" in client.get(PANEL).headers["Content-Security-Policy"]
    assert "<img" not in text
    assert "<script src" not in text
