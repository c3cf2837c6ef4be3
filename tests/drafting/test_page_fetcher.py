"""Pages for drafts: redirects across hosts are followed, and each hop is checked anew."""

from __future__ import annotations

import gzip
import socket
import threading
import time

import pytest
from hosting import hosting
from raw_server import answering, redirect, server

from widget.config import Settings
from widget.drafting.article import article_from_url
from widget.drafting.sources import fetch_document
from widget.net import page_fetcher
from widget.net.page_fetcher import FetchFailed, decode, loopback_origins
from widget.net.resolver import Resolver, resolve

pytestmark = pytest.mark.unit

PATIENCE = 60.0
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"
TEXT = b"<p>The ferry is a street that happens to float, and nobody pays for streets here."
LINK_LOCAL = "http://169.254.169.254/latest/meta-data"


def listing(*origins: str, articles: str = "publications") -> Settings:
    return Settings.model_validate(
        {
            "publications": [{"name": "Paper", "origins": list(origins)}],
            "drafting_articles": articles,
        }
    )


def never(host: str, port: int) -> list[str]:
    raise AssertionError(f"{host}:{port} was looked up")


def refusal(url: str, settings: Settings, resolver: Resolver = resolve) -> str:
    """Return why an article is not fetched; a source must not be, either."""
    with pytest.raises(FetchFailed) as caught:
        article_from_url(url, settings, deadline=time.monotonic() + PATIENCE, resolver=resolver)
    assert "secret" not in str(caught.value)
    return str(caught.value)


def problem(url: str, settings: Settings, resolver: Resolver = resolve) -> str:
    """Return why a source has no text."""
    deadline = time.monotonic() + PATIENCE
    document = fetch_document(url, settings, deadline=deadline, resolver=resolver)
    assert not document.text
    assert document.problem
    assert "secret" not in document.problem
    return document.problem


# Whose articles


def test_an_article_of_a_publication_is_fetched() -> None:
    with hosting() as site:
        path = site.add(TEXT.decode())
        deadline = time.monotonic() + PATIENCE
        article = article_from_url(site.origin + path, listing(site.origin), deadline=deadline)
    assert article.text.startswith("The ferry is a street")
    assert article.url == site.origin + path


@pytest.mark.parametrize("origins", [(), ("https://paper.example",)])
def test_other_articles_are_not_even_looked_up(origins: tuple[str, ...]) -> None:
    for url in ("https://evil.example/?secret", LINK_LOCAL, "http://127.0.0.1:1/"):
        message = refusal(url, listing(*origins), never)
        assert "is not among the origins of a publication" in message
        assert 'drafting_articles = "any"' in message


def test_with_any_every_public_host_is_fetched_and_no_other() -> None:
    settings = listing(articles="any")
    requested = []

    def private(host: str, _port: int) -> list[str]:
        requested.append(host)
        return ["10.0.0.7"]

    assert "public internet" in refusal("https://elsewhere.example/?secret", settings, private)
    assert requested == ["elsewhere.example"]
    with hosting() as site:
        path = site.add(TEXT.decode())
        for origin in (site.origin, site.unlisted):
            assert "public internet" in refusal(origin + path, settings)


# Sources


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/?secret",
        "http://localhost/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://0.0.0.0/",
        "http://10.0.0.7/",
        "http://192.168.0.1/",
        "http://100.64.0.1/",
        "http://[fd00::1]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[2002:7f00:1::]/",
        LINK_LOCAL,
    ],
)
def test_a_source_at_an_address_inside_is_not_requested(url: str) -> None:
    assert "is not in the public internet" in problem(url, listing("https://paper.example"))


@pytest.mark.parametrize(
    "url",
    [
        "http://0x7f.1/",
        "http://127.1/",
        "http://2130706433/",
        "https://user:secret@paper.example/",
        "https://paper.example\\@evil.example/",
        "file:///etc/passwd",
        "gopher://paper.example/",
        "//paper.example/",
        "a5612f0f",
    ],
)
def test_a_source_with_an_invalid_address_is_not_even_looked_up(url: str) -> None:
    assert "The source's address" in problem(url, listing(), never)


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "10.1.2.3", "::1", "fd00::1"])
def test_a_public_name_that_resolves_to_an_address_inside_is_refused(address: str) -> None:
    with hosting() as site:
        port = site.origin.rpartition(":")[2]
        url = f"http://public.example:{port}{site.add(TEXT.decode())}"
        for answers in ([address], ["93.184.215.14", address]):
            found = problem(url, listing(site.origin), lambda *_, a=answers: a)
            assert "public.example is not in the public internet" in found


