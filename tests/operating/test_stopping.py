"""Stopping and reloading fail no request, even under load, and always end."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, RemoteDisconnected
from pathlib import Path

import pytest
from operating_support import Served, serving
from running import answers, free_port, until

HERE = Path(__file__).parent


@contextmanager
def slow(
    name: str, folder: Path, seconds: float = 0, workers: int = 2
) -> Iterator[tuple[int, subprocess.Popen[bytes], Path]]:
    """Run an application of slow_app under our server: its port, its process, its sign."""
    began, port = folder / "began", free_port()
    environment = {
        **os.environ,
        "INSIGHTS_TEST_BEGAN": str(began),
        "INSIGHTS_TEST_SECONDS": str(seconds),
        "INSIGHTS_TEST_WORKERS": str(workers),
        "PYTHONPATH": os.pathsep.join([str(HERE), *sys.path]),
    }
    command = [sys.executable, str(HERE / "slow_app.py"), name, str(port)]
    child = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        yield port, child, began
    finally:
        if _group_runs(child.pid):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait(timeout=10)


def _group_runs(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_worker_that_is_told_to_stop_while_it_starts_does(tmp_path: Path) -> None:
    """granian's worker inherits a handler that does nothing, and would run on for ever."""
    with slow("late", tmp_path, seconds=20) as (_, child, began):
        until(began.exists)
        child.terminate()
        child.wait(timeout=15)
        until(lambda: not _group_runs(child.pid), 5)


def test_a_worker_that_takes_long_to_start_takes_over_when_it_can(tmp_path: Path) -> None:
    with slow("late", tmp_path, seconds=6, workers=1) as (port, child, _):
        answers(f"http://127.0.0.1:{port}/", child)
        children = Path(f"/proc/{child.pid}/task/{child.pid}/children")
        before = children.read_text().split()
        os.kill(child.pid, signal.SIGHUP)
        asked = unread = 0
        while set(before) & set(children.read_text().split()):
            connection = HTTPConnection("127.0.0.1", port, timeout=20)
            try:
                connection.request("GET", "/")
                assert connection.getresponse().read() == b"done\n"
            except (RemoteDisconnected, ConnectionResetError):
                unread += 1  # in the very moment in which the old one stopped: see Load
            finally:
                connection.close()
            asked += 1
            assert asked < 100_000
        assert asked > 50
        assert unread <= 1
        answers(f"http://127.0.0.1:{port}/", child)


def test_a_request_in_flight_is_answered_before_the_service_ends(tmp_path: Path) -> None:
    with slow("slow", tmp_path) as (port, child, began):
        answers(f"http://127.0.0.1:{port}/", child)
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", "/1.5")
        until(began.exists)
        child.terminate()
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b"done\n")
        connection.close()
        assert child.wait(timeout=10) == 0


# Under load


@dataclass
class Load:
    """What clients met: how many answers were whole, and what went wrong.

    ``unread`` requests were closed before anything came: the connection was accepted in the very
    moment in which a worker stopped, and hyper, on which granian stands, closes one that it has
    not read from. Nothing was done, and the client asks once more.
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
                connection.sendall(REQUEST)
            except ConnectionRefusedError:
                load.refused += 1
                time.sleep(0.01)
            else:
                opened.append(connection)
        for connection in opened:
            with connection:
                _read(connection, load)


def _read(connection: socket.socket, load: Load) -> None:
    said = b""
    try:
        while piece := connection.recv(65536):
            said += piece
    except OSError as error:
        if said:
            load.errors.append(repr(error))
            return
    if not said:
        load.unread += 1
        return
    head, _, body = said.partition(b"\r\n\r\n")
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
        until(lambda: load.whole > 300, 30)
        yield load
    finally:
        load.stopped.set()
        for thread in threads:
            thread.join(timeout=60)


def workers(served: Served) -> set[int]:
    children = Path(f"/proc/{served.child.pid}/task/{served.child.pid}/children")
    return {int(pid) for pid in children.read_text().split()}


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
        until(lambda: not before & workers(served) and len(workers(served)) == 2, 60)
        so_far = load.whole
        until(lambda: load.whole > so_far + 300, 30)
    assert load.errors == []
    assert load.refused == 0
    assert load.unread <= 5  # of thousands, and asked once more
    assert load.whole > whole + 600
    for _ in range(10):
        assert "Another" in served.get("/panel/harbor-curfew")[2]


def test_settings_that_are_wrong_are_not_reloaded(served: Served) -> None:
    before = workers(served)
    (served.data.parent / "insights.toml").write_text("prot = 1\n")
    os.kill(served.child.pid, signal.SIGHUP)
    until(lambda: "not reloaded, and all goes on as before: prot: is no setting" in served.logged())
    assert served.get("/panel/ferry-fares")[0] == 200
    assert workers(served) == before


def test_a_stop_under_load_cuts_no_answer_off(served: Served) -> None:
    with loaded(served) as load:
        served.child.terminate()
        assert served.child.wait(timeout=20) == 0
    assert load.errors == []
    assert load.refused > 0
