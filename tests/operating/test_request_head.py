"""Reading heads at once: whatever is read means what the server's own parser says it means."""

from __future__ import annotations

from itertools import product

import pytest
from gunicorn_parser import by_the_server
from hypothesis import example, given
from hypothesis import strategies as st

from widget.http.proxies import Forwarding
from widget.http.response_cache import request_key
from widget.server.request_head import LONGEST, RequestHeadParser

pytestmark = pytest.mark.unit

HOST = b"Host: panels.example\r\n"
CHROMIUM = (
    b"GET /panel/ferry-fares?theme=dark&open=ideas,sources HTTP/1.1\r\n"
    b"Host: panels.example\r\nConnection: keep-alive\r\n"
    b'sec-ch-ua: "Chromium";v="156"\r\nUpgrade-Insecure-Requests: 1\r\n'
    b"User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: text/html,*/*;q=0.8\r\n"
    b"Sec-Fetch-Dest: iframe\r\nReferer: https://paper.example/opinion/a?b=c\r\n"
    b"Accept-Encoding: gzip, deflate, br, zstd\r\nCookie: consent=1\r\n\r\n"
)


# Parts of heads, mostly right, at times wrong or on the edge.
GOOD = [b"GET / HTTP/1.1", b"GET /panel/a?b=c HTTP/1.1", b"HEAD /panel/a HTTP/1.1"]
GOOD += [b"GET /panel/a HTTP/1.0"]
LINES = st.sampled_from(
    [
        *(GOOD * 10),
        *(b"GET /a%20b HTTP/1.1", b"GET http://x/a HTTP/1.1", b"GET //a HTTP/1.1"),
        *(b"get / HTTP/1.1", b"GET / HTTP/0.9", b"GET  / HTTP/1.1", b"POST / HTTP/1.1", b""),
        *(b"GET /\xe9 HTTP/1.1", b"GET /a#b HTTP/1.1", b"GET /?a b HTTP/1.1", b"GET / HTTP/2"),
        *(b"GET /../a HTTP/1.1", b"GET /?%zz HTTP/1.1", b"CONNECT a:1 HTTP/1.1"),
    ]
)
NAMES = st.sampled_from(
    b"Host host Accept-Encoding ORIGIN If-None-Match referer Sec-Fetch-Dest Cookie Accept"
    b" User-Agent X-Forwarded-For X-Forwarded-Proto Forwarded Script-Name Range Via TE"
    b" If-Match If-Modified-Since Connection Content-Length Transfer-Encoding Expect Upgrade"
    b" SCRIPT_NAME Accept_Encoding".split()
)
VALUES = st.one_of(
    st.sampled_from(
        [
            *(b"panels.example", b"br", b"gzip, br;q=0.5", b"https://paper.example", b"null", b""),
            *(b'"abc"', b'W/"abc"', b"*", b"iframe", b"keep-alive", b"close", b"Keep-Alive, TE"),
            *(b"0", b"5", b"chunked", b"100-continue", b"websocket", b"https", b"/mount", b"a\tb"),
        ]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=8).map(
        lambda text: text.encode("latin-1")
    ),
    st.sampled_from([b"a\nb", b"a\rb", b"\0", b"\x7f", b"\x01"]),
)
SPACES = st.sampled_from([b" ", b" ", b"", b"  ", b"\t", b" \t "])
COLONS = st.sampled_from([b":"] * 30 + [b" :", b""])
ENDS = st.sampled_from([b"\r\n"] * 60 + [b"\n", b"\r", b"\r\n ", b"\0\r\n"])
FIELDS = st.tuples(NAMES, COLONS, SPACES, VALUES, SPACES, ENDS)
HEADS = st.builds(
    lambda line, end, host, fields, last: b"".join([line, end, host, *map(b"".join, fields), last]),
    LINES,
    ENDS,
    st.sampled_from([HOST, HOST, HOST, b""]),
    st.lists(FIELDS, max_size=5, unique_by=lambda field: field[0].lower()),
    st.sampled_from([b"\r\n"] * 20 + [b"", b"\n", b"\r\nGET / HTTP/1.1\r\n\r\n"]),
)


