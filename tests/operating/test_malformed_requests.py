"""What is no HTTP is refused in a word, and nothing that follows it is taken for a request."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest
from malformed_requests import HOST, MALFORMED, WELL_FORMED, Malformed
from operating_support import Served, serving
from raw_http import Connect, Connection, get

from widget.http import security_headers


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("malformed"), {}, workers=1) as it:
        yield it


@pytest.fixture
def connection(connect: Connect, served: Served) -> Connection:
    return connect(int(served.host.partition(":")[2]))


def everything(connection: Connection) -> bytes:
    """Read to the end that the server makes."""
    text = b""
    with suppress(ConnectionResetError):
        while data := connection.socket.recv(65536):
            text += data
    return text


@pytest.mark.unit
def test_the_table_is_long_and_says_nothing_twice() -> None:
    assert len(MALFORMED) >= 150
    for part in ("name", "sent"):
        values = [getattr(it, part) for it in MALFORMED]
        assert len(set(values)) == len(values), {it for it in values if values.count(it) > 1}


@pytest.mark.process
@pytest.mark.parametrize("case", MALFORMED, ids=lambda it: it.name)
def test_each_is_answered_as_it_deserves(
    connection: Connection, served: Served, case: Malformed
) -> None:
    before = len(served.logged())
    connection.send(case.sent)
    if case.closes:
        connection.socket.shutdown(socket.SHUT_WR)
        text = everything(connection)
        assert text.startswith(f"HTTP/1.1 {case.status} ".encode())
        assert text.count(b"HTTP/1.1 ") == 1  # what follows is nobody's request
        for name, value in security_headers.OF_ERRORS.items():
            assert f"\r\n{name}: {value}\r\n".encode() in text
        assert b"\r\nConnection: close\r\n" in text
        assert b"\r\nDate: " in text
    else:
        assert connection.answer()[0] == case.status
        connection.send(get("/healthz"))
        assert connection.answer()[2] == b"ok\n"
    logged = served.logged()[before:]
    assert "Traceback" not in logged
    assert "smuggled" not in logged


@pytest.mark.process
@pytest.mark.parametrize("case", MALFORMED, ids=lambda it: it.name)
def test_each_is_answered_alike_however_it_is_cut(connection: Connection, case: Malformed) -> None:
    middle = len(case.sent) // 2
    with suppress(BrokenPipeError, ConnectionResetError):
        for part in (case.sent[:middle], case.sent[middle:-1], case.sent[-1:]):
            connection.send(part)
    assert connection.answer()[0] == case.status


@pytest.mark.process
def test_each_is_refused_where_its_path_is_prebuilt(connect: Connect, served: Served) -> None:
    """The loop's own reader of heads must take nothing that gunicorn's refuses."""
    port = int(served.host.partition(":")[2])
    usual = b"GET /panel/ferry-fares HTTP/1.1\r\n" + HOST + b"\r\n"
    for _ in range(2):
        connection = connect(port)
        connection.send(usual)
        assert connection.answer()[0] == 200
    for case in MALFORMED:
        sent = case.sent.replace(b"/healthz", b"/panel/ferry-fares")
        if case.closes and sent != case.sent:
            connection = connect(port)
            connection.send(sent)
            assert connection.answer()[0] == case.status, case.name
            connection.socket.close()


@pytest.mark.process
@pytest.mark.parametrize(
    ("sent", "status"),
    [(sent, status) for _, sent, status in WELL_FORMED],
    ids=[name for name, _, _ in WELL_FORMED],
)
def test_what_is_unusual_and_right_is_answered(
    connection: Connection, sent: bytes, status: int
) -> None:
    connection.send(sent)
    assert connection.answer()[0] == status
    connection.send(get("/healthz"))
    assert connection.answer()[2] == b"ok\n"


@pytest.mark.process
@pytest.mark.parametrize("path", ["/healthz", "/panel/ferry-fares"])
@pytest.mark.parametrize(
    "options", ["close", "Close", "TE, close", "keep-alive, close", "close, keep-alive"]
)
def test_a_connection_ends_where_any_option_says_so(
    connection: Connection, path: str, options: str
) -> None:
    """RFC 9112, section 9.6."""
    connection.send(get(path, f"Connection: {options}") + get("/smuggled"))
    assert everything(connection).count(b"HTTP/1.1 ") == 1


@pytest.mark.process
def test_the_host_in_the_absolute_form_counts(connection: Connection) -> None:
    """RFC 9112, section 3.2.2."""
    connection.send(
        b"GET http://other.example/panel/ferry-fares HTTP/1.1\r\nHost: insights.example\r\n\r\n"
    )
    status, _, body = connection.answer()
    assert status == 200
    assert b"http://other.example/panel/ferry-fares" in body
    assert b"insights.example/panel" not in body
