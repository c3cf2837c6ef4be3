"""Stopping and reloading fail no request, even under load, and always end."""

from __future__ import annotations

import os
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, RemoteDisconnected
from pathlib import Path

import pytest
from operating_support import Served, serving
from running import answers, children, described, until
from slow_support import slow

from widget.server.arbiter import STOP_SECONDS

pytestmark = pytest.mark.process


def test_a_worker_that_is_told_to_stop_while_it_starts_does(tmp_path: Path) -> None:
    with slow("late", tmp_path, seconds=60) as it:
        until(it.began.exists)
        it.child.terminate()
        assert it.child.wait(timeout=45) == 0
        until(lambda: not it.runs())


def test_a_worker_that_takes_long_to_start_takes_over_when_it_can(tmp_path: Path) -> None:
    with slow("late", tmp_path, seconds=6, workers=1) as it:
        answers(f"http://127.0.0.1:{it.port}/", it.child)
        before = it.workers()
        os.kill(it.child.pid, signal.SIGHUP)
        requested = 0
        while before & it.workers():
            connection = HTTPConnection("127.0.0.1", it.port, timeout=20)
            connection.request("GET", "/")
            assert connection.getresponse().read() == b"done\n"
            connection.close()
            requested += 1
            assert requested < 100_000
        assert requested > 50
        answers(f"http://127.0.0.1:{it.port}/", it.child)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_request_in_flight_is_answered_before_the_service_ends(
    tmp_path: Path, how: signal.Signals
) -> None:
    with slow("slow", tmp_path) as it:
        answers(f"http://127.0.0.1:{it.port}/", it.child)
        connection = HTTPConnection("127.0.0.1", it.port, timeout=20)
        connection.request("GET", "/1.5")
        until(it.began.exists)
        os.killpg(it.child.pid, how)  # a terminal tells the workers, too
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b"done\n")
        connection.close()
        assert it.child.wait(timeout=30) == 0


def test_a_worker_that_does_not_end_is_ended(tmp_path: Path) -> None:
    with slow("slow", tmp_path, "STOP_SECONDS=1", workers=1) as it:
        answers(f"http://127.0.0.1:{it.port}/", it.child)
        before = it.workers()
        connection = HTTPConnection("127.0.0.1", it.port, timeout=20)
        connection.request("GET", "/3600")
        until(it.began.exists)
        os.kill(it.child.pid, signal.SIGHUP)
        until(lambda: not before & it.workers(), 25)  # a second, not the usual thirty
        answers(f"http://127.0.0.1:{it.port}/", it.child)
        connection.close()


def test_workers_end_with_their_parent(tmp_path: Path) -> None:
    with slow("slow", tmp_path) as it:
        answers(f"http://127.0.0.1:{it.port}/", it.child)
        it.child.kill()
        it.child.wait(timeout=30)
        until(lambda: not it.runs())


def test_workers_do_not_tidy_up_what_is_their_parents(tmp_path: Path) -> None:
    """A forked worker that ended like a program would run its parent's ``finally`` blocks."""
    ended = tmp_path / "began-ended"
    with slow("slow", tmp_path) as it:
        answers(f"http://127.0.0.1:{it.port}/", it.child)
        before = it.workers()
        os.kill(it.child.pid, signal.SIGHUP)
        until(lambda: not before & it.workers())
        assert not ended.exists()
        it.child.terminate()
        it.child.wait(timeout=30)
    assert ended.read_text() == f"{it.child.pid}\n"


def test_workers_that_cannot_start_end_a_service_that_starts(tmp_path: Path) -> None:
    (tmp_path / "began").touch()
    with slow("broken", tmp_path) as it:
        assert it.child.wait(timeout=30) != 0
        assert "it is broken" in it.log.read_text()
        until(lambda: not it.runs())


def test_workers_that_cannot_start_do_not_end_a_service_that_runs(tmp_path: Path) -> None:
    with slow("broken", tmp_path) as it:
        created = tmp_path / "began-made"
        until(lambda: created.exists() and len(created.read_text().split()) == 2)
        before = it.workers()
        it.began.touch()
        os.kill(it.child.pid, signal.SIGHUP)
        until(lambda: it.log.read_text().count("it is broken") >= 2)
        assert before <= it.workers()
        answers(f"http://127.0.0.1:{it.port}/", it.child)
        it.began.unlink()  # and once it is mended, the new ones take over
        until(lambda: not before & it.workers() and len(it.workers()) == 2)
        answers(f"http://127.0.0.1:{it.port}/", it.child)


# Under load


@dataclass
class Load:
    """What clients met: how many answers were whole, and what went wrong.

    ``unread`` requests were on connections that ended before a byte came: nothing was done.
    """

    whole: int = 0
    refused: int = 0
    unread: int = 0
    errors: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)


