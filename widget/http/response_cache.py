"""The response cache: a WSGI layer ahead of Flask that repeats earlier responses.

A view marks its response with ``responses.cacheable``; the layer stores it with its serialized
headers, and sends it to every request with the same ``RequestKey``. A response older than
``REVALIDATE_SECONDS`` is revalidated with its ``is_fresh`` first, so that a withdrawn panel
disappears after that time at most. All other requests go to Flask.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

from cachetools import Cache, LRUCache

from widget.entry.containment import contained
from widget.errors import InsightsError
from widget.http import responses
from widget.http.proxies import Forwarding

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REVALIDATE_SECONDS = 0.25

Headers = list[tuple[str, str]]
Key = tuple[str | None, ...]

_OVERHEAD = 1_500
"""Bytes that a cached response takes beside its body and its key, about."""

_NO_DATE = "Thu, 01 Jan 1970 00:00:00 GMT"

_NOT_IN_304 = frozenset({"content-type", "content-length", "content-encoding"})
"""RFC 9110, section 15.4.5."""
_SET_BY_SERVER = frozenset({"date"})


class RequestKey(NamedTuple):
    """Everything in a request that a cached response may depend on."""

    key: Key
    """Path, query, coding, ``Origin``, ``Host``, scheme, mount, and a frame's embedding origin."""
    head: bool
    """Whether the method is HEAD."""
    etag: str | None
    """``If-None-Match``: the ETag of the copy that the client has."""


def request_key(environ: Mapping[str, Any]) -> RequestKey | None:
    """Return the key of a request (PEP 3333); None where no cached response can serve it."""
    method = environ["REQUEST_METHOD"]
    get = environ.get
    if method not in ("GET", "HEAD") or "HTTP_IF_MATCH" in environ:
        return None
    if "HTTP_IF_MODIFIED_SINCE" in environ and "HTTP_IF_NONE_MATCH" not in environ:
        return None  # RFC 9110, section 13.1.3: where there is an ETag, it decides
    referer = get("HTTP_REFERER") if get("HTTP_SEC_FETCH_DEST") == "iframe" else None
    key = (
        environ["PATH_INFO"],
        get("QUERY_STRING", ""),
        responses.content_coding(get("HTTP_ACCEPT_ENCODING", "")),
        get("HTTP_ORIGIN"),
        get("HTTP_HOST"),
        environ["wsgi.url_scheme"],
        get("SCRIPT_NAME", ""),
        referer and "/".join(referer.split("/", 3)[:3]),
    )
    return RequestKey(key, method == "HEAD", get("HTTP_IF_NONE_MATCH") or None)


class Reply:
    """A WSGI response, which is also serialized once, with room for its Date."""

    __slots__ = ("_body_at", "_date", "_date_at", "_packet", "headers", "size", "status")

    def __init__(self, status: str, headers: Headers, body: bytes = b"") -> None:
        self.status = status
        self.headers = headers
        start = f"HTTP/1.1 {status}\r\nDate: "
        lines = "".join(f"\r\n{name}: {value}" for name, value in headers)
        head = f"{start}{_NO_DATE}{lines}\r\n\r\n".encode("latin-1")
        self._packet = bytearray(head + body)
        self.size = len(self._packet)
        self._date = b""
        self._date_at = len(start)
        self._body_at = len(head)

    def packet(self, date: bytes) -> bytearray:
        """Return all bytes of the response, with its Date. The next call changes them in place.

        For one thread: the event loop, whose ``date`` is the same object for a second.
        """
        if self._date is not date:
            self._packet[self._date_at : self._date_at + len(date)] = date
            self._date = date
        return self._packet

    def closing(self, date: bytes) -> bytes:
        """Return all bytes of the response as the last of its connection."""
        packet = self.packet(date)
        end = self._date_at + len(date)
        return bytes(packet[:end]) + b"\r\nConnection: close" + packet[end:]

    @property
    def body(self) -> list[bytes]:
        """The body, for PEP 3333."""
        return [bytes(self._packet[self._body_at :])] if self._body_at < self.size else []


@dataclass(slots=True, eq=False)
class _CachedResponse:
    """One response, in each form that requests ask for.

    ``is_fresh`` was last called after so many ``changes``, and is called again from ``until`` on.
    """

    whole: Reply
    head: Reply
    not_modified: Reply
    etags: tuple[str, ...]
    size: int
    is_fresh: responses.IsFresh
    changes: int
    until: float