@given(HEADS)
@example(CHROMIUM)
@example(CHROMIUM.replace(b"GET", b"HEAD"))
@example(b"GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n")
@example(b"GET / HTTP/1.1\r\nHost: a \t\r\nOrigin:\t https://paper.example \r\n\r\n")
@example(b"GET / HTTP/1.1\r\nHost: a\r\nIf-None-Match:\r\nOrigin: \r\n\r\n")
@example(b"GET / HTTP/1.1\r\nHost: a\r\nCookie: a\r\nCookie: b\r\n\r\n")
@example(b"GET / HTTP/1.1\r\nHost: a\r\n\r\nCookie: a\r\n")
@example(b"GET / HTTP/1.1\r\nHost: a\r\n\r\nCookie: a\r\n\r\n")
@example(b"\r\nCookie: a\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
@example(b"Cookie: a\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
@example(b"GET / HTTP/1.1\r\nHost: a\r\nCookie: a\rb\r\n\r\n")
@example(b"GET / HTTP/1.1\r\nHost: a\r\nCookie: a\nTransfer-Encoding: chunked\r\n\r\n")
@example(b"GET / HTTP/1.1\r\nHost: a\r\nCookie: a\r\n b\r\n\r\n")
@example(b"GET / HTTP/1.1\r\nHost: a\r\nCookie: a\x00\r\n\r\n")
@example(b"GET / HTTP/1.1\r\nCookie: a\r\n\r\n")
@example(b"GET / HTTP/1.1\r\nHost: a\r\n Cookie: a\r\n\r\n")
@example(b"GET / HTTP/1.1\r\nHost: a\r\nX-Cookie: a\r\n\r\n")
def test_what_is_read_means_what_the_server_understands(data: bytes) -> None:
    heads = RequestHeadParser()
    head = heads.read(data)
    for _ in range(3):  # in parts, and whole, that are remembered
        assert heads.read(data) == head
    if head:
        understood = by_the_server(data)
        assert understood is not None
        environ, left = understood
        assert request_key(environ) == head.request_key
        asked_for = str(environ.get("HTTP_CONNECTION", "")).lower()
        assert head.close_after == (
            asked_for == "close" or environ["SERVER_PROTOCOL"] == "HTTP/1.0"
        )
        assert left == b""


def test_a_browsers_request_is_read() -> None:
    head = RequestHeadParser().read(CHROMIUM)
    assert head
    requested, close_after = head
    assert requested.key == (
        *("/panel/ferry-fares", "theme=dark&open=ideas,sources", "br", None),
        *("panels.example", "http", "", "https://paper.example"),
    )
    assert (requested.head, requested.etag, close_after) == (False, None, False)


def test_a_proxys_old_request_is_read_and_is_the_last_of_its_connection() -> None:
    """As nginx asks where nobody set ``proxy_http_version``."""
    head = RequestHeadParser().read(
        b"GET /embed.js HTTP/1.0\r\n" + HOST + b"Connection: close\r\n\r\n"
    )
    assert head
    assert (head.request_key.key[0], head.close_after) == ("/embed.js", True)
    head = RequestHeadParser().read(b"GET /embed.js HTTP/1.0\r\n" + HOST + b"\r\n")
    assert head
    assert head.close_after


@pytest.mark.parametrize(
    "data",
    [
        b"POST / HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET / HTTP/1.2\r\n" + HOST + b"\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST,
        b"GET / HTTP/1.1\r\n" + HOST + b"\r\nGET",
        b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"X: \x00\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"X: a\nTransfer-Encoding: chunked\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"Content_Length: 5\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"Accept: a\r\n b\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * LONGEST + b"\r\n\r\n",
    ],
)
def test_what_is_not_plain_is_left_to_the_server(data: bytes) -> None:
    assert RequestHeadParser().read(data) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *product(["Content-Length", "content-length", "CONTENT-LENGTH"], ["0", "5"]),
        *(("Transfer-Encoding", "chunked"), ("Expect", "100-continue"), ("Upgrade", "h2c")),
        *(("Connection", "Upgrade"), ("Connection", "close, TE"), ("If-Match", "*")),
    ],
)
def test_what_asks_for_more_is_left_to_the_server(name: str, value: str) -> None:
    field = f"{name}: {value}\r\n".encode()
    assert RequestHeadParser().read(b"GET / HTTP/1.1\r\n" + HOST + field + b"\r\n") is None


@pytest.mark.parametrize("forwarding", [Forwarding(), Forwarding(["127.0.0.1"])])
def test_what_tells_who_asks_is_not_remembered(forwarding: Forwarding) -> None:
    heads = RequestHeadParser(forwarding)
    cookies = (b"Cookie: session=secret", b"COOKIE: session=secret", b"Cookie:\tsession=secret")
    private = (b"X-Forwarded-For: 192.0.2.7", b"Referer: https://a/b?secret")
    for field in (*cookies, b"Cookie: secret\xe9", *private):
        for others in (b"", b"Accept: */*\r\n", b"Accept: */*\r\nX-Unknown: secret\r\n"):
            for _ in range(3):
                assert heads.read(
                    b"GET / HTTP/1.1\r\n" + HOST + others + field + b"\r\n\r\n", "127.0.0.1"
                )
    public = b"GET / HTTP/1.1\r\n" + HOST + b"Referer: https://paper.example/\r\n\r\n"
    for _ in range(3):
        heads.read(public)
    assert public in heads._heads
    remembered = repr((heads._heads, heads._layouts))
    assert "secret" not in remembered
    assert "192.0.2.7" not in remembered


