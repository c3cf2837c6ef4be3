"""The worker's loop: what it answers by itself, what it hands on, and whom it waits for."""

from __future__ import annotations

import re
import select
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from operating_support import Served, serving
from raw_http import Connect, Connection, get
from running import answers, until
from slow_support import slow

pytestmark = pytest.mark.process

SHORT = ("HEAD_SECONDS=1", "BODY_SECONDS=2", "KEEPALIVE_SECONDS=3")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("worker")
    with serving(folder, {"INSIGHTS_METRICS_TOKEN": "a-token-for-prometheus"}, workers=1) as it:
        yield it


@pytest.fixture
def connection(connect: Connect, served: Served) -> Connection:
    return connect(int(served.host.partition(":")[2]))


def flask_answered(served: Served) -> int:
    return served.logged().count("INFO insights.request: answered")


PATHS = [
    *("/panel/ferry-fares", "/panel/ferry-fares?theme=dark&open=ideas,sources", "/panel/unknown"),
    *("/fragment/ferry-fares", "/fragment?url=https://nowhere.example/", "/embed.js", "/nowhere"),
    *("/panel?url=nothing", "/panel/ferry%2Dfares", "/oembed?url=x", "/healthz", "/admin/"),
]
FIELDS = [
    *((), ("Accept-Encoding: gzip, deflate, br, zstd",), ("accept-encoding:  GZIP ",)),
    *(("Origin: https://stranger.example",), ("Origin: http://localhost:8001", "Cookie: a=b")),
    ("Sec-Fetch-Dest: iframe", "Referer: https://stranger.example/a?b"),
]


@pytest.mark.parametrize("path", PATHS)
def test_the_loop_answers_what_a_thread_does(connection: Connection, path: str) -> None:
    """``Content-Length: 0`` sends the same request through gunicorn's own parser to a thread."""
    own = {"date", "server", "connection", "x-request-id"}

    def requested(method: str, *fields: str) -> tuple[int, dict[str, str], bytes]:
        connection.send(get(path, *fields, method=method))
        status, headers, body = connection.answer(head=method == "HEAD")
        assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", headers["date"])
        return status, {k: v for k, v in headers.items() if k not in own}, body

    for method, fields in product(("GET", "HEAD"), FIELDS):
        tag = requested("GET", *fields)[1].get("etag")
        for condition in ((), (f"If-None-Match: {tag}",), (f"If-None-Match: W/{tag}, x",)):
            first, again = (requested(method, *fields, *condition) for _ in range(2))
            by_a_thread = requested(method, *fields, *condition, "Content-Length: 0")
            if not first[1].get("cache-control", "").startswith("no-store"):
                assert first == again == by_a_thread
            else:  # such as pages with a token of their own
                assert first[0] == again[0] == by_a_thread[0]


def test_what_is_prebuilt_does_not_come_to_flask(connection: Connection, served: Served) -> None:
    for _ in range(3):
        connection.send(get("/panel/shore-power"))
        assert connection.answer()[0] == 200
    before = flask_answered(served)
    for fields in ((), ("Cookie: a=b", "X-Forwarded-For: 192.0.2.7")):
        for method in ("GET", "HEAD"):
            connection.send(get("/panel/shore-power", *fields, method=method))
            assert connection.answer(head=method == "HEAD")[0] == 200
    assert flask_answered(served) == before


def test_requests_that_are_sent_at_once_are_answered_in_turn(connection: Connection) -> None:
    paths = ["/panel/ferry-fares", "/healthz", "/panel/unknown", "/embed.js", "/panel/ferry-fares"]
    connection.send(b"".join(map(get, paths)))
    assert [connection.answer()[0] for _ in paths] == [200, 200, 404, 200, 200]


@pytest.mark.parametrize(
    "requested",
    [
        get("/panel/shore-power", "Connection: close"),
        get("/panel/shore-power").replace(b"HTTP/1.1", b"HTTP/1.0"),
    ],
    ids=["close", "HTTP/1.0"],
)
def test_a_connection_ends_with_the_answer_to_whoever_asks_for_no_more(
    connect: Connect, served: Served, requested: bytes
) -> None:
    port = int(served.host.partition(":")[2])
    for _ in range(3):  # made, then repeated
        connection = connect(port)
        connection.send(requested)
        status, headers, _ = connection.answer()
        assert (status, headers["connection"]) == (200, "close")
        assert connection.ended()
    before = flask_answered(served)
    for _ in range(20):
        connection = connect(port)
        connection.send(requested + b"more than was said")
        assert connection.answer()[0] == 200
        connection = connect(port)
        connection.send(requested)
        assert connection.answer()[0] == 200
        assert connection.ended()
    assert flask_answered(served) == before


def test_a_request_may_come_in_pieces(connection: Connection) -> None:
    for path, status in (("/panel/ferry-fares", 200), ("/healthz", 200), ("/panel/unknown", 404)):
        for byte in get(path, "Accept-Encoding: br"):
            connection.send(bytes([byte]))
        assert connection.answer()[0] == status


