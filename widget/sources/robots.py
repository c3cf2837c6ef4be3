"""robots.txt (RFC 9309): whether a page may be requested by a program."""

from __future__ import annotations

import threading
import time
from http import HTTPStatus
from typing import TYPE_CHECKING

from cachetools import LRUCache, TTLCache

from widget.entry import urls
from widget.errors import InvalidSettings
from widget.net.http_client import Response, TooLarge
from widget.net.page_fetcher import (
    FetchFailed,
    Rules,
    content_type,
    follow,
    receive_body,
)
from widget.net.resolver import Resolver

if TYPE_CHECKING:
    from protego import Protego

PRODUCT = "Insights-Sources"
"""What robots.txt calls this program (RFC 9309, section 2.2.1)."""
MAX_BYTES = 512_000
FRESH_SECONDS = 24 * 3600.0
"""How long an answer is used, as section 2.4 has it."""
RETRY_SECONDS = 600.0
MAX_HOSTS = 5_000


class RobotsFiles:
    """The files of all origins that were asked lately. Thread-safe."""

    def __init__(self, rules: Rules, resolver: Resolver) -> None:
        self._rules = rules
        self._resolver = resolver
        self._lock = threading.Lock()
        self._files: TTLCache[str, Protego] = TTLCache(MAX_HOSTS, FRESH_SECONDS, time.monotonic)
        self._failures: TTLCache[str, FetchFailed] = TTLCache(
            MAX_HOSTS, RETRY_SECONDS, time.monotonic
        )
        self._reading: LRUCache[str, threading.Lock] = LRUCache(MAX_HOSTS)

    def refusal(self, url: str, *, deadline: float) -> str:
        """Return why ``url`` may not be requested, "" where it may.

        Raises FetchFailed, and TimeoutError after the deadline, where nobody answers: without an
        answer nothing may be requested (section 2.3.1.4).
        """
        origin = urls.origin(url)
        with self._lock:
            reading = self._reading.setdefault(origin, threading.Lock())
        with reading:  # whoever comes while it is read waits for it
            with self._lock:
                found, failure = self._files.get(origin), self._failures.get(origin)
            if failure:
                raise _again(failure)
            if found is None:
                found = self._read(origin, deadline)
                with self._lock:
                    self._files[origin] = found
        return "" if found.can_fetch(url, PRODUCT) else "Its robots.txt forbids the request."

    def _read(self, origin: str, deadline: float) -> Protego:
        try:
            text = follow(
                f"{origin}/robots.txt",
                self._rules,
                lambda _url, response, _: _content(response, deadline),
                deadline=deadline,
                resolver=self._resolver,
            )
        except FetchFailed as error:
            with self._lock:
                self._failures[origin] = _again(error)
            raise
        except TimeoutError:
            with self._lock:
                late = FetchFailed("slow", "Its robots.txt did not come in time.")
                self._failures[origin] = late
            raise
        return _parse(text)


def _again(error: FetchFailed) -> FetchFailed:
    """Return the same error without the frames that it was raised in."""
    copy = FetchFailed(error.reason, str(error))
    copy.__cause__ = error.__cause__
    return copy


def _content(response: Response, deadline: float) -> str:
    """Return the text of a file. There are no rules where the server says that there is none."""
    if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise FetchFailed("status", f"Its robots.txt cannot be read: status {response.status}.")
    if response.status != HTTPStatus.OK or content_type(response)[0] == "text/html":
        return ""
    try:
        body = receive_body(response, max_bytes=MAX_BYTES, deadline=deadline)
    except TooLarge as error:
        raise FetchFailed("too-large", "Its robots.txt is too large to be read.") from error
    return body.decode("utf-8-sig", "replace")


def _parse(text: str) -> Protego:
    try:
        from protego import Protego
    except ImportError as error:
        raise InvalidSettings(
            "sources: reading robots.txt needs protego, which is not installed; run: "
            "pip install 'insights-widget[sources]'"
        ) from error
    return Protego.parse(text)
