"""Archiving into a folder of WARC files (ISO 28500), as programs for web archives read them."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from widget import __version__
from widget.entry import urls
from widget.errors import InvalidSettings
from widget.sources.archiving.protocol import ArchiveFailed, Copy, Exchange, Fetch
from widget.storage.atomic import append, reason

MAX_FILE_BYTES = 1024 * 1024 * 1024
"""From this size on a file gets no further record."""

_MOVED = frozenset({"transfer-encoding", "content-length"})


class WarcFolder:
    """A folder of WARC files; each process and each start writes files of its own. Thread-safe.

    ``public_url`` is where a program such as pywb shows the folder, at ``/TIMESTAMP/URL``.
    """

    def __init__(
        self, folder: str, fetch: Fetch, *, public_url: str = "", max_bytes: int = MAX_FILE_BYTES
    ) -> None:
        self._library = _library()
        self._folder = Path(folder).resolve()
        self._fetch = fetch
        self._public_url = public_url
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._file = self._folder
        self._process = 0

    def begin(self, url: str) -> Copy:
        """Fetch a page and write it with the redirects that led to it."""
        exchanges = self._fetch(url)
        records = [self._records(it) for it in exchanges]
        with self._lock:
            try:
                offsets = [self._append(it) for it in records]
            except OSError as error:
                raise ArchiveFailed(f"{self._folder}: {reason(error)}") from error
            name = self._file.name
        last = exchanges[-1]
        return Copy(
            url=self._address(url, last.at),
            file=name,
            offset=offsets[-1],
            sha256=sha256(last.body).hexdigest(),
        )

    def poll(self, job: str) -> Copy | None:
        """Raise ArchiveFailed: there are no jobs here."""
        raise ArchiveFailed(f"a folder of WARC files has no job {job!r}")

    def _address(self, url: str, at: datetime) -> str:
        if not self._public_url:
            return ""
        address = f"{self._public_url}/{at.astimezone(UTC):%Y%m%d%H%M%S}/{url}"
        return "" if urls.link_problem(address) else address

    def _append(self, records: bytes) -> int:
        if self._process != os.getpid() or self._size() >= self._max_bytes:
            self._begin_file()
        return append(str(self._file), records)

    def _size(self) -> int:
        try:
            return self._file.stat().st_size
        except FileNotFoundError:  # somebody has moved it away
            return self._max_bytes

    def _begin_file(self) -> None:
        """Begin a file that no other process has: a crash may leave half a record at its end."""
        self._folder.mkdir(parents=True, exist_ok=True)
        name = f"insights-{datetime.now(UTC):%Y%m%d%H%M%S}-{secrets.token_hex(4)}.warc.gz"
        path = self._folder / name
        buffer = BytesIO()
        writer = self._writer(buffer)
        info = {
            "software": f"Insights/{__version__}",
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        }
        writer.write_record(writer.create_warcinfo_record(name, info))
        append(str(path), buffer.getvalue())
        self._file, self._process = path, os.getpid()

    def _records(self, exchange: Exchange) -> bytes:
        """Return a response and the request for it, each compressed by itself."""
        buffer = BytesIO()
        writer = self._writer(buffer)
        date = {"WARC-Date": f"{exchange.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"}
        status = f"{exchange.status} {exchange.reason}".strip()
        response = writer.create_warc_record(
            exchange.url,
            "response",
            payload=BytesIO(exchange.body),
            length=len(exchange.body),
            warc_headers_dict=date,
            http_headers=self._headers(status, _as_kept(exchange), exchange.version),
        )
        request = writer.create_warc_record(
            exchange.url,
            "request",
            warc_headers_dict=date,
            http_headers=self._headers(
                f"GET {exchange.target} HTTP/1.1", exchange.request_headers, None
            ),
        )
        writer.write_request_response_pair(request, response)
        return buffer.getvalue()

    def _writer(self, buffer: BytesIO) -> Any:  # noqa: ANN401  # the library has no types
        return self._library.warcwriter.WARCWriter(buffer, gzip=True, warc_version="1.1")

    def _headers(self, first: str, headers: Iterable[tuple[str, str]], protocol: str | None) -> Any:  # noqa: ANN401
        listed = list(headers)
        kind = self._library.statusandheaders.StatusAndHeaders
        if protocol is None:
            return kind(first, listed, is_http_request=True)
        return kind(first, listed, protocol=protocol)


def _as_kept(exchange: Exchange) -> list[tuple[str, str]]:
    """Return the headers for a body without a transfer coding; the original ones are renamed."""
    headers = []
    for name, value in exchange.headers:
        moved = name.lower() in _MOVED
        headers.append((f"X-Archive-Orig-{name}" if moved else name, value))
    return [*headers, ("Content-Length", str(len(exchange.body)))]


def _library() -> Any:  # noqa: ANN401
    """Return warcio. Raises InvalidSettings where it is missing."""
    try:
        import warcio
        import warcio.statusandheaders
        import warcio.warcwriter
    except ImportError as error:
        raise InvalidSettings(
            "archive: writing WARC files needs warcio, which is not installed; run: "
            "pip install 'insights-widget[warc]'"
        ) from error
    return warcio
