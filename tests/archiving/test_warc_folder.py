"""Copies in a folder of WARC files, read back with the library that archives use."""

from __future__ import annotations

import gzip
import hashlib
import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from raw_server import server
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from widget.config import Settings
from widget.config.archive import Archive
from widget.sources.archiving import open_archiver
from widget.sources.archiving.capture import capture_with
from widget.sources.archiving.protocol import ArchiveFailed, Copy, Exchange
from widget.sources.archiving.warc import WarcFolder
from widget.sources.fetching import SourceFetcher
from widget.sources.pace import Pace
from widget.storage.documents import open_documents

pytestmark = pytest.mark.unit

PAGE = b"<!doctype html><title>Trains</title><p>Trains r\xfcn at night.\r\n\r\n\x00\xff"
PACKED = gzip.compress(PAGE)
RESPONSES = {
    "/robots.txt": b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    "/old": b"HTTP/1.1 301 Moved\r\nLocation: /page?q=%20a\r\nContent-Length: 4\r\n\r\nGone",
    "/page?q=%20a": b"HTTP/1.1 200 All right\r\nContent-Type: text/html\r\nSet-Cookie: a=1\r\n"
    b"Set-Cookie: b=2\r\nX-Odd:  spaced\r\nContent-Length: %d\r\n\r\n" % len(PAGE) + PAGE,
    "/packed": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
    % len(PACKED) + PACKED,
    "/chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3\r\nTra\r\n3\r\nins\r\n0\r\n\r\n",
    "/broken": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
    "/missing": b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
}  # fmt: skip


@dataclass
class Site:
    origin: str
    requests: dict[str, bytes]


@contextmanager
def serving() -> Iterator[Site]:
    requests: dict[str, bytes] = {}

    def talk(connection: socket.socket) -> None:
        sent = b""
        while b"\r\n\r\n" not in sent:
            sent += connection.recv(65_536)
        path = sent.split(b" ", 2)[1].decode()
        requests[path] = sent
        connection.sendall(RESPONSES[path])

    with server(talk) as port:
        yield Site(f"http://127.0.0.1:{port}", requests)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as served:
        yield served


