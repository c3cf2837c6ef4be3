"""What the doctor fetches, and what it does not let itself be used for."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator

import pytest
from hosting import Host, hosting
from raw_server import answering, redirect, server

from widget.config import Settings
from widget.doctor import CannotFetch, fetch
from widget.net.addresses import is_public
from widget.net.page_fetcher import MAX_BYTES

pytestmark = pytest.mark.unit

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@pytest.fixture
def site() -> Iterator[Host]:
    with hosting() as started:
        yield started


def listing(*origins: str) -> Settings:
    return Settings.model_validate({"publications": [{"name": "Paper", "origins": list(origins)}]})


def refusal(url: str, settings: Settings, **options: object) -> str:
    with pytest.raises(CannotFetch) as caught:
        fetch(url, settings, **options)  # type: ignore[arg-type]  # a test's own
    assert "secret" not in str(caught.value), "an address's query is nobody's business"
    return str(caught.value)


def never(host: str, port: int) -> list[str]:
    raise AssertionError(f"{host}:{port} was looked up")


def test_a_page_of_a_listed_origin(site: Host) -> None:
    path = site.add("<p>Grüße</p>", {"X-One": "1"})
    fetched = fetch(site.origin + path, listing(site.origin))
    assert fetched.html == "<p>Grüße</p>"
    assert ("X-One", "1") in fetched.headers


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/?secret",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.7/",
        "http://[::ffff:127.0.0.1]/",
        "https://paper.example:8443/",
        "http://paper.example/",
        "https://www.paper.example/",
        "https://paper.example.evil.example/",
        "https://paper.example@evil.example/",
        "https://user:secret@paper.example/",
        "https://paper.example\\@evil.example/",
        "file:///etc/passwd",
        "gopher://paper.example/",
        "//paper.example/",
        "https://",
        "https://0x7f.1/",
    ],
)
def test_what_no_publication_lists_is_not_even_looked_up(url: str) -> None:
    refusal(url, listing("https://paper.example"), resolver=never)


def test_without_a_listed_origin_nothing_is_fetched_not_even_from_loopback(site: Host) -> None:
    message = refusal(site.origin + site.add("x"), Settings())
    assert "is not among the origins" in message


PRIVATE = [
    "0.0.0.0",  # noqa: S104  # nothing is bound
    "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1",
    "169.254.169.254", "192.0.0.8", "198.18.0.1", "224.0.1.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fe80::1%1", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::", "2002:a00:1::1", "::127.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_inside_is_not_asked(address: str) -> None:
    assert not is_public(address)
    origin = "https://paper.example"
    for answers in ([address], ["93.184.215.14", address], [address, "2606:4700::1111"]):
        message = refusal(f"{origin}/?secret", listing(origin), resolver=lambda *_, a=answers: a)
        assert "is not in the public internet" in message


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:4700::1111", "::ffff:93.184.215.14", "64:ff9b::5db8:d70e"]
)
def test_an_address_of_the_public_internet_is_one(address: str) -> None:
    assert is_public(address)


def test_a_listed_loopback_origin_stays_on_loopback(site: Host) -> None:
    url = site.origin + site.add("x")
    assert "public" in refusal(url, listing(site.origin), resolver=lambda *_: ["93.184.215.14"])


def test_the_connection_goes_to_the_address_that_was_looked_at() -> None:
    requested = []

    def rebinding(host: str, port: int) -> list[str]:
        requested.append((host, port))
        return ["127.0.0.2"] if len(requested) == 1 else ["127.0.0.1"]

    heard: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        heard.append(connection.recv(65_536))
        connection.sendall(OK + b"Content-Length: 2\r\n\r\nhi")

    with server(talk, "127.0.0.2") as port:
        fetched = fetch(
            f"http://localhost:{port}/a?b=c",
            listing(f"http://localhost:{port}"),
            resolver=rebinding,
        )
    assert fetched.html == "hi"
    assert requested == [("localhost", port)]
    assert heard[0].startswith(b"GET /a?b=c HTTP/1.1\r\n")
    assert f"Host: localhost:{port}\r\n".encode() in heard[0]
    assert b"Cookie" not in heard[0]
    assert b"Authorization" not in heard[0]


def test_the_host_s_name_goes_into_the_handshake() -> None:
    heard: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        heard.append(connection.recv(65_536))
        connection.sendall(b"no TLS here at all\r\n")

    with server(talk) as port:
        origin = f"https://localhost:{port}"
        message = refusal(origin + "/?secret", listing(origin), resolver=lambda *_: ["127.0.0.1"])
    assert b"localhost" in heard[0]
    assert "did not answer as a web server should" in message


def test_the_next_address_is_tried_where_one_refuses() -> None:
    with server(answering(OK + b"Content-Length: 2\r\n\r\nhi")) as port:
        origin = f"http://localhost:{port}"
        answers = ["127.0.0.3", "127.0.0.1"]
        assert fetch(f"{origin}/", listing(origin), resolver=lambda *_: answers).html == "hi"


# Redirects


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example/?secret",
        "//evil.example/",
        "http://169.254.169.254/",
        "http://127.0.0.1:1/",
        "file:///etc/passwd",
        "http://user:secret@localhost/",
        "http://[",
        "javascript:alert(1)",
    ],
)
def test_a_redirect_off_the_origin_is_not_followed(to: str) -> None:
    with server(answering(redirect(to))) as port:
        origin = f"http://localhost:{port}"
        assert "does not follow" in refusal(f"{origin}/", listing(origin))


def test_a_redirect_within_the_origin_is_followed_three_times() -> None:
    def talk(connection: socket.socket) -> None:
        left = int(connection.recv(65_536).split()[1].strip(b"/"))
        page = OK + b"Content-Length: 2\r\n\r\nhi"
        connection.sendall(redirect(f"/{left - 1}") if left else page)

    with server(talk) as port:
        origin = f"http://localhost:{port}"
        assert fetch(f"{origin}/3", listing(origin)).url == f"{origin}/0"
        assert "more than 3 times" in refusal(f"{origin}/4", listing(origin))


# Too much, too slow, something else


def test_a_page_that_says_it_is_huge() -> None:
    with server(answering(OK + b"Content-Length: 3221225472\r\n\r\n" + b"x" * 1000)) as port:
        origin = f"http://localhost:{port}"
        assert "larger than 2 MB" in refusal(f"{origin}/", listing(origin))


@pytest.mark.parametrize("chunked", [True, False])
def test_a_page_that_does_not_say_it_is_huge(chunked: bool) -> None:
    sent = 0

    def talk(connection: socket.socket) -> None:
        nonlocal sent
        connection.recv(65_536)
        connection.sendall(OK + (b"Transfer-Encoding: chunked\r\n\r\n" if chunked else b"\r\n"))
        part = b"x" * 65_536
        for _ in range(2000):
            connection.sendall(b"10000\r\n" + part + b"\r\n" if chunked else part)
            sent += len(part)

    with server(talk) as port:
        origin = f"http://localhost:{port}"
        assert "larger than 2 MB" in refusal(f"{origin}/", listing(origin))
    assert sent < 20 * MAX_BYTES


def test_a_compressed_page_and_a_bomb() -> None:
    coded = OK + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n"
    with server(answering(coded, gzip.compress(b"<p>hi"))) as port:
        origin = f"http://localhost:{port}"
        assert fetch(f"{origin}/", listing(origin)).html == "<p>hi"
    bomb = gzip.compress(b"\0" * 50_000_000, 9)
    assert len(bomb) < 50_000
    with server(answering(coded, bomb)) as port:
        origin = f"http://localhost:{port}"
        tracemalloc.start()
        assert "larger than 2 MB" in refusal(f"{origin}/", listing(origin))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 8 * MAX_BYTES, "it is never unpacked as a whole"
    with server(answering(coded, b"this is no gzip")) as port:
        origin = f"http://localhost:{port}"
        assert "did not answer as" in refusal(f"{origin}/", listing(origin))


TRICKLES = {
    "in the headers": (b"HTTP/1.1 200 OK\r\n", b"X-Y: z\r\n"),
    "of one header": (b"HTTP/1.1 200 OK\r\nX-Y: ", b"z"),
    "in the body": (OK + b"Content-Length: 1000000\r\n\r\n", b"z"),
    "of chunks": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nz\r\n"),
    "of provisional answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "of nothing": (b"", b""),
}


@pytest.mark.parametrize(("first", "drop"), TRICKLES.values(), ids=TRICKLES)
def test_an_endless_trickle_ends_with_the_time(first: bytes, drop: bytes) -> None:
    over = threading.Event()

    def talk(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(first)
        while not over.wait(0.02):
            connection.sendall(drop)

    with server(talk) as port:
        origin = f"http://localhost:{port}"
        began = time.monotonic()
        message = refusal(f"{origin}/?secret", listing(origin), seconds=0.5)
        took = time.monotonic() - began
        over.set()
    assert "did not come within 0.5 seconds" in message
    assert took < 3


def test_a_name_that_is_looked_up_for_ever_ends_with_the_time() -> None:
    over = threading.Event()

    def slow(host: str, port: int) -> list[str]:
        over.wait(30)
        return [host, str(port)]

    origin = "https://paper.example"
    message = refusal(origin, listing(origin), resolver=slow, seconds=0.2)
    over.set()
    assert "did not come within" in message


def test_a_name_that_is_not_there() -> None:
    def nowhere(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, f"{host}:{port}")

    message = refusal("https://paper.example/", listing("https://paper.example"), resolver=nowhere)
    assert message == "The host paper.example is not to be found."


@pytest.mark.parametrize(
    ("answer", "output"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n%PDF", "application/pdf"),
        (b"HTTP/1.1 200 OK\r\n\r\n<p>", "no HTML page"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n", "answered 404"),
        (b"HTTP/1.1 401 Sign in\r\nContent-Type: text/html\r\n\r\n", "answered 401"),
        (OK + b"Content-Encoding: br\r\n\r\nx", "the coding br"),
        (b"SSH-2.0-OpenSSH_9.9\r\n", "did not answer as a web server should"),
        (b"", "did not answer as a web server should"),
    ],
)
def test_what_is_no_page_is_named(answer: bytes, output: str) -> None:
    with server(answering(answer)) as port:
        origin = f"http://localhost:{port}"
        assert output in refusal(f"{origin}/?secret", listing(origin))


def test_nobody_there() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        origin = f"http://localhost:{probe.getsockname()[1]}"
        assert "Connection refused" in refusal(origin, listing(origin))


@pytest.mark.parametrize("charset", ["hex", "idna", "unicode_escape", "nonsense", "utf-7"])
def test_a_charset_that_is_none_counts_as_utf_8(charset: str) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset={charset}\r\n\r\n"
    with server(answering(head.encode() + "ü".encode())) as port:
        origin = f"http://localhost:{port}"
        assert fetch(origin, listing(origin)).html == "ü"