def test_a_body_may_come_later_than_its_head(connection: Connection) -> None:
    body = b'{"id": "x"}'
    connection.send(get("/api/v1/validations", f"Content-Length: {len(body)}", method="POST"))
    connection.send(body)
    assert connection.answer()[0] == 401
    connection.send(get("/panel/ferry-fares"))
    assert connection.answer()[0] == 200


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (get("/", "Transfer-Encoding: chunked", "Content-Length: 5"), 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: my-secret\x00\r\n\r\n", 400),
        (b"GET / HTTP/1.1\nHost: a\n\n", 400),
        (b"GET /panel/ferry-fares HTTP/1.1\r\nHost: a\r\nX: " + b"my-secret" * 9000, 431),
    ],
)
def test_what_is_no_request_is_refused_and_nobody_is_named(
    connection: Connection, served: Served, data: bytes, status: int
) -> None:
    before = len(served.logged())
    connection.send(data)
    assert connection.answer()[0] == status
    assert connection.ended()
    message = served.logged()[before:]
    assert "127.0.0.1" not in message
    assert "my-secret" not in message
    assert "Traceback" not in message


def test_a_withdrawn_panel_is_gone_for_a_connection_that_is_open(
    connection: Connection, served: Served
) -> None:
    connection.send(get("/panel/fish-market"))
    assert connection.answer()[0] == 200
    live = served.data / "live" / "fish-market.json"
    stored = live.read_bytes()
    live.unlink()
    removed = time.monotonic()
    try:
        while True:
            connection.send(get("/panel/fish-market"))
            if connection.answer()[0] == 410:
                break
            assert time.monotonic() - removed < 1
    finally:
        live.write_bytes(stored)


def test_it_tells_prometheus_how_much_it_answers_by_itself(
    connection: Connection, served: Served
) -> None:
    def counted() -> float:
        _, _, text = served.get("/metrics", Authorization="Bearer a-token-for-prometheus")
        match = re.search(r"^insights_cached_responses_total (\S+)", text, re.M)
        return float(match[1]) if match else 0

    before = counted()
    for _ in range(50):
        connection.send(get("/panel/ferry-fares"))
        connection.answer()
    until(lambda: counted() >= before + 49)


def test_content_that_is_too_long_is_refused_before_it_is_sent(
    connection: Connection,
) -> None:
    connection.send(get("/doctor", f"Content-Length: {2 << 20}", method="POST"))
    status, headers, _ = connection.answer()
    assert (status, headers["connection"]) == (413, "close")
    assert connection.ended()


def test_chunks_that_are_too_much_are_refused_as_soon_as_they_say_so(
    connection: Connection,
) -> None:
    connection.send(get("/doctor", "Transfer-Encoding: chunked", method="POST"))
    connection.send(b"ffffff\r\n")
    assert connection.answer()[0] == 413
    assert connection.ended()


def test_content_in_chunks_comes_to_the_application_whole(connection: Connection) -> None:
    """In any pieces; and what follows it is the next request."""
    form = b"html=%3Cp%3Ewhatever%3C%2Fp%3E"
    chunks = b"".join(b'%x;a="b"\r\n%c\r\n' % (1, byte) for byte in form)
    kind = "Content-Type: application/x-www-form-urlencoded"
    head = get("/doctor", kind, "Transfer-Encoding: chunked", method="POST")
    sent = head + chunks + b"0\r\nX-Trailer: a\r\n\r\n" + get("/healthz")
    for size in (1, 7, len(sent)):
        for start in range(0, len(sent), size):
            connection.send(sent[start : start + size])
        status, _, body = connection.answer()
        assert (status, b"whatever" in body) == (200, True)
        assert connection.answer()[2] == b"ok\n"


def test_an_answer_that_cannot_be_judged_ends_no_other_connection(
    connect: Connect, tmp_path: Path
) -> None:
    with slow("doubtful", tmp_path, workers=1) as it:
        answers(f"http://127.0.0.1:{it.port}/", it.child)
        workers = it.workers()
        other = connect(it.port)
        other.send(b"GET / HTTP/1.1\r\n")

        def doubted() -> bool:
            asking = connect(it.port)
            asking.send(get("/"))
            assert asking.answer()[0] == 200  # it is made anew
            return "nobody knows" in it.log.read_text()

        until(doubted)  # once the answer is old enough
        other.send(b"Host: a\r\n\r\n")
        assert other.answer()[0] == 200
        assert it.workers() == workers


def test_the_loop_waits_for_no_store(connect: Connect, tmp_path: Path) -> None:
    with slow("pensive", tmp_path, workers=1) as it:
        answers(f"http://127.0.0.1:{it.port}/", it.child)
        asking, other = connect(it.port), connect(it.port)
        while not it.began.exists():  # until the answer is old enough to be thought about
            asking.send(get("/pensive"))
            if not select.select([asking.socket], [], [], 0.5)[0]:
                break
            assert asking.answer()[0] == 200
        for _ in range(100):
            other.send(get("/"))
            assert other.answer()[0] == 200
        assert not select.select([asking.socket], [], [], 0)[0]
        assert asking.answer()[0] == 200
