"""Outbound HTTP with limits on time and size. Redirects are never followed.

``Client`` keeps connections to trusted services open. ``get_pinned`` requests one URL of anyone's
choosing: it connects only to given addresses. ``post`` sends one long request to a service that the
operator named. One deadline covers the whole exchange of either.
"""

from __future__ import annotations

import http.client
import logging
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)

from widget.errors import InsightsError
from widget.net.resolver import resolve_within

# urllib3's warnings contain the paths of requests.
logging.getLogger("urllib3").setLevel(logging.ERROR)

Response = urllib3.BaseHTTPResponse

_CHUNK = 65_536
_LOOK_SECONDS = 0.2
"""How soon a cancellation is noticed."""
_PORTS = {"http": 80, "https": 443}


class RequestFailed(InsightsError):
    """There is no usable response. The message says why, such as "refuses the connection"."""


class InvalidCertificate(RequestFailed):
    """The server's certificate was not accepted; the message says why."""


class NotConnected(RequestFailed):
    """There is no connection, so that nothing was sent."""


class TooLarge(RequestFailed):
    """The body is larger than the limit."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response with its body, which was complete and within the limit."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Client:
    """Requests to trusted services, over persistent connections. Thread-safe.

    ``connect_seconds`` and ``read_seconds`` limit each wait for the other side, and three times
    ``read_seconds`` the whole body of a response; ``max_bytes`` limits its size.
    """

    def __init__(self, *, connect_seconds: float, read_seconds: float, max_bytes: int) -> None:
        self._read_seconds = read_seconds
        self._max_bytes = max_bytes
        timeout = urllib3.Timeout(connect=connect_seconds, read=read_seconds)
        self._pool = urllib3.PoolManager(retries=False, timeout=timeout)

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        """Send a request and return its response. Raises RequestFailed."""
        try:
            response = self._pool.request(
                method,
                url,
                headers=headers,
                body=body or None,
                redirect=False,
                preload_content=False,
            )
            try:
                deadline = time.monotonic() + 3 * self._read_seconds
                content = read_body(response, max_bytes=self._max_bytes, deadline=deadline)
            except (TooLarge, TimeoutError):
                response.close()
                raise
            finally:
                response.release_conn()
        except TimeoutError:
            raise RequestFailed(self._slow()) from None
        except HTTPError as error:
            raise RequestFailed(self._reason(error)) from None
        return Answer(response.status, response.headers, content)

    def _reason(self, error: HTTPError) -> str:
        if isinstance(error, NameResolutionError):
            return "has no address: its name cannot be resolved"
        if isinstance(error, NewConnectionError):
            return "refuses the connection"
        if isinstance(error, (ConnectTimeoutError, ReadTimeoutError)):
            return self._slow()
        if isinstance(error, SSLError):
            return "has no valid certificate"
        return f"closed the connection ({type(error).__name__})"

    def _slow(self) -> str:
        return f"did not answer within {self._read_seconds:g} s"


@contextmanager
def get_pinned(
    url: str,
    addresses: Sequence[str],
    *,
    target: str,
    headers: Mapping[str, str],
    deadline: float,
) -> Iterator[Response]:
    """Request ``target`` (path and query) of ``url`` from one of ``addresses``.

    The host of ``url`` (ASCII) is used for the certificate only and is not resolved again.
    ``deadline`` is a time of ``time.monotonic``; it covers the block, too, which reads the body.
    Raises TimeoutError after it, InvalidCertificate and RequestFailed.
    """
    parts = urlsplit(url)
    port = parts.port or _PORTS[parts.scheme]
    pinned = _Pinned(addresses, port, deadline)
    with _exchange("GET", url, pinned, target=target, headers=headers) as response:
        yield response


def post(
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes,
    deadline: float,
    max_bytes: int,
    cancelled: threading.Event | None = None,
) -> Answer:
    """Send ``body`` to ``url`` (ASCII) and return the response.

    ``deadline`` is a time of ``time.monotonic``; it covers resolving, connecting, sending, waiting
    and the body. ``cancelled`` closes the connection. Raises TimeoutError after the deadline,
    NotConnected, InvalidCertificate, TooLarge and RequestFailed.
    """
    parts = urlsplit(url)
    host, port = (parts.hostname or "").strip("[]"), parts.port or _PORTS[parts.scheme]
    pinned = _Pinned(_addresses(host, port, deadline), port, deadline, cancelled)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    headers = {**headers, "Accept-Encoding": "identity"}
    with _exchange("POST", url, pinned, target=target, headers=headers, body=body) as response:
        content = read_body(response, max_bytes=max_bytes, deadline=deadline)
        remaining(deadline)
        if response.length_remaining:
            raise RequestFailed("closed the connection before the response was complete")
        return Answer(response.status, response.headers, content)


def _addresses(host: str, port: int, deadline: float) -> list[str]:
    try:
        return resolve_within(host, port, deadline=deadline)
    except TimeoutError:
        raise
    except (OSError, UnicodeError):
        raise NotConnected("has no address: its name cannot be resolved") from None


@contextmanager
def _exchange(
    method: str,
    url: str,
    pinned: _Pinned,
    *,
    target: str,
    headers: Mapping[str, str],
    body: bytes | None = None,
) -> Iterator[Response]:
    """Send a request over the connection of ``pinned``; yield the response, its body unread."""
    parts = urlsplit(url)
    deadline, port = pinned.deadline, parts.port or _PORTS[parts.scheme]
    host = (parts.hostname or "").strip("[]")
    connection: _HttpConnection | _HttpsConnection
    if parts.scheme == "https":
        connection = _HttpsConnection(pinned, host, port, ssl_context=ssl.create_default_context())
    else:
        connection = _HttpConnection(pinned, host, port)
    closing = ExitStack()
    closing.callback(connection.close)
    closing.callback(pinned.close)
    try:
        connection.request(
            method,
            target,
            body=body,
            headers=headers,
            preload_content=False,
            decode_content=False,
            enforce_content_length=False,
        )
        response = connection.getresponse()
        closing.callback(response.close)
        remaining(deadline)  # headers end where the connection was shut down, too
        yield response
        remaining(deadline)  # and so does a body without a length
    except TimeoutError:
        raise
    except ssl.SSLCertVerificationError as error:
        raise InvalidCertificate(error.verify_message) from error
    except (OSError, HTTPError, http.client.HTTPException, zlib.error) as error:
        remaining(deadline)
        name = (isinstance(error, OSError) and error.strerror) or type(error).__name__
        failure = RequestFailed if pinned.connected else NotConnected
        raise failure(name) from error
    finally:
        closing.close()


def read_body(
    response: Response, *, max_bytes: int, deadline: float, gunzip: bool = False
) -> bytes:
    """Return the body of ``response``, decompressed with ``gunzip``.

    Raises TooLarge, and TimeoutError where a wait ends after ``deadline``.

    Memory is limited, too: a compressed body is not decompressed beyond ``max_bytes``.
    """
    if (response.length_remaining or 0) > max_bytes:
        raise TooLarge("sent a response that is too large")
    decompressor = zlib.decompressobj(wbits=31) if gunzip else None
    body = bytearray()
    while chunk := response.read1(_CHUNK, decode_content=False):
        remaining(deadline)
        # One byte beyond the limit shows that it is exceeded; the rest stays compressed.
        spare = max_bytes + 1 - len(body)
        body += decompressor.decompress(chunk, spare) if decompressor else chunk
        if len(body) > max_bytes:
            raise TooLarge("sent a response that is too large")
        if decompressor and decompressor.eof:
            break
    return bytes(body)


def remaining(deadline: float) -> float:
    """Return the seconds until ``deadline``. Raises TimeoutError where it has passed."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Pinned:
    """Opens the socket to one of ``addresses``, and shuts it down at the deadline.

    A socket's own timeout begins anew with each read, so that a trickle would never end.
    """

    def __init__(
        self,
        addresses: Sequence[str],
        port: int,
        deadline: float,
        cancelled: threading.Event | None = None,
    ) -> None:
        self._addresses = addresses
        self._cancelled = cancelled
        self._port = port
        self.deadline = deadline
        self.connected = False
        self._socket: socket.socket | None = None
        self._closed = threading.Event()
        self._watcher: threading.Thread | None = None

    def open(self) -> socket.socket:
        """Return the connected socket."""
        connected = self._connect()
        self.connected = True
        connected.settimeout(remaining(self.deadline))
        # A duplicate, because TLS takes over the descriptor of the socket.
        self._socket = connected.dup()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        return connected

    def close(self) -> None:
        """Stop watching the deadline."""
        self._closed.set()
        if self._watcher:
            self._watcher.join()
        if self._socket:
            self._socket.close()

    def _connect(self) -> socket.socket:
        for address in self._addresses[:-1]:
            try:
                return self._connect_to(address)
            except TimeoutError:
                raise
            except OSError:  # refused, or no route, such as to IPv6
                continue
        return self._connect_to(self._addresses[-1])

    def _connect_to(self, address: str) -> socket.socket:
        return socket.create_connection((address, self._port), remaining(self.deadline))

    def _watch(self) -> None:
        """Shut the socket down at the deadline, or soon after a cancellation."""
        while (left := self.deadline - time.monotonic()) > 0:
            if self._closed.wait(min(left, _LOOK_SECONDS) if self._cancelled else left):
                return
            if self._cancelled and self._cancelled.is_set():
                break
        self._shut_down()

    def _shut_down(self) -> None:
        if self._socket:
            with suppress(OSError):  # the other side has closed it
                self._socket.shutdown(socket.SHUT_RDWR)


class _HttpConnection(HTTPConnection):
    def __init__(self, pinned: _Pinned, host: str, port: int) -> None:
        super().__init__(host, port)
        self._pinned = pinned

    def _new_conn(self) -> socket.socket:
        return self._pinned.open()


class _HttpsConnection(HTTPSConnection):
    def __init__(self, pinned: _Pinned, host: str, port: int, **options: Any) -> None:  # noqa: ANN401  # urllib3's
        super().__init__(host, port, **options)
        self._pinned = pinned

    def _new_conn(self) -> socket.socket:
        return self._pinned.open()
