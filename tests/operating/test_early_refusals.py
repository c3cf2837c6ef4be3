"""A flood of reports is refused in the worker's loop: no thread is woken for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gunicorn.config import Config
from operating_support import Served, serving
from raw_http import Connect, Connection, get

from widget.http.proxies import Forwarding
from widget.http.report_gate import NETWORK_PER_HOUR
from widget.http.response_cache import Reply, ResponseCache
from widget.server.incoming_request import read_head
from widget.server.refusals import refusal_of

FORM = "/report/ferry-fares"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path, {"INSIGHTS_TRUSTED_PROXIES": "127.0.0.1"}, workers=1) as it:
        yield it


@pytest.fixture
def connection(connect: Connect, served: Served) -> Connection:
    return connect(int(served.host.partition(":")[2]))


def post(connection: Connection, address: str, *fields: str) -> tuple[int, dict[str, str], bytes]:
    forwarded = f"X-Forwarded-For: {address}"
    connection.send(get(FORM, forwarded, "Content-Length: 3", *fields, method="POST") + b"a=b")
    return connection.answer()


@pytest.mark.process
def test_the_loop_refuses_what_a_thread_would(connection: Connection) -> None:
    for _ in range(NETWORK_PER_HOUR):
        status, headers, _ = post(connection, "198.51.100.7")
        assert status == 422
        assert "server" in headers, "a thread's response"
    status, headers, body = post(connection, "198.51.100.9")  # of the same network
    assert status == 429
    assert "server" not in headers, "the loop's response"
    assert int(headers["retry-after"]) > 0
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert b"Too many reports" in body
    # In one piece with the next request, it goes to a thread, which refuses it in the same way.
    once = get(FORM, "X-Forwarded-For: 198.51.100.9", "Content-Length: 0", method="POST")
    connection.send(once + get("/healthz"))
    of_thread = connection.answer()
    assert of_thread[0] == 429
    assert of_thread[2] == body
    own = {"date", "server", "connection"}
    assert of_thread[1].keys() - own == headers.keys() - own
    assert connection.answer()[0] == 200
    assert post(connection, "203.0.113.7")[0] == 422, "another network may report"
    status, headers, _ = post(connection, "198.51.100.7", "Connection: close")
    assert (status, headers["connection"]) == (429, "close")
    assert connection.ended()


@pytest.mark.process
def test_content_in_chunks_is_refused_once_it_is_whole(connection: Connection) -> None:
    for _ in range(NETWORK_PER_HOUR):
        post(connection, "192.0.2.7")
    head = get(FORM, "X-Forwarded-For: 192.0.2.7", "Transfer-Encoding: chunked", method="POST")
    connection.send(head + b"3\r\na=b\r\n")
    connection.send(b"0\r\n\r\n")
    assert connection.answer()[0] == 429
    connection.send(get("/healthz"))
    assert connection.answer()[0] == 200


@pytest.mark.unit
@pytest.mark.parametrize(
    ("fields", "address"),
    [
        ([], "10.0.0.1"),
        (["X-Forwarded-For: 198.51.100.7"], "198.51.100.7"),
        (["X-Forwarded-For: 203.0.113.9, 198.51.100.7"], "198.51.100.7"),
        (["X-Forwarded-For: 203.0.113.9", "x-forwarded-for: 198.51.100.7"], "198.51.100.7"),
        (["Forwarded: for=198.51.100.7;proto=https"], "198.51.100.7"),
        (["X-Forwarded-For: nonsense"], "10.0.0.1"),
    ],
)
def test_the_reader_s_network_is_the_one_that_the_application_sees(
    fields: list[str], address: str
) -> None:
    seen: list[dict[str, Any]] = []
    reply = Reply("429 NO", [])

    def refusal(environ: dict[str, Any]) -> Reply:
        seen.append(environ)
        return reply

    cache = ResponseCache(lambda *_: [], 1, Forwarding(["10.0.0.1"]), refusal)

    def asked(method: str) -> Reply | None:
        data = get(FORM, *fields, "Content-Length: 0", method=method)
        return refusal_of(cache, read_head(Config(), data, ("10.0.0.1", 1))[0].whole(), "10.0.0.1")

    assert asked("POST") is reply
    assert seen[0]["REMOTE_ADDR"] == address
    assert asked("PUT") is None
    assert len(seen) == 1
