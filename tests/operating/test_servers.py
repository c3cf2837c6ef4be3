"""The service under other WSGI servers than its own, by ``widget.wsgi:app``."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest
from running import answers, free_port

from widget import demo
from widget.app import rules
from widget.config import Settings
from widget.editorial.service import Editorial
from widget.store import Store, open_store

pytestmark = pytest.mark.process

SERVERS = {
    "gunicorn, processes": ["gunicorn", "-w", "2", "-b", "{here}", "widget.wsgi:app"],
    "gunicorn, threads": [
        *("gunicorn", "-k", "gthread", "--threads", "4", "-b", "{here}", "widget.wsgi:app")
    ],
    "granian": ["granian", "--interface", "wsgi", "--port", "{port}", "widget.wsgi:app"],
    "waitress": ["waitress", "--listen={here}", "widget.wsgi:app"],
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    settings = Settings.model_validate({"store": f"dir:{tmp_path / 'data'}"})
    opened = open_store(settings.store, rules(settings))
    demo.fill(Editorial(opened, settings))
    yield opened
    opened.close()


@pytest.fixture(params=SERVERS)
def here(request: pytest.FixtureRequest, tmp_path: Path, store: Store) -> Iterator[str]:
    """Run a server over the demo's entries; gives its host and port."""
    assert store.ids()
    port = free_port()
    place = f"127.0.0.1:{port}"
    words = [word.format(here=place, port=port) for word in SERVERS[request.param]]
    module, *arguments = words
    own = {name: value for name, value in os.environ.items() if not name.startswith("INSIGHTS_")}
    own["INSIGHTS_STORE"] = f"dir:{tmp_path / 'data'}"
    child = subprocess.Popen([sys.executable, "-m", module, *arguments], env=own, cwd=tmp_path)
    try:
        answers(f"http://{place}/healthz", child)
        yield place
    finally:
        child.terminate()
        child.wait(timeout=40)


def ask(place: str, method: str, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection(place, timeout=20)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def test_it_answers_as_under_our_own_and_takes_down_within_a_second(
    here: str, store: Store
) -> None:
    brotli = {"Accept-Encoding": "br"}
    for _ in range(8):  # from Flask, and then from prebuilt bytes, in each process
        answer, body = ask(here, "GET", "/panel/ferry-fares", **brotli)
        assert (answer.status, answer.headers["Content-Encoding"]) == (200, "br")
        assert int(answer.headers["Content-Length"]) == len(body)
        tag = answer.headers["ETag"]
        again, nothing = ask(here, "GET", "/panel/ferry-fares", **brotli, **{"If-None-Match": tag})
        assert (again.status, nothing, again.headers["ETag"]) == (304, b"", tag)
        head, nothing = ask(here, "HEAD", "/panel/ferry-fares", **brotli)
        assert (head.status, nothing) == (200, b"")
        assert head.headers["Content-Length"] == answer.headers["Content-Length"]
    assert ask(here, "GET", "/fragment/never-published")[0].status == 204
    refused, _ = ask(here, "POST", "/api/v1/validations")
    assert refused.status == 401
    store.withdraw("ferry-fares", actor="pia", reason="Wrong.")
    done = time.monotonic()
    last_served = 0.0
    while (now := time.monotonic() - done) < 2:
        if ask(here, "GET", "/panel/ferry-fares")[0].status != 410:
            last_served = now
    assert last_served < 1