@pytest.fixture
def fetcher(
    settings: Settings, tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> SourceFetcher:
    monkeypatch.setattr("widget.sources.pace.SECONDS", 0.001)
    pace = Pace(open_documents(f"dir:{tmp_path}"))
    return SourceFetcher(settings, pace, origins=frozenset({site.origin}))


@pytest.fixture
def archive(fetcher: SourceFetcher, tmp_path: Path) -> WarcFolder:
    return WarcFolder(str(tmp_path / "warc"), capture_with(fetcher))


def records(folder: Path) -> list[tuple[str, str, bytes, bytes]]:
    """Return each record's kind and URL, its HTTP head, and its body as it is in the file."""
    found = []
    for file in sorted(folder.iterdir()):
        with file.open("rb") as stream:
            for it in ArchiveIterator(stream, no_record_parse=False):
                head = it.http_headers.headers_buff if it.http_headers else b""
                if it.http_headers:
                    head = it.http_headers.to_ascii_bytes()
                url = it.rec_headers.get_header("WARC-Target-URI") or ""
                found.append((it.rec_type, url, head, it.raw_stream.read()))
    return found


def test_request_and_response_are_in_the_file_byte_by_byte(
    archive: WarcFolder, site: Site, tmp_path: Path
) -> None:
    copy = archive.begin(f"{site.origin}/old")
    kinds = [
        (kind, url.removeprefix(site.origin)) for kind, url, _, _ in records(tmp_path / "warc")
    ]
    assert kinds == [
        ("warcinfo", ""),
        ("response", "/old"),
        ("request", "/old"),
        ("response", "/page?q=%20a"),
        ("request", "/page?q=%20a"),
    ]
    by_kind = {(kind, url): (head, body) for kind, url, head, body in records(tmp_path / "warc")}
    page = f"{site.origin}/page?q=%20a"
    head, body = by_kind["response", page]
    assert body == PAGE
    sent_head = RESPONSES["/page?q=%20a"].partition(b"\r\n\r\n")[0]
    kept_head = head.replace(b"X-Archive-Orig-Content-Length", b"Content-Length")
    assert kept_head.startswith(sent_head.replace(b"X-Odd:  spaced", b"X-Odd: spaced"))
    assert by_kind["request", page] == (site.requests["/page?q=%20a"], b"")
    assert by_kind["request", f"{site.origin}/old"][0] == site.requests["/old"]
    assert by_kind["response", f"{site.origin}/old"][1] == b"Gone"
    assert copy.sha256 == hashlib.sha256(PAGE).hexdigest()
    assert copy.url == ""


def test_the_record_is_found_by_its_file_and_offset(
    archive: WarcFolder, site: Site, tmp_path: Path
) -> None:
    archive.begin(f"{site.origin}/chunked")
    copy = archive.begin(f"{site.origin}/old")
    with (tmp_path / "warc" / copy.file).open("rb") as stream:
        stream.seek(copy.offset)
        record = next(iter(ArchiveIterator(stream)))
        assert record.rec_headers.get_header("WARC-Target-URI") == f"{site.origin}/page?q=%20a"
        assert hashlib.sha256(record.content_stream().read()).hexdigest() == copy.sha256


def test_a_content_coding_stays_and_a_transfer_coding_is_taken_off(
    archive: WarcFolder, site: Site, tmp_path: Path
) -> None:
    archive.begin(f"{site.origin}/packed")
    archive.begin(f"{site.origin}/chunked")
    bodies = {url: body for kind, url, _, body in records(tmp_path / "warc") if kind == "response"}
    assert bodies == {f"{site.origin}/packed": PACKED, f"{site.origin}/chunked": b"Trains"}
    heads = {url: head for kind, url, head, _ in records(tmp_path / "warc") if kind == "response"}
    packed, chunked = heads[f"{site.origin}/packed"], heads[f"{site.origin}/chunked"]
    assert b"\r\nContent-Encoding: gzip\r\n" in packed
    assert b"\r\nTransfer-Encoding:" not in chunked
    assert chunked.count(b"\r\nContent-Length: 6\r\n") == 1


def test_the_files_pass_the_library_s_own_check(
    archive: WarcFolder, site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in ("/old", "/packed", "/chunked"):
        archive.begin(site.origin + path)
    (file,) = (tmp_path / "warc").iterdir()
    checker = Checker(type("Command", (), {"inputs": [str(file)], "verbose": True})())
    checker.process_all()
    assert checker.exit_value == 0, capsys.readouterr().out


@pytest.mark.parametrize(("path", "why"), [("/broken", "complete"), ("/missing", "404")])
def test_what_is_no_whole_page_is_not_written(
    archive: WarcFolder, site: Site, tmp_path: Path, path: str, why: str
) -> None:
    with pytest.raises(ArchiveFailed, match=why):
        archive.begin(site.origin + path)
    assert not (tmp_path / "warc").exists()


def exchange(body: bytes = PAGE) -> Exchange:
    at = datetime(2026, 5, 3, 12, 0, 1, tzinfo=UTC)
    url = "https://statistics.example/trains"
    return Exchange(
        url, at, "/trains", (("Host", "statistics.example"),), "HTTP/1.1", 200, "OK", (), body
    )


def folder_of(tmp_path: Path, **options: object) -> WarcFolder:
    return WarcFolder(str(tmp_path / "warc"), lambda _: [exchange()], **options)  # type: ignore[arg-type]  # options of the class


def test_a_new_file_begins_where_one_is_full_and_at_each_start(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, max_bytes=500)
    files = [folder.begin("https://statistics.example/trains").file for _ in range(3)]
    assert len(set(files)) == 3
    first = folder_of(tmp_path)
    same = [first.begin("https://statistics.example/trains").file for _ in range(3)]
    assert len(set(same)) == 1
    assert same[0] not in files
    first._process = -1  # as a child finds it that was forked
    assert first.begin("https://statistics.example/trains").file not in (*files, *same)
    assert len(list((tmp_path / "warc").iterdir())) == 5


def test_a_public_address_is_that_of_a_program_that_shows_the_folder(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, public_url="https://archive.courier.example/copies")
    copy = folder.begin("https://statistics.example/trains")
    assert copy.url == (
        "https://archive.courier.example/copies/20260503120001/https://statistics.example/trains"
    )


def test_a_full_disk_leaves_no_half_record(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    copy = folder.begin("https://statistics.example/trains")
    file = tmp_path / "warc" / copy.file
    whole = file.read_bytes()
    # What a limit of the file's size does is what a full disk does: part of it is written.
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + 100, hard))
    try:
        with pytest.raises(ArchiveFailed):
            folder.begin("https://statistics.example/trains")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert file.read_bytes() == whole
    folder.begin("https://statistics.example/trains")
    assert [kind for kind, *_ in records(tmp_path / "warc")].count("response") == 2


def test_the_settings_choose_the_folder(tmp_path: Path) -> None:
    archive = Archive(kind="warc", folder=tmp_path / "warc")
    copy = open_archiver(archive, lambda _: [exchange()]).begin("https://a.example/")
    assert isinstance(copy, Copy)
    assert (tmp_path / "warc" / copy.file).exists()
