"""The worker's loop: what it answers by itself, what it hands on, and whom it waits for."""

from __future__ import annotations

import re
import select
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import product
from pathlib import Path

import pytest
from operating_support import Served, serving
from running import answers, until
from slow_app import LARGE
from slow_support import Slow, slow

SHORT = ("HEAD_SECONDS=1", "BODY_SECONDS=2", "KEEPALIVE_SECONDS=3")


class Connection:
    """Bytes to and from a server; each answer is read to its end."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._rest = b""

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def answer(self, *, head: bool = False) -> tuple[int, dict[str, str], bytes]:
        """Return the next answer: status, headers, body."""
        while b"\r\n\r\n" not in self._rest:
            self._read()
        start, _, self._rest = self._rest.partition(b"\r\n\r\n")
        status, *lines = start.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (it.partition(": ") for it in lines)}
        length = 0 if head else int(headers.get("content-length", 0))
        if status.split()[1] == "304":
            length = 0
        while len(self._rest) < length:
            self._read()
        body, self._rest = self._rest[:length], self._rest[length:]
        return int(status.split()[1]), headers, body

    def _read(self) -> None:
        data = self.socket.recv(1 << 20)
        assert data, "closed"
        self._rest += data

    def ended(self) -> bool:
        """Wait for the end; say whether nothing came before it."""
        try:
            return self.socket.recv(65536) == b""
        except ConnectionResetError:
            return True


Connect = Callable[[int], Connection]


def get(path: str, *fields: str, method: str = "GET") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: insights.example", *fields, "", ""]
    return "\r\n".join(lines).encode("latin-1")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("worker")
    with serving(folder, {"INSIGHTS_METRICS_TOKEN": "a-token-for-prometheus"}, workers=1) as it:
        yield it


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Give connections that are closed in the end."""
    with ExitStack() as stack:

        def opened(port: int) -> Connection:
            connection = Connection(port)
            stack.enter_context(connection.socket)
            return connection

        yield opened


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

    def asked(method: str, *fields: str) -> tuple[int, dict[str, str], bytes]:
        connection.send(get(path, *fields, method=method))
        status, headers, body = connection.answer(head=method == "HEAD")
        assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", headers["date"])
        return status, {k: v for k, v in headers.items() if k not in own}, body

    for method, fields in product(("GET", "HEAD"), FIELDS):
        tag = asked("GET", *fields)[1].get("etag")
        for condition in ((), (f"If-None-Match: {tag}",), (f"If-None-Match: W/{tag}, x",)):
            first, again = (asked(method, *fields, *condition) for _ in range(2))
            by_a_thread = asked(method, *fields, *condition, "Content-Length: 0")
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
    "asked",
    [
        get("/panel/shore-power", "Connection: close"),
        get("/panel/shore-power").replace(b"HTTP/1.1", b"HTTP/1.0"),
    ],
    ids=["close", "HTTP/1.0"],
)
def test_a_connection_ends_with_the_answer_to_whoever_asks_for_no_more(
    connect: Connect, served: Served, asked: bytes
) -> None:
    port = int(served.host.partition(":")[2])
    for _ in range(3):  # made, then repeated
        connection = connect(port)
        connection.send(asked)
        status, headers, _ = connection.answer()
        assert (status, headers["connection"]) == (200, "close")
        assert connection.ended()
    before = flask_answered(served)
    for _ in range(20):
        connection = connect(port)
        connection.send(asked + b"more than was said")
        assert connection.answer()[0] == 200
        connection = connect(port)
        connection.send(asked)
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
    said = served.logged()[before:]
    assert "127.0.0.1" not in said
    assert "my-secret" not in said
    assert "Traceback" not in said


def test_a_withdrawn_panel_is_gone_for_a_connection_that_is_open(
    connection: Connection, served: Served
) -> None:
    connection.send(get("/panel/fish-market"))
    assert connection.answer()[0] == 200
    live = served.data / "live" / "fish-market.json"
    kept = live.read_bytes()
    live.unlink()
    removed = time.monotonic()
    try:
        while True:
            connection.send(get("/panel/fish-market"))
            if connection.answer()[0] == 410:
                break
            assert time.monotonic() - removed < 1
    finally:
        live.write_bytes(kept)


def test_it_tells_prometheus_how_much_it_answers_by_itself(
    connection: Connection, served: Served
) -> None:
    def counted() -> float:
        _, _, text = served.get("/metrics", Authorization="Bearer a-token-for-prometheus")
        match = re.search(r"^insights_prebuilt_answers_total (\S+)", text, re.M)
        return float(match[1]) if match else 0

    before = counted()
    for _ in range(50):
        connection.send(get("/panel/ferry-fares"))
        connection.answer()
    until(lambda: counted() >= before + 49)


