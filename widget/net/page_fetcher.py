"""Fetches a page of anyone's choosing, without giving access to internal networks.

Each host is resolved once, all its addresses must be public, and the connection uses these
addresses. Every redirect is checked in the same way. One deadline covers the whole fetch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Literal, TypeVar
from urllib.parse import quote, urljoin, urlsplit

import webencodings

from widget.entry import urls
from widget.errors import InsightsError, message
from widget.net.addresses import is_loopback, is_public
from widget.net.http_client import (
    InvalidCertificate,
    RequestFailed,
    Response,
    TooLarge,
    get_pinned,
    read_body,
)
from widget.net.resolver import Resolver, resolve, resolve_within

MAX_BYTES = 2 * 1024 * 1024
MAX_REDIRECTS = 3

Reason = Literal[
    "url", "not-allowed", "unknown-host", "private", "slow", "certificate", "too-large",
    "no-answer", "status", "redirect", "type",
]  # fmt: skip

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_REDIRECTS = (301, 302, 303, 307, 308)
_CHARSET_PARAMETER = re.compile(r"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_CHARSET_MARK = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_AWAY = message("The page leads on to another place, which is not followed.")
_SAFE = "/%:@!$&'()*+,;=~-._"


class FetchFailed(InsightsError):
    """The page was not fetched; the message says why, and never contains the URL's query."""

    def __init__(self, reason: Reason, text: str) -> None:
        self.reason = reason
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A fetched page. ``url`` is its URL after redirects, ``type`` its media type."""

    url: str
    type: str
    text: str
    headers: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FetchedBody:
    """A page or a file. ``type`` is its media type, ``charset`` that of the header, "" for none."""

    url: str
    type: str
    charset: str
    body: bytes
    headers: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Redirect:
    """A redirect that was followed: where from, and its HTTP status."""

    url: str
    status: int


@dataclass(frozen=True, slots=True)
class SentRequest:
    """A GET request as it was sent; ``target`` is its path and query."""

    url: str
    target: str
    headers: Mapping[str, str]


def _no_headers(_url: str) -> Mapping[str, str]:
    return {}


def _unseen(_sent: SentRequest, _response: Response) -> None:
    return


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What may be fetched.

    ``refusal`` returns why a valid URL may not be requested, empty where it may;
    ``redirect_refusal`` gets the URL of a redirect and its valid target. ``loopback_origins`` are
    accepted on loopback, and nowhere else; a redirect leads there only from another of them.
    ``larger`` has how many bytes a media type may have that may be larger than a page.
    ``headers`` returns further headers for a request of a URL. ``seen`` gets each response before
    anybody else, redirects too; who reads a body there is the only one to get it.
    """

    refusal: Callable[[str], str]
    redirect_refusal: Callable[[str, str], str]
    loopback_origins: frozenset[str]
    types: tuple[str, ...] = ("text/html",)
    larger: Mapping[str, int] = field(default_factory=dict)
    user_agent: str
    headers: Callable[[str], Mapping[str, str]] = _no_headers
    max_redirects: int = MAX_REDIRECTS
    seen: Callable[[SentRequest, Response], None] = _unseen


ResultT = TypeVar("ResultT")
Receive = Callable[[str, Response, tuple[Redirect, ...]], ResultT]
"""Reads a response that is no redirect: gets its URL, and the redirects that led there."""


def loopback_origins(origins: Iterable[str]) -> frozenset[str]:
    """Return those of ``origins`` that are on this machine."""
    return frozenset(it for it in origins if _host(it) in _LOOPBACK)


def fetch_page(
    url: str, rules: Rules, *, deadline: float, resolver: Resolver = resolve
) -> FetchedPage:
    """Return the page at ``url``. ``deadline`` is a time of ``time.monotonic``.

    Raises FetchFailed, and TimeoutError after the deadline.
    """
    found = fetch_body(url, rules, deadline=deadline, resolver=resolver)
    return FetchedPage(found.url, found.type, decode(found.body, found.charset), found.headers)