def test_loopback_is_a_source_only_where_exactly_its_origin_is_listed() -> None:
    with hosting() as site:
        path = site.add(TEXT.decode())
        deadline = time.monotonic() + PATIENCE
        document = fetch_document(site.origin + path, listing(site.origin), deadline=deadline)
        assert document.text.startswith("The ferry is a street")
        assert "public internet" in problem(site.unlisted + path, listing(site.origin))
        other = f"http://localhost:{int(site.origin.rpartition(':')[2]) + 1}"
        assert "public internet" in problem(site.origin + path, listing(other))


def test_a_listed_loopback_origin_stays_on_loopback() -> None:
    origin = "http://localhost:8000"
    assert "public" in refusal(origin, listing(origin), lambda *_: ["93.184.215.14"])


def test_only_loopback_origins_count_as_such() -> None:
    origins = ["http://localhost:1", "http://127.0.0.1", "http://[::1]:2", "https://a.example"]
    assert loopback_origins([*origins, "http://127.0.0.2"]) == frozenset(origins[:3])


# Redirects


def test_a_redirect_to_another_host_is_followed_where_that_is_allowed() -> None:
    with (
        server(answering(OK, TEXT)) as there,
        server(answering(redirect(f"http://127.0.0.1:{there}/page"))) as here,
    ):
        origins = (f"http://localhost:{here}", f"http://127.0.0.1:{there}")
        deadline = time.monotonic() + PATIENCE
        article = article_from_url(f"{origins[0]}/", listing(*origins), deadline=deadline)
        document = fetch_document(f"{origins[0]}/", listing(*origins), deadline=deadline)
    assert article.url == f"{origins[1]}/page"
    assert document.url == f"{origins[1]}/page"
    assert document.text == article.text != ""


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "to",
    [
        LINK_LOCAL,
        "//169.254.169.254/latest/",
        "http://[fe80::1]/",
        "http://10.0.0.7/",
        "http://0.0.0.0:{other}/",
        "http://127.0.0.1:{other}/",
        "http://localhost:{other}/",
    ],
)
def test_a_redirect_to_an_address_inside_is_refused(status: int, to: str) -> None:
    requests = []

    def inside(connection: socket.socket) -> None:
        requests.append(connection.recv(65_536))
        connection.sendall(OK + TEXT)

    with server(inside) as other:
        sent = redirect(to.format(other=other)).replace(b"302 Found", f"{status} Go".encode())
        with server(answering(sent)) as port:
            origin = f"http://localhost:{port}"
            assert "is not in the public internet" in problem(f"{origin}/?secret", listing(origin))
            message = refusal(f"{origin}/?secret", listing(origin))
            assert "is not among the origins" in message
            anyone = listing(origin, articles="any")
            assert "is not in the public internet" in refusal(f"{origin}/?secret", anyone)
    assert requests == []


@pytest.mark.parametrize(
    "to",
    ["file:///etc/passwd", "http://user:secret@localhost/", "http://[", "data:,"],
)
def test_a_redirect_to_what_is_no_web_address_is_not_followed(to: str) -> None:
    with server(answering(redirect(to))) as port:
        origin = f"http://localhost:{port}"
        assert "leads on to another place" in problem(f"{origin}/", listing(origin))


def test_a_redirect_from_elsewhere_does_not_reach_a_listed_loopback_origin() -> None:
    """Else any page on the web could have the newspaper's own server asked."""
    requests = []

    def inside(connection: socket.socket) -> None:
        requests.append(connection.recv(65_536))
        connection.sendall(OK + TEXT)

    with server(inside) as port:
        listed = f"http://localhost:{port}"
        rules = page_fetcher.Rules(
            refusal=lambda _: "",
            redirect_refusal=lambda *_: "",
            loopback_origins=frozenset({listed}),
            user_agent="test",
        )
        with pytest.raises(FetchFailed) as caught:
            page_fetcher._redirect_target("https://evil.example/", f"{listed}/", rules)
        assert caught.value.reason == "private"
        assert page_fetcher._redirect_target(f"{listed}/a", "/b", rules) == f"{listed}/b"
    assert requests == []


