"""Fetches a page of anyone's choosing, without giving access to internal networks.

Each host is resolved once, all its addresses must be public, and the connection uses these
addresses. Every redirect is checked in the same way. One deadline covers the whole fetch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Literal
from urllib.parse import quote, urljoin, urlsplit

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
_CHARSET = re.compile(
    r"utf-?8|us-ascii|iso-8859-\d{1,2}|windows-125\d|koi8-[ru]|shift_jis|euc-(?:jp|kr)|gb\w{1,8}|big5",
    re.IGNORECASE | re.ASCII,
)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What may be fetched.

    ``refusal`` returns why a valid URL may not be requested, empty where it may;
    ``redirect_refusal`` gets the URL of a redirect and its valid target. ``loopback_origins`` are
    accepted on loopback, and nowhere else; a redirect leads there only from another of them.
    """

    refusal: Callable[[str], str]
    redirect_refusal: Callable[[str, str], str]
    loopback_origins: frozenset[str]
    types: tuple[str, ...] = ("text/html",)
    user_agent: str


def loopback_origins(origins: Iterable[str]) -> frozenset[str]:
    """Return those of ``origins`` that are on this machine."""
    return frozenset(it for it in origins if _host(it) in _LOOPBACK)


def fetch_page(
    url: str, rules: Rules, *, deadline: float, resolver: Resolver = resolve
) -> FetchedPage:
    """Return the page at ``url``. ``deadline`` is a time of ``time.monotonic``.

    Raises FetchFailed, and TimeoutError after the deadline.
    """
    url = url.strip()
    if problem := urls.link_problem(url):
        raise FetchFailed("url", message("The address %(problem)s.", problem=problem))
    addresses: dict[str, list[str]] = {}
    for _ in range(MAX_REDIRECTS + 1):
        if refusal := rules.refusal(url):
            raise FetchFailed("not-allowed", refusal)
        origin = urls.origin(url)
        if origin not in addresses:
            addresses[origin] = _resolve(url, rules, resolver, deadline)
        answer = _answer(url, addresses[origin], rules, deadline)
        if isinstance(answer, FetchedPage):
            return answer
        url = _redirect_target(url, answer, rules)
    raise FetchFailed(
        "redirect",
        message(
            "The page leads on more than %(limit)d times; give the last address.",
            limit=MAX_REDIRECTS,
        ),
    )


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


def _answer(url: str, addresses: list[str], rules: Rules, deadline: float) -> FetchedPage | str:
    """Return the page, or the target of a redirect."""
    origin = urls.origin(url)
    try:
        return _request(url, addresses, rules, deadline)
    except InvalidCertificate as error:
        problem = message(
            "The certificate of %(origin)s is not valid: %(reason)s.", origin=origin, reason=error
        )
        raise FetchFailed("certificate", problem) from error
    except TooLarge as error:
        problem = message("The page is larger than %(limit)d MB.", limit=MAX_BYTES // 1024 // 1024)
        raise FetchFailed("too-large", problem) from error
    except RequestFailed as error:
        problem = message(
            "%(origin)s did not answer as a web server should (%(reason)s).",
            origin=origin,
            reason=error,
        )
        raise FetchFailed("no-answer", problem) from error


def _request(url: str, addresses: list[str], rules: Rules, deadline: float) -> FetchedPage | str:
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
    }
    with get_pinned(
        origin, addresses, target=target, headers=headers, deadline=deadline
    ) as response:
        location = response.headers.get("Location")
        if response.status in _REDIRECTS and location:
            return location
        if response.status != HTTPStatus.OK:
            raise FetchFailed(
                "status",
                message(
                    "%(origin)s answered %(status)d for this address.",
                    origin=origin,
                    status=response.status,
                ),
            )
        kind, text = _content(response, rules, deadline)
        return FetchedPage(url, kind, text, list(response.headers.items()))


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


def _content(response: Response, rules: Rules, deadline: float) -> tuple[str, str]:
    """Return the media type and the decoded body."""
    kind, _, parameters = response.headers.get("Content-Type", "").partition(";")
    kind = kind.strip().lower()
    if kind not in rules.types:
        raise FetchFailed(
            "type",
            message("This is no HTML page but %(type)s.", type=_shorten(kind))
            if kind
            else message("This is no HTML page but of unknown type."),
        )
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip", "x-gzip"):
        raise FetchFailed(
            "type",
            message(
                "The page came in the coding %(coding)s; only gzip is read.",
                coding=_shorten(coding),
            ),
        )
    body = read_body(response, max_bytes=MAX_BYTES, deadline=deadline, gunzip=coding != "identity")
    found = _CHARSET_PARAMETER.search(parameters)
    return kind, decode(body, found[1] if found else "")


def decode(body: bytes, charset: str = "") -> str:
    """Return the text of a page: in ``charset``, in the one that it names itself, or in UTF-8."""
    if body.startswith(b"\xef\xbb\xbf"):
        return body[3:].decode("utf-8", "replace")
    if not _CHARSET.fullmatch(charset):
        # HTML Standard, section 13.2.3.2: within the first 1024 bytes.
        named = _CHARSET_MARK.search(body[:1024])
        charset = named[1].decode("ascii", "replace") if named else ""
    try:
        return body.decode(charset if _CHARSET.fullmatch(charset) else "utf-8", "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def _shorten(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def _host(url: str) -> str:
    return urls.host_of(url).strip("[]")


def _port(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme.lower() == "https" else 80)