def fetch_body(
    url: str, rules: Rules, *, deadline: float, resolver: Resolver = resolve
) -> FetchedBody:
    """Return what is at ``url``, without its content coding. Raises as ``fetch_page``."""

    def receive(at: str, response: Response, _: tuple[Redirect, ...]) -> FetchedBody:
        if response.status != HTTPStatus.OK:
            raise FetchFailed(
                "status",
                message(
                    "%(origin)s answered %(status)d for this address.",
                    origin=urls.origin(at),
                    status=response.status,
                ),
            )
        kind, charset, body = _content(response, rules, deadline)
        return FetchedBody(at, kind, charset, body, list(response.headers.items()))

    return follow(url, rules, receive, deadline=deadline, resolver=resolver)


def follow(
    url: str,
    rules: Rules,
    receive: Receive[ResultT],
    *,
    deadline: float,
    resolver: Resolver = resolve,
) -> ResultT:
    """Request ``url``, follow redirects, and return what ``receive`` makes of the response.

    ``deadline`` is a time of ``time.monotonic``. Raises FetchFailed, and TimeoutError after it.
    """
    url = url.strip()
    if problem := urls.link_problem(url):
        raise FetchFailed("url", message("The address %(problem)s.", problem=problem))
    addresses: dict[str, list[str]] = {}
    redirects: list[Redirect] = []
    for _ in range(rules.max_redirects + 1):
        if refusal := rules.refusal(url):
            raise FetchFailed("not-allowed", refusal)
        origin = urls.origin(url)
        if origin not in addresses:
            addresses[origin] = _resolve(url, rules, resolver, deadline)
        before = tuple(redirects)
        answer = _answer(
            url, addresses[origin], rules, partial(_receive, receive, before), deadline
        )
        if not isinstance(answer, _Location):
            return answer
        redirects.append(Redirect(url, answer.status))
        url = _redirect_target(url, answer.target, rules)
    raise FetchFailed(
        "redirect",
        message(
            "The page leads on more than %(limit)d times; give the last address.",
            limit=rules.max_redirects,
        ),
    )


@dataclass(frozen=True, slots=True)
class _Location:
    target: str
    status: int


def _receive(
    receive: Receive[ResultT], redirects: tuple[Redirect, ...], url: str, response: Response
) -> ResultT:
    return receive(url, response, redirects)


def _resolve(url: str, rules: Rules, resolver: Resolver, deadline: float) -> list[str]:
    """Return the addresses to connect to: resolved once, all of them checked."""
    host = _host(url)
    try:
        found = resolve_within(host, _port(url), deadline=deadline, resolver=resolver)
    except TimeoutError:
        raise
    except (OSError, UnicodeError) as error:
        raise FetchFailed(
            "unknown-host", message("The host %(host)s is not to be found.", host=host)
        ) from error
    # An origin on loopback was listed deliberately; all others must be public.
    accepted = is_loopback if urls.origin(url) in rules.loopback_origins else is_public
    if not found or not all(accepted(address) for address in found):
        raise FetchFailed(
            "private",
            message(
                "%(host)s is not in the public internet, so its pages are not fetched from here.",
                host=host,
            ),
        )
    return found


def _answer(
    url: str,
    addresses: list[str],
    rules: Rules,
    receive: Callable[[str, Response], ResultT],
    deadline: float,
) -> ResultT | _Location:
    """Return what ``receive`` makes of the response, or where a redirect leads."""
    origin = urls.origin(url)
    try:
        return _request(url, addresses, rules, receive, deadline)
    except InvalidCertificate as error:
        problem = message(
            "The certificate of %(origin)s is not valid: %(reason)s.", origin=origin, reason=error
        )
        raise FetchFailed("certificate", problem) from error
    except RequestFailed as error:
        problem = message(
            "%(origin)s did not answer as a web server should (%(reason)s).",
            origin=origin,
            reason=error,
        )
        raise FetchFailed("no-answer", problem) from error


