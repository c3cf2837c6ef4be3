"""The layer ahead of Flask: it answers what Flask would, byte for byte, and never what was."""

from __future__ import annotations

from itertools import product
from time import monotonic
from typing import Any

import pytest
from covering import covering
from flask import Flask
from samples import PAPER, PUBLICATION
from werkzeug.test import Client, TestResponse
from wire_support import ARTICLE, FRAGMENT, ID, PANEL, published

from widget import panel
from widget.app import create_app, rules
from widget.config import Settings
from widget.errors import StoreUnavailable
from widget.http.response_cache import REVALIDATE_SECONDS, Reply, ResponseCache
from widget.store import Live, Store, Withdrawn, open_store

pytestmark = pytest.mark.unit

MANY = 64 * 1024 * 1024


@pytest.fixture
def layer(app: Flask) -> ResponseCache:
    return ResponseCache(app.wsgi_app, MANY)


def sent(answer: TestResponse) -> tuple[int, list[tuple[str, str]], bytes]:
    """Return all that goes over the wire, but for what every single answer has of its own."""
    own = ("Date", "X-Request-ID")
    headers = [(name, value) for name, value in answer.headers if name not in own]
    return answer.status_code, headers, answer.get_data()


PATHS = [
    PANEL,
    f"{PANEL}?theme=dark&lang=es&open=ideas,sources",
    f"{PANEL}?styles=none&nothing=known",
    f"/panel?url={ARTICLE}",
    "/panel?url=nothing",
    "/panel/unknown",
    "/panel/gone",
    "/panel/other-paper",
    FRAGMENT,
    f"{FRAGMENT}?styles=none",
    f"/fragment?url={ARTICLE}",
    "/fragment?url=https://nowhere.example/",
    "/fragment/gone",
    "/fragment/other-paper",
    "/embed.js",
    f"/static/{panel.loader_name()}",
    f"/static/{panel.stylesheet_name()}",
    "/static/panel.0123456789.css",
    "/static/embed.css",
    "/static/nothing.js",
    f"/oembed?url={ARTICLE}",
    "/healthz",
    "/nowhere",
]
CODINGS = [None, "gzip, deflate, br, zstd", "gzip;q=0.3, zstd", "identity", "br;q=0, *"]
ORIGINS = [None, PAPER, "https://stranger.example", "null", "http://localhost"]
FROM = [
    {},
    {"Sec-Fetch-Dest": "iframe", "Referer": f"{PAPER}/opinion/a?secret"},
    {"Sec-Fetch-Dest": "iframe", "Referer": "https://stranger.example/"},
    {"Sec-Fetch-Dest": "document", "Referer": "https://stranger.example/"},
    {"Host": "panels.example:8443"},
    {"Range": "bytes=0-9", "If-Modified-Since": "Sun, 22 Nov 2026 00:00:00 GMT"},
]


@pytest.fixture
def entries(store: Store) -> None:
    """One live entry, one withdrawn, and one of a second publication's."""
    published(store)
    published(store, id="gone", article__url=f"{PAPER}/opinion/gone", article__aliases=[])
    store.withdraw("gone", actor="ana", reason="It was wrong.")
    published(
        store, id="other-paper", article__url="https://other.example/opinion/a", article__aliases=[]
    )


@pytest.fixture
def settings(settings: Settings) -> Settings:
    other = {"name": "The Other", "origins": ["https://other.example"], "review": "optional"}
    changed = {"store": settings.store, "publications": [PUBLICATION, other]}
    return Settings.model_validate(changed)


@pytest.mark.exhaustive
@pytest.mark.usefixtures("entries")
@pytest.mark.parametrize("path", PATHS)
def test_it_answers_byte_for_byte_what_flask_does(
    app: Flask, layer: ResponseCache, path: str
) -> None:
    direct, ahead = Client(app.wsgi_app), Client(layer)
    requests = list(product(CODINGS, ORIGINS, FROM))
    rows = [dict(zip(("coding", "origin", "from"), map(str, it), strict=True)) for it in requests]
    for coding, origin, source in map(requests.__getitem__, covering(rows, 2)):
        headers = {"Accept-Encoding": coding, "Origin": origin, **source}
        asked = {name: value for name, value in headers.items() if value is not None}
        wanted = direct.get(path, headers=asked)
        for _ in range(2):  # made, then repeated
            assert sent(ahead.get(path, headers=asked)) == sent(wanted)
        head = direct.head(path, headers=asked)
        assert sent(ahead.head(path, headers=asked)) == sent(head)
        etag = wanted.headers.get("ETag")
        for given in (etag, f"W/{etag}", f'"x", {etag}', "*", '"x"', "x", ""):
            conditional = {**asked, "If-None-Match": str(given)}
            wanted = direct.get(path, headers=conditional)
            assert sent(ahead.get(path, headers=conditional)) == sent(wanted)
        unless = {**asked, "If-Match": '"x"'}
        assert sent(ahead.get(path, headers=unless)) == sent(direct.get(path, headers=unless))