# Whom it waits for, and how long


@pytest.fixture
def impatient(tmp_path: Path) -> Iterator[Slow]:
    with slow("slow", tmp_path, *SHORT, workers=1) as it:
        answers(f"http://127.0.0.1:{it.port}/", it.child)
        yield it


def test_whoever_is_slow_with_a_head_holds_up_nobody_and_is_let_go(
    connect: Connect, impatient: Slow
) -> None:
    began = time.monotonic()
    slow_ones = [connect(impatient.port) for _ in range(100)]
    for each in slow_ones:
        each.send(b"GET / HTTP/1.1\r\nHost: a\r\n")
    quick = connect(impatient.port)
    quick.send(get("/"))
    assert quick.answer()[2] == b"done\n"
    assert all(each.ended() for each in slow_ones)
    assert 1 <= time.monotonic() - began < 10


def test_a_head_that_trickles_in_has_no_more_time(connect: Connect, impatient: Slow) -> None:
    """Each byte must not begin the time anew."""
    trickling = connect(impatient.port)
    began = time.monotonic()
    while not select.select([trickling.socket], [], [], 0.05)[0]:
        trickling.send(b"A")
        assert time.monotonic() - began < 8
    assert trickling.ended()


def test_whoever_says_nothing_is_let_go(connect: Connect, impatient: Slow) -> None:
    silent, idle = connect(impatient.port), connect(impatient.port)
    idle.send(get("/"))
    assert idle.answer()[0] == 200
    began = time.monotonic()
    assert silent.ended()
    assert idle.ended()
    assert 2 <= time.monotonic() - began < 10


def test_bodies_that_do_not_come_hold_up_nobody_for_long(connect: Connect, impatient: Slow) -> None:
    slow_ones = [connect(impatient.port) for _ in range(8)]  # more than there are threads
    for each in slow_ones:
        each.send(get("/", "Content-Length: 5", method="POST") + b"ab")
    quick = connect(impatient.port)
    quick.send(get("/"))
    began = time.monotonic()
    assert quick.answer()[2] == b"done\n"
    assert time.monotonic() - began < 15
    again = connect(impatient.port)
    again.send(get("/"))
    assert again.answer()[2] == b"done\n"


@pytest.fixture
def with_much_to_say(tmp_path: Path) -> Iterator[Slow]:
    with slow("large", tmp_path, *SHORT, workers=1) as it:
        answers(f"http://127.0.0.1:{it.port}/", it.child)
        answers(f"http://127.0.0.1:{it.port}/", it.child)
        yield it


def test_an_answer_that_is_read_slowly_is_whole_and_holds_up_nobody(
    connect: Connect, with_much_to_say: Slow
) -> None:
    slow_one, quick = connect(with_much_to_say.port), connect(with_much_to_say.port)
    asked = get("/").replace(b"insights.example", f"127.0.0.1:{with_much_to_say.port}".encode())
    slow_one.send(asked)
    slow_one.socket.recv(1, socket.MSG_PEEK)
    quick.send(asked)
    assert quick.answer()[2] == LARGE
    assert slow_one.answer()[2] == LARGE
    slow_one.send(asked)  # and the connection goes on
    assert slow_one.answer()[2] == LARGE
    slow_one.send(asked.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    assert slow_one.answer()[2] == LARGE
    assert slow_one.ended()


def test_whoever_does_not_read_is_let_go(connect: Connect, with_much_to_say: Slow) -> None:
    unread = connect(with_much_to_say.port)
    asked = get("/").replace(b"insights.example", f"127.0.0.1:{with_much_to_say.port}".encode())
    unread.send(asked)
    unread.socket.recv(1, socket.MSG_PEEK)
    sockets = Path(f"/proc/{next(iter(with_much_to_say.workers()))}/fd")
    before = len(list(sockets.iterdir()))
    until(lambda: len(list(sockets.iterdir())) < before)


def test_an_answer_that_cannot_be_judged_ends_no_other_connection(
    connect: Connect, tmp_path: Path
) -> None:
    with slow("doubtful", tmp_path, workers=1) as it:
        answers(f"http://127.0.0.1:{it.port}/", it.child)
        workers = it.workers()
        other = connect(it.port)
        other.send(b"GET / HTTP/1.1\r\n")

        def refused() -> bool:
            asking = connect(it.port)
            asking.send(get("/"))
            return asking.answer()[0] == 500

        until(refused, 10)  # once the answer is old enough to be doubted
        other.send(b"Host: a\r\n\r\n")
        assert other.answer()[0] == 200
        assert it.workers() == workers
        assert "nobody knows" in it.log.read_text()


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
