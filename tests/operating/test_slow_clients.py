"""Whom the worker's loop waits for, how long, and that nobody else notices."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from operating_support import serving
from raw_http import Connect, get
from running import answers, until
from slow_app import LARGE
from slow_support import Slow, slow

from benchmarks.slow import Crowd, measure

pytestmark = pytest.mark.process

SHORT = ("HEAD_SECONDS=1", "BODY_SECONDS=2", "KEEPALIVE_SECONDS=3")


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
    assert all(each.answer()[0] == 408 and each.ended() for each in slow_ones)
    assert 1 <= time.monotonic() - began < 10


def test_a_head_that_trickles_in_has_no_more_time(connect: Connect, impatient: Slow) -> None:
    """Each byte must not begin the time anew."""
    trickling = connect(impatient.port)
    began = time.monotonic()
    while not select.select([trickling.socket], [], [], 0.05)[0]:
        trickling.send(b"A")
        assert time.monotonic() - began < 8
    assert trickling.answer()[0] == 408
    assert trickling.ended()


def test_whoever_says_nothing_is_let_go(connect: Connect, impatient: Slow) -> None:
    silent, idle = connect(impatient.port), connect(impatient.port)
    idle.send(get("/"))
    assert idle.answer()[0] == 200
    began = time.monotonic()
    assert silent.ended()
    assert idle.ended()
    assert 2 <= time.monotonic() - began < 10


SLOW_BODIES = {
    "length": get("/", "Content-Length: 5", method="POST") + b"ab",
    "chunks": get("/", "Transfer-Encoding: chunked", method="POST") + b"5\r\nab",
    "chunk size": get("/", "Transfer-Encoding: chunked", method="POST") + b"5",
    "trailers": get("/", "Transfer-Encoding: chunked", method="POST") + b"0\r\nA: b\r\n",
    "expected": get("/", "Content-Length: 5", "Expect: 100-continue", method="POST"),
}


@pytest.mark.parametrize("sent", SLOW_BODIES.values(), ids=SLOW_BODIES)
def test_content_that_does_not_come_holds_up_nobody(
    connect: Connect, tmp_path: Path, sent: bytes
) -> None:
    with slow("slow", tmp_path, "BODY_SECONDS=600", workers=1) as it:
        answers(f"http://127.0.0.1:{it.port}/", it.child)
        slow_ones = [connect(it.port) for _ in range(12)]  # more than there are threads
        for each in slow_ones:
            each.send(sent)
        quick = connect(it.port)
        for _ in range(3):
            quick.send(get("/", "Content-Length: 2", method="POST") + b"ab")
            assert quick.answer()[2] == b"done\n"  # within the socket's time, not theirs
        slow_ones[0].socket.setblocking(False)
        with suppress(BlockingIOError):
            assert b"408" not in slow_ones[0].socket.recv(4096)


@pytest.mark.parametrize("sent", list(SLOW_BODIES.values())[:4], ids=list(SLOW_BODIES)[:4])
def test_content_that_does_not_come_is_given_up(
    connect: Connect, impatient: Slow, sent: bytes
) -> None:
    waiting = connect(impatient.port)
    began = time.monotonic()
    waiting.send(sent)
    assert waiting.answer()[0] == 408
    assert waiting.ended()
    assert 2 <= time.monotonic() - began < 10


def test_content_that_trickles_in_is_given_up_long_before_its_time(
    connect: Connect, tmp_path: Path
) -> None:
    with slow("slow", tmp_path, "BODY_GRACE_SECONDS=1", workers=1) as it:
        answers(f"http://127.0.0.1:{it.port}/", it.child)
        trickling = connect(it.port)
        began = time.monotonic()
        trickling.send(get("/", "Content-Length: 50000", method="POST"))
        while not select.select([trickling.socket], [], [], 0.05)[0]:
            trickling.send(b"A")
            assert time.monotonic() - began < 20
        assert trickling.answer()[0] == 408


@pytest.mark.parametrize(
    ("fields", "continues"),
    [
        (("Content-Length: 5", "Expect: 100-continue"), True),
        (("Transfer-Encoding: chunked", "Expect: 100-Continue"), True),
        (("Content-Length: 99999999999", "Expect: 100-continue"), False),
    ],
)
def test_whoever_asks_first_is_told_to_go_on_or_why_not(
    connect: Connect, impatient: Slow, fields: tuple[str, ...], continues: bool
) -> None:
    """RFC 9110, section 10.1.1."""
    asking = connect(impatient.port)
    asking.send(get("/", *fields, method="POST"))
    if not continues:
        assert asking.answer()[0] == 413
        assert asking.ended()
        return
    assert asking.answer()[0] == 100
    asking.send(b"hello" if "Length" in fields[0] else b"5\r\nhello\r\n0\r\n\r\n")
    assert asking.answer()[0] == 200
    asking.send(get("/"))
    assert asking.answer()[0] == 200


def test_whoever_sends_content_at_once_is_not_told_to_go_on(
    connect: Connect, impatient: Slow
) -> None:
    asking = connect(impatient.port)
    fields = ("Content-Length: 5", "Expect: 100-continue")
    asking.send(get("/", *fields, method="POST") + b"hello")
    assert asking.answer()[0] == 200


def test_who_does_nothing_makes_way_for_newcomers(connect: Connect, tmp_path: Path) -> None:
    with slow(
        "slow", tmp_path, "HEAD_SECONDS=600", "KEEPALIVE_SECONDS=600", "CONNECTIONS=64", workers=1
    ) as it:
        answers(f"http://127.0.0.1:{it.port}/", it.child)
        idle = [connect(it.port) for _ in range(200)]
        idle[-1].send(get("/"))
        assert idle[-1].answer()[0] == 200
        newcomer = connect(it.port)
        newcomer.send(get("/"))
        assert newcomer.answer()[0] == 200
        assert idle[0].ended()


def test_what_is_under_way_holds_no_more_memory_than_is_allowed(
    connect: Connect, tmp_path: Path
) -> None:
    """Whoever has sent for the longest makes way."""
    with slow("slow", tmp_path, "HELD_BYTES=100000", "BODY_RATE=0", workers=1) as it:
        answers(f"http://127.0.0.1:{it.port}/", it.child)
        sending = [connect(it.port) for _ in range(3)]
        for each in sending:
            each.send(get("/", "Content-Length: 50000", method="POST") + bytes(49_999))
            assert select.select([each.socket], [], [], 0)[0] == []
        assert sending[0].ended()
        sending[2].send(b"A")
        assert sending[2].answer()[0] == 200


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
    requested = get("/").replace(b"insights.example", f"127.0.0.1:{with_much_to_say.port}".encode())
    slow_one.send(requested)
    slow_one.socket.recv(1, socket.MSG_PEEK)
    quick.send(requested)
    assert quick.answer()[2] == LARGE
    assert slow_one.answer()[2] == LARGE
    slow_one.send(requested)  # and the connection goes on
    assert slow_one.answer()[2] == LARGE
    slow_one.send(requested.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    assert slow_one.answer()[2] == LARGE
    assert slow_one.ended()


def test_whoever_does_not_read_is_let_go(connect: Connect, with_much_to_say: Slow) -> None:
    unread = connect(with_much_to_say.port)
    requested = get("/").replace(b"insights.example", f"127.0.0.1:{with_much_to_say.port}".encode())
    unread.send(requested)
    unread.socket.recv(1, socket.MSG_PEEK)
    sockets = Path(f"/proc/{next(iter(with_much_to_say.workers()))}/fd")
    before = len(list(sockets.iterdir()))
    until(lambda: len(list(sockets.iterdir())) < before)


def test_a_crowd_of_slow_clients_is_not_noticed(tmp_path: Path) -> None:
    """The small version of `make bench ARGS=slow`, which has the numbers."""
    crowd = Crowd(idle=50, heads=50, bodies=30, readers=20)
    with serving(tmp_path, {}, workers=1) as served:
        port = int(served.host.partition(":")[2])
        found = measure(port, "ferry-fares", crowd, seconds=4, rate=10)
        assert "Traceback" not in served.logged()
    assert found["crowded"]["asked"] == 40
    assert found["crowded"]["failed"] == []
    # Before the loop read bodies and sent answers, each waited for a thread for 30 s and more.
    assert found["crowded"]["worst, ms"] < 10_000
