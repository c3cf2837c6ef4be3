"""Requests a source as a polite robot: bounded, paced, honest, and only if robots.txt allows it."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import quote, urldefrag, urlsplit

from widget import __version__
from widget.config import Settings
from widget.entry import urls
from widget.net.http_client import Response, TooLarge, remaining
from widget.net.page_fetcher import (
    FetchFailed,
    Redirect,
    Rules,
    content_type,
    follow,
    loopback_origins,
    receive_body,
)
from widget.net.resolver import Resolver, resolve
from widget.sources.pace import Pace
from widget.sources.pace import Postponed as Postponed
from widget.sources.record import Answer
from widget.sources.robots import PRODUCT, RobotsFiles

SECONDS = 30.0
"""The longest that one source is waited for, its host's pace included."""
MAX_BYTES = 10 * 1024 * 1024
MAX_REDIRECTS = 8

_REFUSALS = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS,
    }
)
_PERMANENT = (HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT)
_PAUSES = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
# The name does not exist; other errors of a resolver are its own.
_NO_SUCH_HOST = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave with its last response, for the URL that gave it."""

    url: str = ""
    etag: str = ""
    last_modified: str = ""

    def headers(self, url: str) -> Mapping[str, str]:
        """Return the headers of a conditional request (RFC 9110, section 13.1)."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: it for name, it in named.items() if it} if url == self.url else {}


@dataclass(frozen=True, slots=True)
class Fetched:
    """How a source answered. ``status`` is None where nothing did.

    ``body`` is None where it was not read; ``reason`` says why, or why there is no answer.
    """

    answer: Answer
    reason: str = ""
    status: int | None = None
    url: str = ""
    type: str = ""
    charset: str = ""
    body: bytes | None = None
    validators: Validators = field(default=Validators())


def user_agent(settings: Settings) -> str:
    """Return who asks, and where to learn more."""
    contact = settings.sources.contact or settings.base_url or ""
    if "@" in contact and "://" not in contact:
        contact = f"mailto:{contact}"
    contact = contact if contact.isascii() else quote(contact, safe="/:@?=&%#")
    return f"{PRODUCT}/{__version__}" + (f" (+{contact})" if contact else "")


class SourceFetcher:
    """Requests sources. Thread-safe. ``origins`` are accepted on loopback, and nowhere else."""

    def __init__(
        self,
        settings: Settings,
        pace: Pace,
        *,
        seconds: float = SECONDS,
        resolver: Resolver = resolve,
        origins: frozenset[str] | None = None,
    ) -> None:
        self._pace = pace
        self._seconds = seconds
        self.resolver = resolver
        listed = [origin for it in settings.publications for origin in it.origins]
        self._rules = Rules(
            refusal=lambda _: "",
            redirect_refusal=lambda _url, _target: "",
            loopback_origins=loopback_origins(listed) if origins is None else origins,
            types=("text/html", "application/xhtml+xml", "application/pdf", "*/*;q=0.5"),
            user_agent=user_agent(settings),
            max_redirects=MAX_REDIRECTS,
        )
        turns = replace(self._rules, refusal=self._turn)
        self._robots = RobotsFiles(turns, resolver)

    def fetch(self, url: str, validators: Validators | None = None) -> Fetched:
        """Request the page of a source.

        Raises Postponed where its host may not be asked now, StoreUnavailable, InvalidSettings.
        """
        url = urldefrag(url.strip())[0]
        deadline = time.monotonic() + self._seconds
        rules = replace(self.rules(deadline), headers=(validators or Validators()).headers)
        try:
            return follow(
                url,
                rules,
                lambda at, response, redirects: self._receive(at, response, redirects, deadline),
                deadline=deadline,
                resolver=self.resolver,
            )
        except TimeoutError:
            return Fetched("failed", f"It did not answer within {self._seconds:g} seconds.")
        except FetchFailed as error:
            return Fetched(_answer_of(error), str(error))

    def rules(self, deadline: float) -> Rules:
        """Return the rules for one page: what robots.txt says, and the turns of its hosts.

        Requests under them raise Postponed where a host may not be asked now.
        """

        def refusal(at: str) -> str:
            return self._robots.refusal(at, deadline=deadline) or self._turn(at, deadline)

        return replace(self._rules, refusal=refusal)

    def _turn(self, url: str, deadline: float | None = None) -> str:
        """Wait until the host may be asked."""
        within = remaining(deadline) if deadline else self._seconds
        self._pace.wait(_host(url), within=within)
        return ""

    def _receive(
        self, url: str, response: Response, redirects: tuple[Redirect, ...], deadline: float
    ) -> Fetched:
        status = response.status
        if status in _PAUSES and (seconds := _retry_after(response.headers.get("Retry-After", ""))):
            self._pace.pause(_host(url), seconds)
        answer = _answer_by_status(status, url, redirects)
        kind, charset = content_type(response)
        found = Fetched(answer, status=status, url=url, type=kind, charset=charset)
        if answer not in ("ok", "moved"):
            return replace(found, reason=_phrase(status))
        if status == HTTPStatus.NOT_MODIFIED:
            return found
        named = response.headers.get
        validators = Validators(url, named("ETag", "")[:500], named("Last-Modified", "")[:100])
        try:
            body = receive_body(response, max_bytes=MAX_BYTES, deadline=deadline)
        except TooLarge:
            return replace(found, reason=f"It is larger than {MAX_BYTES // 1024 // 1024} MB.")
        except FetchFailed as error:
            return replace(found, reason=str(error))
        if response.length_remaining:
            return replace(found, answer="failed", reason="It ended before it was complete.")
        return replace(found, body=body, validators=validators)


def _answer_by_status(status: int, url: str, redirects: tuple[Redirect, ...]) -> Answer:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES or status == HTTPStatus.NOT_MODIFIED:
        return "moved" if _has_moved(url, redirects) else "ok"
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return "gone"
    if status == HTTPStatus.PAYMENT_REQUIRED:
        return "paywall"
    return "refused" if status in _REFUSALS else "failed"


def _has_moved(url: str, redirects: tuple[Redirect, ...]) -> bool:
    """Return whether the server says that the source has another address from now on.

    Another scheme, ``www.`` or a slash at the end make no other address.
    """
    permanent = any(it.status in _PERMANENT for it in redirects)
    return permanent and urls.normalize(redirects[0].url) != urls.normalize(url)


def _answer_of(error: FetchFailed) -> Answer:
    if error.reason == "not-allowed":
        return "refused"
    cause = error.__cause__
    missing = isinstance(cause, socket.gaierror) and cause.errno in _NO_SUCH_HOST
    return "gone" if error.reason == "unknown-host" and missing else "failed"


def _phrase(status: int) -> str:
    try:
        return f"It answered {status} {HTTPStatus(status).phrase}."
    except ValueError:
        return f"It answered {status}."


def _retry_after(text: str) -> float:
    """Return the seconds of ``Retry-After`` (RFC 9110, section 10.2.3), 0 where there are none."""
    if text.strip().isdecimal():
        return float(text.strip()) if len(text) < 12 else 0.0
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()
