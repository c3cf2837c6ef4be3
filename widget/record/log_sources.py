"""Where a log is checked: in a store, or over HTTP at a service or a static export."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import quote, urljoin, urlsplit

from widget.config import Settings
from widget.errors import StoreUnavailable
from widget.net.http_client import Client, RequestFailed
from widget.record.checkpoint import checkpoint_of
from widget.record.log_audit import AuditFailed
from widget.record.signing import open_signer
from widget.store import EntryReader, Live
from widget.store.public_document import public_document

_BATCH = 1_000
_MAX_BYTES = 64 * 1024 * 1024
_SECONDS = 30.0
_NEXT = re.compile(r'<([^>]*)>\s*;\s*rel="?next"?')


class StoreSource:
    """The log of a store, as the service would sign it."""

    def __init__(self, store: EntryReader, settings: Settings) -> None:
        self._store = store
        self._base = settings.base_url or "http://localhost"
        self._signer = open_signer(settings)

    def lines(self, after: int) -> Iterator[bytes]:
        """Yield the lines after a number."""
        while True:
            try:
                found = self._store.log_lines(after=after, limit=_BATCH)
            except StoreUnavailable:
                # One of them cannot be read: which is to be found like any other fault.
                yield from self._one_by_one(after)
                return
            yield from (it.encode() for it in found)
            if len(found) < _BATCH:
                return
            after += len(found)

    def _one_by_one(self, after: int) -> Iterator[bytes]:
        for number in range(after, self._store.log_size()):
            try:
                found = self._store.log_lines(after=number, limit=1)
            except StoreUnavailable as error:
                yield str(error).encode()  # no line, and its message says why
            else:
                yield from (it.encode() for it in found)

    def checkpoint(self, lines: int) -> bytes | None:
        """Return the checkpoint after so many lines."""
        try:
            return checkpoint_of(self._store, self._base, lines).encode()
        except StoreUnavailable:
            return None

    def signature(self, lines: int) -> bytes | None:
        """Return its signature."""
        data = self.checkpoint(lines)
        return self._signer.sign(data) if self._signer and data else None

    def key(self) -> bytes | None:
        """Return the public key."""
        return self._signer.public_pem if self._signer else None

    def document(self, entry_id: str) -> bytes | None:
        """Return what ``/panel/<id>.json`` serves."""
        live = self._store.live(entry_id)
        return public_document(live) if isinstance(live, Live) else None

    def live_ids(self) -> list[str] | None:
        """Return the ids of all live entries."""
        return [it for it in self._store.ids() if isinstance(self._store.live(it), Live)]


class HttpSource:
    """The log at ``base``, the URL of a service or of an exported site."""

    def __init__(self, base: str) -> None:
        if urlsplit(base).scheme not in ("http", "https") or not urlsplit(base).hostname:
            raise AuditFailed(f"{base!r} is not a URL; write it like https://panels.example")
        self._base = base.rstrip("/")
        self._client = Client(connect_seconds=_SECONDS, read_seconds=_SECONDS, max_bytes=_MAX_BYTES)

    def lines(self, after: int) -> Iterator[bytes]:
        """Yield the lines after a number. A static host sends all of them, whatever is asked."""
        url: str | None = f"{self._base}/log.jsonl" + (f"?after={after}" if after else "")
        number = after
        while url:
            status, body, link = self._get(url)
            if status != HTTPStatus.OK:
                raise AuditFailed(f"{url} has no log: HTTP status {status}")
            *lines, rest = body.split(b"\n")
            if rest:
                lines.append(rest)
            if number and lines and lines[0].startswith(b'{"number":1,'):
                lines = lines[number:]
            number += len(lines)
            yield from lines
            match = _NEXT.search(link)
            url = self._below(urljoin(url, match[1])) if match and lines else None

    def _below(self, url: str) -> str:
        """Return ``url``, which the service chose. Raises AuditFailed where it leads elsewhere."""
        if not url.startswith(f"{self._base}/"):
            raise AuditFailed(f"{self._base}/log.jsonl continues at another address: {url}")
        return url

    def checkpoint(self, lines: int) -> bytes | None:
        """Return the checkpoint; a static host has that of its files."""
        return self._optional(f"/log/checkpoint?lines={lines}")

    def signature(self, lines: int) -> bytes | None:
        """Return its signature."""
        return self._optional(f"/log/checkpoint.sig?lines={lines}")

    def key(self) -> bytes | None:
        """Return the public key."""
        return self._optional("/log/key.pem")

    def document(self, entry_id: str) -> bytes | None:
        """Return what ``/panel/<id>.json`` serves."""
        return self._optional(f"/panel/{quote(entry_id, safe='')}.json")

    def live_ids(self) -> list[str] | None:
        """Return the ids that an exported site lists; None of a service, which lists none."""
        data = self._optional("/entries.json")
        try:
            return None if data is None else sorted(set(json.loads(data).values()))
        except (ValueError, AttributeError, TypeError):
            return None

    def _optional(self, path: str) -> bytes | None:
        status, body, _ = self._get(f"{self._base}{path}")
        if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
            return None
        if status != HTTPStatus.OK:
            raise AuditFailed(f"{self._base}{path} cannot be read: HTTP status {status}")
        return body

    def _get(self, url: str) -> tuple[int, bytes, str]:
        try:
            answer = self._client.request("GET", url, headers={"Accept-Encoding": "identity"})
        except RequestFailed as error:
            raise AuditFailed(f"{url}: {error}") from error
        return answer.status, answer.body, answer.headers.get("Link", "")