def _request(
    url: str,
    addresses: list[str],
    rules: Rules,
    receive: Callable[[str, Response], ResultT],
    deadline: float,
) -> ResultT | _Location:
    parts = urlsplit(url)
    origin = urls.origin(url)
    target = quote(parts.path or "/", safe=_SAFE)
    if parts.query:
        target += "?" + quote(parts.query, safe=f"{_SAFE}?")
    headers = {
        "Host": origin.partition("://")[2],
        "Accept": ", ".join(rules.types),
        "Accept-Encoding": "gzip",
        "User-Agent": rules.user_agent,
        **rules.headers(url),
    }
    with get_pinned(
        origin, addresses, target=target, headers=headers, deadline=deadline
    ) as response:
        rules.seen(SentRequest(url, target, headers), response)
        location = response.headers.get("Location")
        if response.status in _REDIRECTS and location:
            return _Location(location, response.status)
        return receive(url, response)


def _redirect_target(url: str, location: str, rules: Rules) -> str:
    try:
        target = urljoin(url, location)
        invalid = urls.link_problem(target) is not None
    except ValueError:
        target, invalid = "", True
    if invalid:
        raise FetchFailed("redirect", rules.redirect_refusal(url, "") or _AWAY)
    if refusal := rules.redirect_refusal(url, target):
        raise FetchFailed("redirect", refusal)
    local = rules.loopback_origins
    if urls.origin(target) in local and urls.origin(url) not in local:
        raise FetchFailed("private", _AWAY)
    return target


def _content(response: Response, rules: Rules, deadline: float) -> tuple[str, str, bytes]:
    """Return the media type, the charset that the header names, and the body."""
    kind, charset = content_type(response)
    if kind not in rules.types:
        raise FetchFailed(
            "type",
            message("This is no HTML page but %(type)s.", type=_shorten(kind))
            if kind
            else message("This is no HTML page but of unknown type."),
        )
    most = rules.larger.get(kind, MAX_BYTES)
    try:
        body = receive_body(response, max_bytes=most, deadline=deadline)
    except TooLarge as error:
        problem = message("The page is larger than %(limit)d MB.", limit=most // 1024 // 1024)
        raise FetchFailed("too-large", problem) from error
    return kind, charset, body


def content_type(response: Response) -> tuple[str, str]:
    """Return the media type in lower case, and the charset that is named with it."""
    kind, _, parameters = response.headers.get("Content-Type", "").partition(";")
    found = _CHARSET_PARAMETER.search(parameters)
    return kind.strip().lower(), found[1] if found else ""


def receive_body(response: Response, *, max_bytes: int, deadline: float) -> bytes:
    """Return the body without its content coding. Raises FetchFailed, and as ``read_body``."""
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip", "x-gzip"):
        raise FetchFailed(
            "type",
            message(
                "The page came in the coding %(coding)s; only gzip is read.",
                coding=_shorten(coding),
            ),
        )
    return read_body(response, max_bytes=max_bytes, deadline=deadline, gunzip=coding != "identity")


def decode(body: bytes, charset: str = "") -> str:
    """Return the text of a page: in ``charset``, in the one that it names itself, or as it looks.

    A byte order mark goes first; labels mean what they mean to browsers (Encoding Standard,
    section 4.2), where ``iso-8859-1`` is Windows-1252.
    """
    encoding = webencodings.lookup(charset)
    if encoding is None:
        # HTML Standard, section 13.2.3.2: within the first 1024 bytes; UTF-16 means UTF-8 there.
        named = _CHARSET_MARK.search(body[:1024])
        encoding = webencodings.lookup(named[1].decode("ascii", "replace")) if named else None
        if encoding is None:
            return _undeclared(body)
        if encoding.name.startswith("utf-16"):
            encoding = webencodings.UTF8
    return webencodings.decode(body, encoding, errors="replace")[0]


def _undeclared(body: bytes) -> str:
    """Return the text of a page that names no encoding: UTF-8, else Windows-1252 as in browsers."""
    text = webencodings.decode(body, webencodings.UTF8, errors="replace")[0]
    damaged = text.count("\ufffd")
    if 2 * damaged <= sum(not it.isascii() for it in text):
        return text
    return webencodings.decode(body, "windows-1252", errors="replace")[0]


def _shorten(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def _host(url: str) -> str:
    return urls.host_of(url).strip("[]")


def _port(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme.lower() == "https" else 80)
