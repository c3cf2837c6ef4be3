"""Archiving by the protocol Save Page Now 2 of the Wayback Machine.

``POST /save`` starts a capture and names a job; ``GET /save/status/JOB`` says how it went; the copy
is at ``/web/TIMESTAMP/URL``. See the Internet Archive's "Save Page Now 2 Public API Docs".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from pydantic import SecretStr

from widget.entry import urls
from widget.errors import InvalidSettings
from widget.net.http_client import Answer, Client, RequestFailed
from widget.sources.archiving.protocol import ArchiveFailed, Copy

_CONNECT_SECONDS = 10.0
_READ_SECONDS = 60.0
_MAX_BYTES = 1024 * 1024
_DEFAULT_WAIT = 60.0
_MAX_WAIT = 86_400.0
_SAME_CAPTURE = "12h"
"""A capture that is not older than this is taken again: so none is made twice after a crash."""

# Of the status_ext values, those where another attempt may succeed, and how long to wait before.
_BUSY = {
    "error:user-session-limit": 60.0,
    "error:too-many-requests": 60.0,
    "error:service-unavailable": 300.0,
    "error:bandwidth-limit-exceeded": 3_600.0,
    "error:too-many-daily-captures": 0.0,  # of this one URL
}
_FINAL = frozenset(
    f"error:{it}"
    for it in (
        "blocked",
        "blocked-client-ip",
        "blocked-url",
        "filesize-limit",
        "ftp-access-denied",
        "http-version-not-supported",
        "invalid-server-response",
        "invalid-url-syntax",
        "invalid-host-resolution",
        "max-redirects",
        "method-not-allowed",
        "no-access",
        "not-found",
        "not-implemented",
        "redirect-blocked",
        "soft-time-limit-exceeded",
        "too-many-redirects",
        "unauthorized",
        "unsupported-media-type",
    )
)


class SavePageNow:
    """An archive with this protocol at the base URL ``url``. Thread-safe."""

    def __init__(self, url: str, key: SecretStr) -> None:
        self._url = url
        self._key = key
        self._client = Client(
            connect_seconds=_CONNECT_SECONDS, read_seconds=_READ_SECONDS, max_bytes=_MAX_BYTES
        )

    def begin(self, url: str) -> Copy | str:
        """Ask for a capture; returns the name of its job."""
        form = {
            "url": url,
            "capture_all": "0",  # a page of an error is no copy of the source
            "skip_first_archive": "1",
            "if_not_archived_within": _SAME_CAPTURE,
        }
        reply = self._request("POST", "/save", urlencode(form).encode())
        job = reply.get("job_id")
        if isinstance(job, str) and re.fullmatch(r"[A-Za-z0-9-]{1,100}", job):
            return job
        if reply.get("status") == "error":
            raise _failure(reply)
        raise ArchiveFailed("the archive's reply names no job")

    def poll(self, job: str) -> Copy | None:
        """Return the copy that a job made, None while it works."""
        reply = self._request("GET", f"/save/status/{job}")
        match reply.get("status"):
            case "pending":
                return None
            case "success":
                return Copy(url=self._address(reply))
            case "error":
                raise _failure(reply)
        raise ArchiveFailed("the archive's reply has no status that the protocol knows")

    def _address(self, reply: Mapping[str, Any]) -> str:
        timestamp, original = str(reply.get("timestamp")), str(reply.get("original_url"))
        address = f"{self._url}/web/{timestamp}/{original}"
        # Readers will follow it: what another server says is not to be believed blindly.
        if not re.fullmatch(r"[0-9]{4,14}", timestamp) or urls.link_problem(original):
            raise ArchiveFailed("the archive's reply names no copy that could be linked")
        if urls.link_problem(address):
            raise ArchiveFailed("the address of the copy is too long to be linked")
        return address

    def _request(self, method: str, path: str, body: bytes = b"") -> dict[str, Any]:
        headers = {
            "Accept": "application/json",
            "Authorization": f"LOW {self._key.get_secret_value()}",
        }
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            answer = self._client.request(method, self._url + path, headers=headers, body=body)
        except RequestFailed as error:
            raise ArchiveFailed(f"the archive {error}") from None
        _check_status(answer)
        reply = _object(answer)
        if not reply:
            raise ArchiveFailed("the archive's reply is not a JSON object")
        return reply


def _object(answer: Answer) -> dict[str, Any]:
    try:
        reply = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return reply if isinstance(reply, dict) else {}


def _check_status(answer: Answer) -> None:
    """Raise ArchiveFailed where the archive refuses a request."""
    match answer.status:
        case HTTPStatus.OK:
            return
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            text = "the archive does not accept the key; see key_file in the settings"
            raise ArchiveFailed(text, wait=3_600)
        case HTTPStatus.TOO_MANY_REQUESTS:
            raise ArchiveFailed("the archive asks for fewer requests", wait=_wait(answer))
        case HTTPStatus.SERVICE_UNAVAILABLE:
            raise ArchiveFailed("the archive is not available", wait=_wait(answer))
    reply = _object(answer)
    if reply.get("status") == "error":
        raise _failure(reply)
    ended = answer.status == HTTPStatus.NOT_FOUND
    raise ArchiveFailed(f"the archive answered {answer.status}", ended=ended)


def _wait(answer: Answer) -> float:
    seconds = answer.headers.get("Retry-After", "")
    if seconds.isascii() and seconds.isdecimal() and len(seconds) < 10:
        return min(max(float(seconds), 1.0), _MAX_WAIT)
    return _DEFAULT_WAIT


def _failure(reply: Mapping[str, Any]) -> ArchiveFailed:
    kind = str(reply.get("status_ext") or reply.get("exception") or "")
    name = kind if re.fullmatch(r"[\w:.-]{1,80}", kind) else "an error without a name"
    final = kind in _FINAL
    text = f"the archive could not save the page: {name}"
    return ArchiveFailed(text, final=final, wait=_BUSY.get(kind, 0.0), ended=True)


def read_key(file: Path | None) -> SecretStr:
    """Return ``access:secret`` from a file with both, in two lines or with a colon between.

    Raises InvalidSettings, and its message does not contain the key.
    """
    try:
        text = file.read_text("utf-8") if file else ""
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise InvalidSettings(f"archive: {file} cannot be read: {why}") from None
    found = re.fullmatch(r"\s*([!-9;-~]+)\s*[:\s]\s*([!-9;-~]+)\s*", text)
    if not found:
        raise InvalidSettings(
            f"archive: {file} must contain the access key and the secret key, each in its line"
        )
    return SecretStr(f"{found[1]}:{found[2]}")
