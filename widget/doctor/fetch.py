"""A host page, fetched with care: anyone may ask for one, and nobody may look around with it.

Only origins that a publication lists are asked. Their name is resolved once, every answer must
be public, and the connection goes to the address that was looked at. All of it has one deadline,
whatever the other side does.
"""

from __future__ import annotations

import http.client
import io
import queue
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from widget import __version__
from widget.config import Settings
from widget.doctor.addresses import is_loopback, is_public
from widget.entry import urls
from widget.errors import InsightsError
from widget.rate_limiter import RateLimiter

SECONDS = 10.0
MOST_BYTES = 2 * 1024 * 1024
MOST_REDIRECTS = 3
FETCHES_A_MINUTE = 20
FETCHES_AT_ONCE = 2

Resolver = Callable[[str, int], list[str]]
"""Returns the addresses of a host; raises OSError where it has none."""

_CHUNK = 65_536
_REDIRECTS = (301, 302, 303, 307, 308)
_CHARSET = re.compile(
    r"utf-?8|us-ascii|iso-8859-\d{1,2}|windows-125\d|koi8-[ru]|shift_jis|euc-(?:jp|kr)|gb\w{1,8}|big5",
    re.IGNORECASE | re.ASCII,
)


class CannotFetch(InsightsError):
    """The page was not fetched; the message says why, and never the address's query."""


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
    """A page as it came. ``url`` is where it was in the end."""

    url: str
    html: str
    headers: list[tuple[str, str]]


def resolve(host: str, port: int) -> list[str]:
    """Return every address of a host, as the system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def fetch(
    url: str,
    settings: Settings,
    *,
    resolver: Resolver = resolve,
    seconds: float = SECONDS,
) -> Fetched:
    """Return the page at ``url``. Raises CannotFetch, in words for who asked for it."""
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
    except ssl.SSLCertVerificationError as error:
        raise CannotFetch(
            f"The certificate of {urls.origin(url)} is not in order: {error.verify_message}."
        ) from error
    except (OSError, http.client.HTTPException, zlib.error) as error:
        if time.monotonic() >= deadline:
            raise CannotFetch(f"The page did not come within {seconds:g} seconds.") from error
        raise CannotFetch(
            f"{urls.origin(url)} did not answer as a web server should ({_kind(error)})."
        ) from error
    raise CannotFetch(f"The page leads on more than {MOST_REDIRECTS} times; give the last address.")


def _kind(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or type(error).__name__


def _check_allowed(url: str, settings: Settings) -> None:
    """Refuse what is no address, and what is none of a publication's own."""
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
    """Return a resolver that gives up at the deadline; the system's own may take minutes."""

    def resolved(host: str, port: int) -> list[str]:
        answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

        def look_up() -> None:
            try:
                answers.put(resolver(host, port))
            except OSError as error:
                answers.put(error)

        threading.Thread(target=look_up, daemon=True).start()
        try:
            answer = answers.get(timeout=_remaining(deadline))
        except queue.Empty:
            raise TimeoutError from None
        if isinstance(answer, OSError):
            raise answer
        return answer

    return resolved


def _resolve_public(url: str, resolver: Resolver) -> list[str]:
    """Return the addresses to connect to: looked up once, every one looked at."""
    host = urls.host_of(url).strip("[]")
    try:
        found = resolver(host, _port(url))
    except TimeoutError:
        raise
    except (OSError, UnicodeError) as error:
        raise CannotFetch(f"The host {host} is not to be found.") from error
    # A listed origin on this very machine was listed on purpose; any other must be public.
    accepted = is_loopback if host in ("localhost", "127.0.0.1", "::1") else is_public
    if not found or not all(accepted(address) for address in found):
        raise CannotFetch(
            f"{host} is not in the public internet, so its pages are not fetched from here. "
            "Paste the page's HTML instead."
        )
    return found


def _request(url: str, addresses: list[str], deadline: float) -> Fetched | str:
    """Return the page, or the address that it leads on to."""
    parts = urlsplit(url)
    connection = _Pinned(parts, addresses, _port(url), deadline)
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    if parts.query:
        target += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    headers = {
        "Host": urls.origin(url).partition("://")[2],
        "Accept": "text/html",
        "Accept-Encoding": "gzip",
        "User-Agent": f"Insights-Doctor/{__version__}",
    }
    try:
        connection.request("GET", target, headers=headers)
        response = connection.getresponse()
        location = response.getheader("Location")
        if response.status in _REDIRECTS and location:
            return location
        if response.status != HTTPStatus.OK:
            raise CannotFetch(
                f"{urls.origin(url)} answered {response.status} for this address; the doctor "
                "needs the page that readers get."
            )
        return Fetched(url, _text(response), response.getheaders())
    finally:
        connection.release()


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


