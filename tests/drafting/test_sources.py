"""Evidence from outside: files, addresses, and pages that are fetched together."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import count

import pytest
from hosting import hosting
from raw_server import server

from widget.config import Settings
from widget.drafting import sources
from widget.drafting.evidence import MAX_DOCUMENTS, MAX_TEXT, Document
from widget.drafting.extraction import ExtractionFailed
from widget.drafting.source_urls import foreign_url, without_tracking
from widget.drafting.sources import (
    document_from_text,
    merge,
    read_document,
    read_documents,
    read_evidence,
)
from widget.errors import Breach, InvalidRequest

pytestmark = pytest.mark.unit

PATIENCE = 60.0
STUDY = {
    "url": "https://transit.example/study",
    "title": "Fare study",
    "publisher": "Transit Board",
    "published": "2026-03-01",
    "type": "report",
    "text": "Fares cover a tenth\r\nof the cost.\n\nThe rest\u200b is taxes.",
}


def listing(*origins: str) -> Settings:
    return Settings.model_validate({"publications": [{"name": "Paper", "origins": list(origins)}]})


# Files


def lines(*items: object) -> bytes:
    return "\n".join(it if isinstance(it, str) else json.dumps(it) for it in items).encode()


@pytest.mark.parametrize(
    "data",
    [
        json.dumps([STUDY, {"url": "https://b.example/"}], indent=2).encode(),
        lines(STUDY, {"url": "https://b.example/"}),
        b"\xef\xbb\xbf" + lines("", STUDY, "", {"url": " https://b.example/ "}, ""),
        lines(STUDY, '{"url":"https://b.example/"}\r'),
    ],
)
def test_an_evidence_file_is_an_array_or_one_object_a_line(data: bytes) -> None:
    first, second = read_evidence(data)
    assert first.model_dump(mode="json") == {
        **STUDY,
        "text": "Fares cover a tenth\nof the cost.\nThe rest is taxes.",
        "origin": "editor",
        "problem": "",
        "cut": False,
    }
    assert (second.url, second.text, second.title) == ("https://b.example/", "", "")


def breaches(data: bytes) -> Sequence[Breach]:
    with pytest.raises(InvalidRequest) as caught:
        read_evidence(data)
    return caught.value.breaches


def test_every_problem_of_an_evidence_file_has_its_path_and_line() -> None:
    items = [
        STUDY,
        {"url": 7, "tittle": "x", "published": "yesterday", "type": "blog"},
        {"title": "neither address nor text"},
        "no object",
    ]
    paths = ["$[1].url", "$[1].published", "$[1].type", "$[1].tittle", "$[2]", "$[3]"]
    found = breaches(lines(*(json.dumps(it) for it in items)))
    assert [it.path for it in found] == paths
    assert [it.message.rpartition("(")[2] for it in found] == [
        *["line 2)"] * 4,
        "line 3)",
        "line 4)",
    ]
    indented = json.dumps(items, indent=1).encode()
    found = breaches(indented)
    assert [it.path for it in found] == paths
    written = indented.decode().split("\n")
    for breach, word in zip(found, ["url", "published", "type", "tittle"], strict=False):
        line = int(breach.message.rpartition("(line ")[2].removesuffix(")"))
        assert f'"{word}"' in written[line - 1]
    messages = " ".join(it.message for it in found)
    assert "is not a key of a document; the keys are url, title" in messages
    assert 'is not a date; write it like "2026-05-04"' in messages
    assert "needs url or text" in messages


@pytest.mark.parametrize(
    ("data", "path", "message"),
    [
        (lines(STUDY, "{broken"), "$[1]", "(line 2)"),
        (lines('{"url": "a", "url": "b"}'), "$[0].url", "duplicate"),
        (b"[{", "$", "is not JSON at line 1"),
        (b"\xff", "$[0]", "UTF-8"),
        (lines(*[STUDY] * (MAX_DOCUMENTS + 1)), "$", f"at most {MAX_DOCUMENTS}"),
        (json.dumps([STUDY] * 31).encode(), "$", f"at most {MAX_DOCUMENTS}"),
        (b"{" + b" " * sources.MAX_EVIDENCE_BYTES, "$", "larger than"),
        (b"[" + b" " * sources.MAX_EVIDENCE_BYTES, "$", "at most"),
        (b"[" * 100_000, "$", "nested"),
        (lines('{"text": "\\ud800"}'), "$[0].text", "surrogate"),
    ],
)
def test_what_is_no_evidence_file(data: bytes, path: str, message: str) -> None:
    first = breaches(data)[0]
    assert first.path == path
    assert message in first.message


def test_an_empty_file_has_no_documents() -> None:
    assert read_evidence(b"") == read_evidence(b"[]") == read_evidence(b"\n \n") == []


def test_a_long_text_is_cut() -> None:
    (document,) = read_evidence(lines({"text": "word " * MAX_TEXT}))
    assert document.cut
    assert len(document.text) <= MAX_TEXT


def test_pasted_lists_is_a_document_without_an_address() -> None:
    document = document_from_text(" Fares\n\n\n rose. ", title=" The  study\u200b ", type="report")
    assert (document.text, document.title, document.url) == ("Fares\nrose.", "The study", "")
    with pytest.raises(ExtractionFailed):
        document_from_text(" \n\u200b")


# Addresses


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://a.example/x?utm_source=chatgpt.com", "https://a.example/x"),
        ("https://a.example/x?id=7&UTM_Source=chatgpt.com&b", "https://a.example/x?id=7&b"),
        ("https://a.example/x?fbclid=1#part", "https://a.example/x#part"),
        ("https://a.example/x#:~:text=not%20permitted", "https://a.example/x"),
        ("https://a.example/x?p=a%20b&q=c+d", "https://a.example/x?p=a%20b&q=c+d"),
    ],
)
def test_tracking_parameters_are_removed_and_all_else_stays(url: str, clean: str) -> None:
    assert without_tracking(url) == clean


@pytest.mark.parametrize(
    "url",
    [
        "https://vertexaisearch.cloud.google.com/grounding-api-redirect/AbC123",
        "https://www.bing.com/aclick?ld=e8",
        "https://www.bing.com/ck/a?!&&p=1",
        "https://www.google.com/url?q=https://a.example/",
        "https://www.google.co.uk/url?q=x",
        "https://r.search.yahoo.com/_ylt=x",
        "https://duckduckgo.com/l/?uddg=x",
        "https://l.facebook.com/l.php?u=x",
        "https://t.co/abc",
        "https://BIT.ly/abc",
        "https://news.google.com/rss/articles/CBMi",
        "a5612f0f",
        "turn1search0",
        "www.a.example/x",
        "javascript:alert(1)",
        "https://a.example/The ferry is free",
        "https://a.example/The%20ferry%20is%20free%20today",
        "https://a.example/the+ferry+is+free+today",
        "https://",
        "",
    ],
)
def test_a_foreign_url_is_not_accepted(url: str) -> None:
    assert "The source's address" in foreign_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/",
        "https://a.example/annual%20report%202026.pdf",
        "https://www.google.com/about/",
        "https://www.bing.com/news",
        "https://news.google.com/home",
        "https://duckduckgo.com/privacy",
        "https://a.example/url?q=free+ferries+for+all+of+us",
        "https://xt.co/abc",
    ],
)
def test_a_page_s_own_url_is_accepted(url: str) -> None:
    assert foreign_url(url) == ""


def document(url: str, text: str = "", **more: object) -> Document:
    return Document.model_validate({"url": url, "title": "", "text": text, **more})


def test_documents_of_one_url_are_merged_and_keep_their_order() -> None:
    merged = merge(
        [
            document("https://a.example/x?utm_source=chatgpt.com", title="A"),
            document("https://b.example/", "B"),
            document("http://www.a.example/x/", "A's text", title="other", publisher="P"),
            document("https://b.example/?gclid=1", "B again"),
        ]
    )
    assert [(it.url, it.text, it.title, it.publisher) for it in merged] == [
        ("https://a.example/x", "A's text", "A", "P"),
        ("https://b.example/", "B", "", None),
    ]


def test_files_without_an_address_are_merged_by_their_text_alone() -> None:
    merged = merge([document("", "one"), document("", "two"), document("", "one")])
    assert [it.text for it in merged] == ["one", "two"]


def test_a_foreign_url_keeps_its_place_and_loses_its_text() -> None:
    """Nothing can be quoted from it, and the gate blocks what cites it."""
    url = "https://vertexaisearch.cloud.google.com/grounding-api-redirect/AbC"
    merged = merge(
        [document(url, "text"), document("https://b.example/", "B"), document("", origin="search")]
    )
    assert [it.text for it in merged] == ["", "B", ""]
    assert "only leads on to another" in merged[0].problem
    assert "is empty" in merged[2].problem
    assert merged[0].url == url


# Pages


def test_a_foreign_url_is_not_fetched() -> None:
    def never(host: str, port: int) -> list[str]:
        raise AssertionError(f"{host}:{port} was looked up")

    given = document("https://vertexaisearch.cloud.google.com/grounding-api-redirect/AbC")
    found = read_document(given, listing(), deadline=time.monotonic() + PATIENCE, resolver=never)
    assert "only leads on" in found.problem


PAGE = (
    '<html lang="en"><title>Page</title><meta property="og:site_name" content="The Board">'
    '<meta property="article:published_time" content="2026-03-01">'
    "<article><h1>Page</h1><p>Fares cover a tenth of the cost of the ferry, says the board.</p>"
)


def test_a_page_fills_in_what_a_document_does_not_say() -> None:
    with hosting() as site:
        url = site.origin + site.add(PAGE)
        deadline = time.monotonic() + PATIENCE
        plain = read_document(document(url), listing(site.origin), deadline=deadline)
        given = document(url, title="Mine", publisher="Me", published="2026-01-01", type="report")
        named = read_document(given, listing(site.origin), deadline=deadline)
        typed = read_document(document(url, "Mine"), listing(site.origin), deadline=deadline)
    assert (plain.title, plain.publisher) == ("Page", "The Board")
    assert str(plain.published) == "2026-03-01"
    assert plain.text.endswith("says the board.")
    assert (named.title, named.publisher, str(named.published)) == ("Mine", "Me", "2026-01-01")
    assert (named.type, named.text) == ("report", plain.text)
    assert typed.text == "Mine", "the page is not fetched where there is a text"


def test_pages_are_read_together_at_most_two_of_one_host_at_a_time() -> None:
    two, three = threading.Barrier(2), threading.Barrier(3)
    arrivals, passed = count(), threading.Event()

    def talk(connection: socket.socket) -> None:
        connection.recv(65_536)
        if next(arrivals) < 2:
            two.wait(PATIENCE)  # passes only if there are two at a time
        with suppress(threading.BrokenBarrierError):
            three.wait(0.5)
            passed.set()
        body = PAGE.encode()
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body)
        )
        connection.sendall(body)

    with server(talk) as port:
        origin = f"http://localhost:{port}"
        given = [document(f"{origin}/{it}") for it in range(6)]
        given.insert(3, document("", "a file"))
        found = read_documents(given, listing(origin), deadline=time.monotonic() + PATIENCE)
    assert not passed.is_set(), "there were three at a time"
    assert [it.url for it in found] == [it.url for it in given]
    assert all(it.text for it in found)


def test_one_deadline_holds_for_all_pages_and_those_that_came_are_there() -> None:
    over = threading.Event()

    def talk(connection: socket.socket) -> None:
        connection.recv(65_536)
        over.wait(PATIENCE)

    with server(talk) as slow, hosting() as site:
        silent = f"http://localhost:{slow}"
        given = [*(document(f"{silent}/{it}") for it in range(9)), document(f"{site.unlisted}/0")]
        site.add(PAGE)
        settings = listing(silent, site.unlisted)
        began = time.monotonic()
        found = read_documents(given, settings, deadline=began + 3)
        over.set()
    assert {it.problem for it in found[:9]} == {"The page did not come in time."}
    assert found[9].text
    assert time.monotonic() - began < PATIENCE / 2


def test_no_further_page_is_read_after_a_cancellation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "AT_ONCE", 1)
    cancelled, paths = threading.Event(), list[str]()

    def talk(connection: socket.socket) -> None:
        paths.append(connection.recv(65_536).split()[1].decode())
        cancelled.set()
        connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    with server(talk) as port:
        origin = f"http://localhost:{port}"
        given = [document(f"{origin}/{number}") for number in range(3)]
        found = read_documents(
            given, listing(origin), deadline=time.monotonic() + PATIENCE, cancelled=cancelled
        )
    assert len(paths) == 1
    assert sum(it.problem == "The run was cancelled." for it in found) == 2


def test_one_page_that_never_comes_takes_only_its_own_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sources, "PAGE_SECONDS", 0.5)
    over = threading.Event()

    def talk(connection: socket.socket) -> None:
        connection.recv(65_536)
        over.wait(PATIENCE)

    with server(talk) as port:
        origin = f"http://localhost:{port}"
        began = time.monotonic()
        (found,) = read_documents(
            [document(f"{origin}/0")], listing(origin), deadline=began + PATIENCE
        )
        over.set()
    assert found.problem == "The page did not come in time."
    assert time.monotonic() - began < PATIENCE / 2