def test_a_name_is_resolved_once_for_each_host_and_every_hop_is_checked() -> None:
    requested: list[str] = []

    def talk(connection: socket.socket) -> None:
        path = connection.recv(65_536).split()[1]
        connection.sendall(OK + TEXT if path == b"/2" else redirect(f"/{int(path[1:]) + 1}"))

    def rebinding(host: str, _port: int) -> list[str]:
        requested.append(host)
        return ["127.0.0.1"] if len(requested) == 1 else ["169.254.169.254"]

    with server(talk) as port:
        origin = f"http://localhost:{port}"
        deadline = time.monotonic() + PATIENCE
        document = fetch_document(
            f"{origin}/0", listing(origin), deadline=deadline, resolver=rebinding
        )
    assert document.url == f"{origin}/2"
    assert requested == ["localhost"]


def test_redirects_in_a_circle_end() -> None:
    with server(answering(redirect("/"))) as port:
        origin = f"http://localhost:{port}"
        assert "leads on more than 3 times" in problem(f"{origin}/", listing(origin))


# What comes back


def test_the_deadline_holds_for_all_hops_together() -> None:
    over = threading.Event()

    def slow(connection: socket.socket) -> None:
        connection.recv(65_536)
        while not over.wait(0.02):
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")

    with server(slow) as port:
        origin = f"http://localhost:{port}"
        document = fetch_document(f"{origin}/", listing(origin), deadline=time.monotonic() + 0.5)
        assert document.problem == "The page did not come in time."
        with pytest.raises(TimeoutError):
            article_from_url(f"{origin}/", listing(origin), deadline=time.monotonic() + 0.5)
        over.set()


@pytest.mark.parametrize(
    ("answer", "output"),
    [
        (b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n" + TEXT, "answered 404"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n%PDF", "application/pdf"),
        (OK.replace(b"Connection", b"Content-Encoding: br\r\nConnection") + b"x", "coding br"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9999999\r\n\r\nx", "2 MB"),
        (OK + b"<p hidden>Only hidden text stands here, and nothing else.", "No text"),
        (OK, "No text"),
        (b"SSH-2.0-OpenSSH_9.9\r\n", "did not answer as a web server should"),
    ],
)  # fmt: skip
def test_a_source_that_cannot_be_read_says_why(answer: bytes, output: str) -> None:
    with server(answering(answer)) as port:
        origin = f"http://localhost:{port}"
        assert output in problem(f"{origin}/?secret", listing(origin))


def test_plain_text_is_a_source_as_well() -> None:
    sent = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n<p> one\n\n two"
    )
    with server(answering(sent)) as port:
        origin = f"http://localhost:{port}"
        document = fetch_document(
            f"{origin}/", listing(origin), deadline=time.monotonic() + PATIENCE
        )
    assert document.text == "<p> one\ntwo"


def test_a_compressed_page_is_read() -> None:
    head = OK.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
    with server(answering(head, gzip.compress(TEXT))) as port:
        origin = f"http://localhost:{port}"
        deadline = time.monotonic() + PATIENCE
        assert fetch_document(f"{origin}/", listing(origin), deadline=deadline).text


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        ("ü".encode(), ""),
        ("ü".encode(), "nonsense"),
        (b"\xef\xbb\xbf" + "ü".encode(), "iso-8859-1"),
        ("ü".encode("latin-1"), "ISO-8859-1"),
        ('<meta charset="iso-8859-1">ü'.encode("latin-1"), ""),
        ('<meta http-equiv=x content="text/html; charset=windows-1252">ü'.encode("cp1252"), ""),
        ('<meta charset="utf-7">ü'.encode(), ""),
        # What names none is what it looks like.
        ("„Fähren“ für alle: ü".encode("cp1252"), ""),
        ("Fähren für alle ".encode() + b"\x80" + "ü".encode(), ""),
    ],
)
def test_the_charset_is_the_header_s_or_the_page_s_own(body: bytes, charset: str) -> None:
    assert decode(body, charset).endswith("ü")