class ResponseCache:
    """The layer around ``app``, of at most ``max_bytes``. Safe for threads.

    A view whose response depends on more than a ``RequestKey`` has must not mark it as cacheable.
    ``forwarding`` corrects each request first: the key is what the reader's browser sees.
    A worker of ours calls each of ``at_stop`` after its last request. Before it hands a request to
    a thread, it asks ``refusal`` for the response by which ``app`` would refuse it at once.
    """

    def __init__(
        self,
        app: WSGIApplication,
        max_bytes: int,
        forwarding: Forwarding | None = None,
        refusal: Callable[[WSGIEnvironment], Reply | None] = lambda _: None,
    ) -> None:
        self._app = app
        self.refusal = refusal
        self.forwarding = forwarding or Forwarding()
        self._cache: LRUCache[Key, _CachedResponse] = LRUCache(
            max_bytes, getsizeof=lambda cached: cached.size
        )
        self._lock = threading.Lock()
        self._changes = 0
        self.hits = 0
        self.at_stop: list[Callable[[], None]] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Respond to a request (PEP 3333)."""
        self.forwarding.apply(environ)
        key = request_key(environ)
        if key is None:
            return self._app(environ, start_response)
        reply = self.lookup(key, wait=True)
        if reply is None:
            return self._forward(key, environ, start_response)
        start_response(reply.status, reply.headers.copy())
        return reply.body

    def lookup(self, request: RequestKey, *, wait: bool) -> Reply | None:
        """Return the cached response to ``request``, None where Flask has to make one.

        Without ``wait`` it never waits for the store.
        """
        key, head, etag = request
        try:
            # The order of use is not updated here: that takes the lock, at every hit.
            cached = Cache.__getitem__(self._cache, key)
        except KeyError:
            return None
        if (
            cached.changes != self._changes or monotonic() >= cached.until
        ) and not self._revalidate(key, cached, wait=wait):
            return None
        if etag is None:
            reply = cached.head if head else cached.whole
        elif etag in cached.etags:
            reply = cached.not_modified
        else:
            return None
        self.hits += 1
        return reply

    def changed(self) -> None:
        """Revalidate all cached responses, each when it is next requested.

        A change by this process shows at once; one by another within ``REVALIDATE_SECONDS``.
        """
        self._changes += 1

    def _revalidate(self, key: Key, cached: _CachedResponse, *, wait: bool) -> bool:
        # Read before is_fresh: a change meanwhile makes the next request revalidate again.
        changes, started = self._changes, monotonic()
        try:
            fresh = contained("revalidating a cached response", lambda: cached.is_fresh(wait))
        except InsightsError:
            fresh = False  # Flask reports the error
        if fresh is None:
            return False
        if not fresh:
            self._remove(key, cached)
            return False
        cached.changes, cached.until = changes, started + REVALIDATE_SECONDS
        with self._lock:
            self._cache.get(key)  # marks it as recently used
        return True

    def _forward(
        self, request: RequestKey, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Let Flask respond, and cache the response where its view marked it as cacheable."""
        arguments: list[Any] = []
        changes, started = self._changes, monotonic()

        def recorded(*given: Any) -> Callable[[bytes], object]:  # noqa: ANN401  # PEP 3333's shapes
            arguments[:] = given
            return start_response(*given)

        body = self._app(environ, recorded)
        is_fresh = environ.get(responses.IS_FRESH)
        if is_fresh is None or request.head or "HTTP_IF_NONE_MATCH" in environ:
            return body
        content = b"".join(body)
        if hasattr(body, "close"):
            body.close()
        status, headers, *_ = arguments
        if status.startswith("5"):
            return [content]  # never cache a failure
        headers = [it for it in headers if it[0].lower() not in _SET_BY_SERVER]
        slim = [it for it in headers if it[0].lower() not in _NOT_IN_304]
        whole = Reply(status, headers, content)
        head, not_modified = Reply(status, headers), Reply("304 NOT MODIFIED", slim)
        cached = _CachedResponse(
            whole,
            head,
            not_modified,
            etags=_etags(headers) if status.startswith("200") else (),
            size=whole.size
            + head.size
            + not_modified.size
            + sum(len(part) for part in request.key if part)
            + _OVERHEAD,
            is_fresh=is_fresh,
            changes=changes,
            until=started + REVALIDATE_SECONDS,
        )
        self._insert(request.key, cached)
        return [content]

    def _insert(self, key: Key, cached: _CachedResponse) -> None:
        with self._lock:
            if cached.size <= self._cache.maxsize:
                self._cache[key] = cached
            else:
                self._cache.pop(key, None)

    def _remove(self, key: Key, cached: _CachedResponse) -> None:
        with self._lock:
            if self._cache.get(key) is cached:
                del self._cache[key]


def _etags(headers: Headers) -> tuple[str, ...]:
    """Return the forms of the ETag that browsers and caches send; Flask compares all others."""
    etag = next((value for name, value in headers if name.lower() == "etag"), None)
    return (etag, f"W/{etag}") if etag else ()