REQUEST = b"GET /panel/ferry-fares HTTP/1.1\r\nHost: insights.example\r\nConnection: close\r\n\r\n"


def bursts(host: str, load: Load) -> None:
    """Connect fifty times at once, so that some wait to be accepted; read what comes."""
    name, _, port = host.partition(":")
    while not load.stopped.is_set():
        opened = []
        for _ in range(50):
            try:
                connection = socket.create_connection((name, int(port)), timeout=20)
            except (ConnectionRefusedError, ConnectionResetError):
                # Reset: the listening socket was closed in the middle of the handshake.
                load.refused += 1
                time.sleep(0.01)
                continue
            opened.append(connection)
            with suppress(ConnectionError):  # that nothing is read counts below
                connection.sendall(REQUEST)
        for connection in opened:
            with connection:
                _read(connection, load)


def _read(connection: socket.socket, load: Load) -> None:
    text = b""
    try:
        while piece := connection.recv(65536):
            text += piece
    except OSError as error:
        if text:
            load.errors.append(repr(error))
            return
    if not text:
        load.unread += 1
        return
    head, _, body = text.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    if head.startswith(b"HTTP/1.1 200") and length and len(body) == int(length[1]):
        load.whole += 1
    else:
        load.errors.append(f"{head[:80]!r} and {len(body)} bytes")


def kept_alive(host: str, load: Load) -> None:
    """Ask again and again over one connection.

    Where that was closed before anything came, ask once more over a new one, as browsers and
    proxies do (RFC 9112, section 9.3.1): a server cannot close one that is idle without that risk.
    """
    connection: HTTPConnection | None = None
    while not load.stopped.is_set():
        fresh = connection is None
        connection = connection or HTTPConnection(host, timeout=20)
        try:
            connection.request("GET", "/panel/ferry-fares")
            answer = connection.getresponse()
            assert answer.status == 200
            assert len(answer.read()) > 1000
        except (RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            load.unread += fresh
            connection.close()
            connection = None
        except ConnectionRefusedError:
            load.refused += 1
            connection = None
            time.sleep(0.01)
        except Exception as error:
            load.errors.append(repr(error))
            connection.close()
            connection = None
        else:
            load.whole += 1
    if connection:
        connection.close()


@contextmanager
def loaded(served: Served) -> Iterator[Load]:
    load = Load()
    threads = [
        threading.Thread(target=client, args=(served.host, load))
        for client in (bursts, kept_alive, kept_alive, kept_alive)
    ]
    for thread in threads:
        thread.start()
    try:
        until(lambda: load.whole > 300)
        yield load
    finally:
        load.stopped.set()
        for thread in threads:
            thread.join(timeout=60)


def workers(served: Served) -> set[int]:
    return set(children(served.child.pid))


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(
        tmp_path / "service", {}, workers=2, config='[[publications]]\nname = "One"\n'
    ) as it:
        yield it


def test_a_reload_reads_the_settings_anew_and_fails_no_request(served: Served) -> None:
    before = workers(served)
    config = served.data.parent / "insights.toml"
    assert "One" in served.get("/panel/harbor-curfew")[2]
    config.write_text('[[publications]]\nname = "Another"\n')
    with loaded(served) as load:
        whole = load.whole
        os.kill(served.child.pid, signal.SIGHUP)
        # The change of the file has begun a reload, too: up to four workers start, one by one, and
        # each of the old ones may take its time to stop.
        until(
            lambda: not before & workers(served) and len(workers(served)) == 2,
            4 * (STOP_SECONDS + 1),
            lambda: described(served.child.pid),
        )
        so_far = load.whole
        until(lambda: load.whole > so_far + 300)
    assert load.errors == []
    assert load.refused == load.unread == 0
    assert load.whole > whole + 600
    for _ in range(10):
        assert "Another" in served.get("/panel/harbor-curfew")[2]


def test_settings_that_are_wrong_are_not_reloaded(served: Served) -> None:
    before = workers(served)
    (served.data.parent / "insights.toml").write_text("prot = 1\n")
    os.kill(served.child.pid, signal.SIGHUP)
    until(
        lambda: (
            "the running workers go on: insights.toml: prot: is not a setting" in served.logged()
        )
    )
    assert served.get("/panel/ferry-fares")[0] == 200
    assert workers(served) == before


def test_a_stop_under_load_cuts_no_answer_off(served: Served) -> None:
    with loaded(served) as load:
        served.child.terminate()
        assert served.child.wait(timeout=30) == 0
    assert load.errors == []
    assert load.refused > 0