def test_a_head_that_never_returns_is_not_remembered() -> None:
    heads = RequestHeadParser()
    usual = b"GET / HTTP/1.1\r\n" + HOST + b"\r\n"
    for _ in range(2):
        heads.read(usual)
    for number in range(3_000):
        heads.read(b"GET / HTTP/1.1\r\n" + HOST + b"User-Agent: %d\r\n\r\n" % number)
    assert [it for it in heads._heads if isinstance(it, bytes)] == [usual]


def test_a_head_is_recognized_whatever_its_cookie() -> None:
    heads = RequestHeadParser()
    for _ in range(3):  # the second time it is remembered
        wanted = heads.read(CHROMIUM.replace(b"/opinion/a?b=c", b"/"))
    for cookie in (b"reader=1", b"", b'a="b, c"; d=%20'):
        for line in (b"Cookie: %b\r\n", b"cookie: %b\r\n", b""):
            data = CHROMIUM.replace(b"/opinion/a?b=c", b"/")
            other = data.replace(b"Cookie: consent=1\r\n", line and line % cookie)
            assert heads.read(other) is wanted


def test_only_so_much_is_remembered() -> None:
    heads = RequestHeadParser()
    for number in range(10_000):
        lines = b"User-Agent: %d\r\nX-%d: a\r\nOrigin: https://%d.example\r\n" % ((number,) * 3)
        for line in (lines, lines.replace(b"X-", b"")):
            for _ in range(2):
                assert heads.read(b"GET / HTTP/1.1\r\n" + HOST + line + b"\r\n")
    assert len(heads._heads) <= 2048
    assert len(heads._read_once) <= 2048
    assert len(heads._layouts) <= 2048
    for name in (b"Accept", b"Origin", b"a" * 2000):
        assert heads.read(b"GET / HTTP/1.1\r\n" + HOST + name + b": " + b"a" * 2000 + b"\r\n\r\n")
    for key in [*heads._heads, *heads._layouts]:
        assert len(str(key)) < 1024 + 100


def test_the_same_value_in_another_field_is_another_head() -> None:
    heads = RequestHeadParser()
    value = b"https://paper.example/"
    keys = set()
    for name in (b"Origin", b"Referer", b"If-None-Match", b"X-Other"):
        for rest in (b"\r\n", b"\r\nX-Any: 1\r\nSec-Fetch-Dest: iframe\r\n"):
            data = b"GET / HTTP/1.1\r\n" + HOST + name + b": " + value + rest + b"\r\n"
            head = heads.read(data)
            assert head
            understood = by_the_server(data)
            assert understood
            assert head.request_key == request_key(understood[0])
            keys.add(head.request_key)
    assert len(keys) == 4  # a Referer counts in a frame only


def test_a_head_is_read_alike_whatever_was_read_before() -> None:
    """One llhttp reads the heads of all connections: none may leave anything to the next."""
    heads = RequestHeadParser()
    plain = b"GET /panel/a HTTP/1.1\r\n" + HOST + b"\r\n"
    wanted = RequestHeadParser().read(plain + b"")
    others = [
        b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: 99\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"Connection: upgrade\r\nUpgrade: websocket\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"\r\nGET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"\r\nG\r\n\r\n",
        b"GET / HTTP/1.0\r\n" + HOST + b"\r\n",
        b"CONNECT a:1 HTTP/1.1\r\n" + HOST + b"\r\n",
        b"PRI * HTTP/2.0\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"\r\n\r\n",
    ]
    for other in others:
        heads.read(other)
        fresh = plain.replace(b"\r\n\r\n", b"\r\nX-Of: %d\r\n\r\n" % others.index(other))
        assert heads.read(fresh) == wanted, other


def test_a_time_decides_only_where_there_is_no_etag() -> None:
    """No cached response is confirmed by a time: Flask compares it (RFC 9110, section 13.1.3)."""
    parser, line = RequestHeadParser(), b"GET /corrections HTTP/1.1\r\n"
    time = b"If-Modified-Since: Mon, 30 Nov 2026 03:53:22 GMT\r\n"
    assert parser.read(line + HOST + time + b"\r\n") is None
    both = parser.read(line + HOST + time + b'If-None-Match: "abc"\r\n\r\n')
    assert both
    assert both.request_key.etag == '"abc"'