def _text(response: http.client.HTTPResponse) -> str:
    """Return the body, of which no more is ever kept than the cap."""
    kind, _, parameters = (response.getheader("Content-Type") or "").partition(";")
    if kind.strip().lower() != "text/html":
        raise CannotFetch(
            f"This is no HTML page but {_shorten(kind.strip()) or 'of unknown type'}."
        )
    coding = (response.getheader("Content-Encoding") or "identity").strip().lower()
    if coding not in ("identity", "gzip", "x-gzip"):
        raise CannotFetch(
            f"The page came in the coding {_shorten(coding)}, which nobody asked for."
        )
    if (response.length or 0) > MOST_BYTES:
        raise _too_large()
    unzip = zlib.decompressobj(wbits=31) if coding != "identity" else None
    body = bytearray()
    while chunk := response.read1(_CHUNK):
        # One byte more than the cap is enough to know; the rest stays compressed.
        body += unzip.decompress(chunk, MOST_BYTES + 1 - len(body)) if unzip else chunk
        if len(body) > MOST_BYTES:
            raise _too_large()
        if unzip and unzip.eof:
            break
    found = re.search(r"charset\s*=\s*[\"']?([\w-]+)", parameters, re.IGNORECASE)
    charset = found[1] if found and _CHARSET.fullmatch(found[1]) else "utf-8"
    try:
        return body.decode(charset, "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def _too_large() -> CannotFetch:
    return CannotFetch(f"The page is larger than {MOST_BYTES // 1024 // 1024} MB.")


def _shorten(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def _port(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme.lower() == "https" else 80)


class _Pinned(http.client.HTTPConnection):
    """A connection to one of ``addresses``, whatever the host's name means by now."""

    def __init__(
        self, parts: SplitResult, addresses: list[str], port: int, deadline: float
    ) -> None:
        super().__init__(addresses[0], port)
        self._addresses = addresses
        self._secure = parts.scheme.lower() == "https"
        self._name = urls.host_of(parts.geturl()).strip("[]")
        self._deadline = deadline
        self._plain: socket.socket | None = None

    def connect(self) -> None:
        """Connect; the certificate is held against the host's name."""
        self._plain = self._reached()
        self._plain.settimeout(_remaining(self._deadline))
        if self._secure:
            context = ssl.create_default_context()
            self._plain = context.wrap_socket(self._plain, server_hostname=self._name)
        self.sock = _Timed(self._plain, self._deadline)

    def _reached(self) -> socket.socket:
        for address in self._addresses[:-1]:
            try:
                return socket.create_connection((address, self.port), _remaining(self._deadline))
            except ConnectionRefusedError:
                continue
        last = self._addresses[-1]
        return socket.create_connection((last, self.port), _remaining(self._deadline))

    def release(self) -> None:
        """Close the socket. ``close`` does not: http.client calls it before the body is read."""
        self.close()
        if self._plain:
            self._plain.close()


class _Timed:
    """A socket with one deadline for everything: what trickles in does not push it back."""

    def __init__(self, plain: socket.socket, deadline: float) -> None:
        self._socket = plain
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        """Send all of it before the deadline."""
        self._socket.settimeout(_remaining(self._deadline))
        self._socket.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return what ``http.client`` reads the answer from."""
        del mode  # http.client only ever reads
        return io.BufferedReader(_Incoming(self._socket, self._deadline), _CHUNK)

    def close(self) -> None:
        """Leave it to ``_Pinned.release``."""


class _Incoming(io.RawIOBase):
    """What a socket receives, each read with what is left of the time."""

    def __init__(self, plain: socket.socket, deadline: float) -> None:
        self._socket = plain
        self._deadline = deadline

    def readable(self) -> bool:
        """Say that it can be read, as io asks."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401  # a buffer, as io has it
        """Receive what is there, or wait for it until the deadline."""
        self._socket.settimeout(_remaining(self._deadline))
        return self._socket.recv_into(buffer)


def _remaining(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