@pytest.mark.usefixtures("entries")
@pytest.mark.parametrize("method", ["OPTIONS", "POST", "DELETE"])
def test_other_methods_are_none_of_its_concern(
    app: Flask, layer: ResponseCache, method: str
) -> None:
    headers = {"Origin": PAPER, "Access-Control-Request-Method": "GET"}
    for path in (PANEL, FRAGMENT):
        Client(layer).get(path)
        wanted = Client(app.wsgi_app).open(path, method=method, headers=headers)
        assert sent(Client(layer).open(path, method=method, headers=headers)) == sent(wanted)
    assert layer.hits == 0


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize(
    ("path", "kept"),
    [
        (PANEL, True),
        (f"/panel?url={ARTICLE}", True),
        (FRAGMENT, True),
        ("/fragment?url=https://nowhere.example/", True),
        ("/panel/unknown", True),
        ("/embed.js", True),
        (f"/static/{panel.stylesheet_name()}", True),
        ("/healthz", False),
        ("/admin/", False),
        ("/api/v1/entries", False),
        (f"/snippet/{ID}", False),
    ],
)
def test_it_repeats_what_readers_browsers_fetch(
    layer: ResponseCache, path: str, kept: bool
) -> None:
    client = Client(layer)
    first = client.get(path)
    client.get(path)
    client.head(path)
    if "ETag" in first.headers and first.status_code == 200:
        client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert layer.hits == (3 if kept else 0)
    else:
        assert layer.hits == (2 if kept else 0)


@pytest.mark.usefixtures("live")
def test_a_change_by_another_process_shows_within_the_hold(
    layer: ResponseCache, settings: Settings
) -> None:
    client = Client(layer)
    assert client.get(PANEL).status_code == 200
    other = open_store(settings.store, rules(settings))
    other.withdraw(ID, actor="ben")
    deadline = monotonic() + REVALIDATE_SECONDS + 0.5
    while client.get(PANEL).status_code != 410:
        assert monotonic() < deadline
    other.close()


def test_it_keeps_no_more_than_it_may_and_drops_what_was_asked_for_longest_ago(
    app: Flask, store: Store
) -> None:
    published(store)
    nothing = ResponseCache(app.wsgi_app, 0)
    client = Client(nothing)
    client.get(PANEL)
    client.get(PANEL)
    assert nothing.hits == 0
    size = len(client.get(PANEL).data)
    layer = ResponseCache(app.wsgi_app, 4 * (size + 2_000))
    client = Client(layer)
    for number in range(50):
        client.get(f"{PANEL}?n={number}")
        client.get(f"{PANEL}?n={number}")
    assert layer.hits == 50
    client.get(f"{PANEL}?n=49")
    assert layer.hits == 51
    client.get(f"{PANEL}?n=1")
    assert layer.hits == 51


class Away:
    """A store that can be reached until it is ``away``."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.away = False

    def live(self, entry_id: str) -> Live | Withdrawn | None:
        if self.away:
            raise StoreUnavailable("the store is away")
        return self._store.live(entry_id)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the store has
        return getattr(self._store, name)


def test_while_the_store_is_away_flask_says_so(settings: Settings, store: Store) -> None:
    published(store)
    away = Away(store)
    layer = ResponseCache(create_app(settings, away).wsgi_app, MANY)
    client = Client(layer)
    assert client.get(PANEL).status_code == 200
    away.away = True
    layer.changed()
    assert client.get(PANEL).status_code == 503
    away.away = False
    assert client.get(PANEL).status_code == 200


def test_a_response_is_serialized_with_the_date_on_which_it_is_sent() -> None:
    reply = Reply("200 OK", [("Content-Length", "2"), ("Vary", "Origin")], b"hi")
    first, second = b"Mon, 30 Nov 2026 01:00:00 GMT", b"Mon, 30 Nov 2026 01:00:01 GMT"
    fields = b"\r\nContent-Length: 2\r\nVary: Origin\r\n\r\nhi"
    for date in (first, first, second):
        assert reply.packet(date) == b"HTTP/1.1 200 OK\r\nDate: " + date + fields
        close = b"\r\nConnection: close"
        assert reply.closing(date) == b"HTTP/1.1 200 OK\r\nDate: " + date + close + fields
    assert reply.body == [b"hi"]
    assert Reply("304 NOT MODIFIED", []).body == []
