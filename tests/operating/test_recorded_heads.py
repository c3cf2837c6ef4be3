"""What browsers, tools and proxies really send: the loop answers it as Flask does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from flask import Flask
from gunicorn_parser import PEER, by_the_server
from operating_support import Served, serving
from raw_http import Connect
from recorded_heads import TEMPLATES, recorded
from werkzeug.test import run_wsgi_app

from widget import demo
from widget.app import create_app, rules
from widget.config import Settings
from widget.editorial.service import Editorial
from widget.http.proxies import Forwarding
from widget.http.response_cache import ResponseCache
from widget.server.request_head import RequestHeadParser
from widget.store import open_store

Answer = tuple[str, list[tuple[str, str]], bytes]

TARGETS = [
    "/panel/ferry-fares",
    "/panel/ferry-fares?theme=dark&lang=es",
    "/fragment/ferry-fares",
    "/embed.js",
]
FORWARDINGS = [Forwarding(), Forwarding(["127.0.0.0/8"]), Forwarding((), "https://x.example/in")]
PUBLICATIONS = [{"name": "The Harbor Courier", "origins": ["https://harborcourier.example"]}]
OWN = ("date", "x-request-id")
"""Headers that each answer has of its own."""


def answer(app: object, data: bytes) -> Answer:
    """Let a WSGI application answer what gunicorn understands of ``data``."""
    understood = by_the_server(data)
    assert understood
    environ, left = understood
    assert left == b""
    body, status, headers = run_wsgi_app(app, environ, buffered=True)  # type: ignore[arg-type]
    content = b"".join(body)
    return status, [it for it in headers if it[0].lower() not in OWN], content


def variants(client: str, target: str, etag: str | None) -> Iterator[bytes]:
    yield recorded(client, target)
    yield recorded(client, target, method="HEAD")
    if etag:
        for given in (etag, f"W/{etag}"):
            yield recorded(client, target, f"If-None-Match: {given}")
            yield recorded(client, target, f"if-none-match: {given}", method="HEAD")


@pytest.fixture(scope="module")
def flask(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return application(tmp_path_factory.mktemp("recorded"), filled=False)


def application(data: Path, *, filled: bool) -> Flask:
    """Return the application over a store of the demo's entries."""
    settings = Settings.model_validate({"store": f"dir:{data}", "publications": PUBLICATIONS})
    store = open_store(settings.store, rules(settings))
    if not filled:
        demo.fill(Editorial(store, settings))
    return create_app(settings, store)


@pytest.mark.unit
@pytest.mark.parametrize("forwarding", FORWARDINGS, ids=["alone", "behind a proxy", "below a path"])
@pytest.mark.parametrize("client", TEMPLATES)
def test_the_loop_answers_as_flask_does(flask: Flask, client: str, forwarding: Forwarding) -> None:
    direct = forwarding.middleware(flask.wsgi_app)
    cache = ResponseCache(flask.wsgi_app, 64 * 1024 * 1024, forwarding)
    parser = RequestHeadParser(forwarding)
    for target in TARGETS:
        fill = recorded(client, target)
        _, headers, _ = answer(cache, fill)
        etag = dict(headers).get("ETag")
        for data, _ in product(variants(client, target, etag), range(2)):
            head = parser.read(data, PEER)
            assert head, "left to gunicorn"
            assert head.close_after == (b"HTTP/1.0" in data)
            reply = cache.lookup(head.request_key, wait=True)
            assert reply, "not cached"
            own = [it for it in reply.headers if it[0].lower() not in OWN]
            assert (reply.status, own, b"".join(reply.body)) == answer(direct, data)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    own = {"INSIGHTS_PUBLICATIONS": json.dumps(PUBLICATIONS)}
    with serving(tmp_path_factory.mktemp("served"), own, workers=1) as it:
        yield it


@pytest.fixture(scope="module")
def beside(served: Served) -> Flask:
    """Give the application over the same store, in this process."""
    return application(served.data, filled=True)


@pytest.mark.process
@pytest.mark.parametrize("client", TEMPLATES)
def test_it_sends_what_flask_does(
    served: Served, beside: Flask, connect: Connect, client: str
) -> None:
    port = int(served.host.partition(":")[2])
    for target in ("/panel/ferry-fares", "/fragment/ferry-fares?styles=none", "/embed.js"):
        fill = recorded(client, target)
        etag = dict(answer(beside, fill)[1]).get("ETag")
        connection = connect(port)
        connection.send(fill)
        connection.answer()
        for data in variants(client, target, etag):
            if fill.count(b"HTTP/1.0"):
                connection = connect(port)
            connection.send(data)
            status, headers, body = connection.answer(head=data.startswith(b"HEAD"))
            assert "server" not in headers, "Flask was asked, by gunicorn"
            wanted, fields, content = answer(beside, data)
            assert status == int(wanted.split()[0])
            assert body == content
            assert headers.pop("date")
            assert (headers.pop("connection", "") == "close") == (b"HTTP/1.0" in data)
            assert headers == {name.lower(): value for name, value in fields}
            if b"HTTP/1.0" in data:
                assert connection.ended()
