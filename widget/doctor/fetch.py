"""Fetches a host page for anyone, without giving access to internal networks.

Only origins that a publication lists are fetched. Their name is resolved once, all its addresses
must be public, and the connection uses these addresses. One deadline covers the whole fetch.
"""

from __future__ import annotations

import queue
import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote, urljoin, urlsplit

from widget import __version__
from widget.config import Settings
from widget.entry import urls
from widget.errors import InsightsError
from widget.net.addresses import is_loopback, is_public
from widget.net.http_client import (
    InvalidCertificate,
    RequestFailed,
    Response,
    TooLarge,
    get_pinned,
    read_body,
    remaining,
)
from widget.net.rate_limiter import RateLimiter

SECONDS = 10.0
MOST_BYTES = 2 * 1024 * 1024
MOST_REDIRECTS = 3
FETCHES_A_MINUTE = 20
FETCHES_AT_ONCE = 2

Resolver = Callable[[str, int], list[str]]
"""Returns the IP addresses of a host; raises OSError where it has none."""

_REDIRECTS = (301, 302, 303, 307, 308)
_CHARSET = re.compile(
    r"utf-?8|us-ascii|iso-8859-\d{1,2}|windows-125\d|koi8-[ru]|shift_jis|euc-(?:jp|kr)|gb\w{1,8}|big5",
    re.IGNORECASE | re.ASCII,
)


class CannotFetch(InsightsError):
    """The page was not fetched; the message says why, and never contains the URL's query."""


def fetch_limiter() -> RateLimiter:
    """Return the limit of this process: the doctor is public, and each fetch blocks a thread."""
    return RateLimiter(
        limit=FETCHES_A_MINUTE,
        seconds=60,
        at_once=FETCHES_AT_ONCE,
        message="Many pages are being fetched just now. Try again in a moment, or paste the page's "
        "HTML, which can be looked at any time.",
    )


@dataclass(frozen=True, slots=True)
class Fetched:
    """A fetched page. ``url`` is its URL after redirects."""

    url: str
    html: str
    headers: list[tuple[str, str]]


def resolve(host: str, port: int) -> list[str]:
    """Return all IP addresses of a host from the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def fetch(
    url: str,
    settings: Settings,
    *,
    resolver: Resolver = resolve,
    seconds: float = SECONDS,
) -> Fetched:
    """Return the page at ``url``. Raises CannotFetch with a message for the user."""
    deadline = time.monotonic() + seconds
    url = url.strip()
    _check_allowed(url, settings)
    try:
        addresses = _resolve_public(url, _with_deadline(resolver, deadline))
        for _ in range(MOST_REDIRECTS + 1):
            answer = _request(url, addresses, deadline)
            if isinstance(answer, Fetched):
                return answer
            url = _redirect_target(url, answer)
    except TimeoutError as error:
        raise CannotFetch(f"The page did not come within {seconds:g} seconds.") from error
    except InvalidCertificate as error:
        raise CannotFetch(
            f"The certificate of {urls.origin(url)} is not valid: {error}."
        ) from error
    except TooLarge as error:
        raise CannotFetch(f"The page is larger than {MOST_BYTES // 1024 // 1024} MB.") from error
    except RequestFailed as error:
        raise CannotFetch(
            f"{urls.origin(url)} did not answer as a web server should ({error})."
        ) from error
    raise CannotFetch(f"The page leads on more than {MOST_REDIRECTS} times; give the last address.")


def _check_allowed(url: str, settings: Settings) -> None:
    """Raise CannotFetch unless ``url`` is valid and of an origin that a publication lists."""
    problem = urls.link_problem(url)
    if problem:
        raise CannotFetch(f"The address {problem}.")
    origin = urls.origin(url)
    listed = [origin for publication in settings.publications for origin in publication.origins]
    if origin not in listed:
        raise CannotFetch(
            f"{origin} is not among the origins of a publication here, and the doctor fetches only "
            "their pages. Paste the page's HTML instead; the doctor then says what to add."
        )


def _with_deadline(resolver: Resolver, deadline: float) -> Resolver:
    """Return a resolver that gives up at the deadline; the system's may take minutes."""

    def resolved(host: str, port: int) -> list[str]:
        answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

        def look_up() -> None:
            try:
                answers.put(resolver(host, port))
            except OSError as error:
                answers.put(error)

        threading.Thread(target=look_up, daemon=True).start()
        try:
            answer = answers.get(timeout=remaining(deadline))
        except queue.Empty:
            raise TimeoutError from None
        if isinstance(answer, OSError):
            raise answer
        return answer

    return resolved


def _resolve_public(url: str, resolver: Resolver) -> list[str]:
    """Return the addresses to connect to: resolved once, all of them checked."""
    host = urls.host_of(url).strip("[]")
    try:
        found = resolver(host, _port(url))
    except TimeoutError:
        raise
    except (OSError, UnicodeError) as error:
        raise CannotFetch(f"The host {host} is not to be found.") from error
    # An origin on loopback was listed deliberately; all others must be public.
    accepted = is_loopback if host in ("localhost", "127.0.0.1", "::1") else is_public
    if not found or not all(accepted(address) for address in found):
        raise CannotFetch(
            f"{host} is not in the public internet, so its pages are not fetched from here. "
            "Paste the page's HTML instead."
        )
    return found


def _request(url: str, addresses: list[str], deadline: float) -> Fetched | str:
    """Return the page, or the target of a redirect."""
    parts = urlsplit(url)
    origin = urls.origin(url)
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    if parts.query:
        target += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    headers = {
        "Host": origin.partition("://")[2],
        "Accept": "text/html",
        "Accept-Encoding": "gzip",
        "User-Agent": f"Insights-Doctor/{__version__}",
    }
    with get_pinned(
        origin, addresses, target=target, headers=headers, deadline=deadline
    ) as response:
        location = response.headers.get("Location")
        if response.status in _REDIRECTS and location:
            return location
        if response.status != HTTPStatus.OK:
            raise CannotFetch(
                f"{origin} answered {response.status} for this address; the doctor needs the "
                "page that readers get."
            )
        return Fetched(url, _text(response, deadline), list(response.headers.items()))


def _redirect_target(url: str, location: str) -> str:
    try:
        goal = urljoin(url, location)
        problem = urls.link_problem(goal)
        away = bool(problem) or urls.origin(goal) != urls.origin(url)
    except ValueError:
        goal, problem, away = "", "", True
    if away:
        where = "another place" if problem or not goal else urls.origin(goal)
        raise CannotFetch(f"The page leads on to {where}, which the doctor does not follow.")
    return goal


def _text(response: Response, deadline: float) -> str:
    """Return the decoded body."""
    kind, _, parameters = response.headers.get("Content-Type", "").partition(";")
    if kind.strip().lower() != "text/html":
        kind = _shorten(kind.strip()) or "of unknown type"
        raise CannotFetch(f"This is no HTML page but {kind}.")
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip", "x-gzip"):
        raise CannotFetch(f"The page came in the coding {_shorten(coding)}; only gzip is read.")
    body = read_body(response, max_bytes=MOST_BYTES, deadline=deadline, gunzip=coding != "identity")
    found = re.search(r"charset\s*=\s*[\"']?([\w-]+)", parameters, re.IGNORECASE)
    charset = found[1] if found and _CHARSET.fullmatch(found[1]) else "utf-8"
    try:
        return body.decode(charset, "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def _shorten(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def _port(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme.lower() == "https" else 80)
