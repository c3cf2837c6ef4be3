"""Prebuilt answers: a WSGI layer ahead of Flask that repeats what Flask answered before.

A view says of an answer how long it holds (``answers.keep``); the layer keeps it, with every
header made, and gives it to whoever asks the same. It asks ``holds`` again for each answer that
is older than ``HOLD_SECONDS``, so that a withdrawn panel is gone that much later at most. All
else goes to Flask.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

from widget.entry.containment import contained
from widget.errors import InsightsError
from widget.http import responses
from widget.http.proxies import Forwarding

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HOLD_SECONDS = 0.25

Headers = list[tuple[str, str]]
Key = tuple[str | None, ...]

_OVERHEAD = 1_500
"""What a kept answer takes beside its body and its key: about so many bytes."""

# What a 304 leaves out (RFC 9110, section 15.4.5), and what the server adds by itself.
_OF_THE_BODY = frozenset({"content-type", "content-length", "content-encoding"})
_OF_THE_MOMENT = frozenset({"date"})


class RequestKey(NamedTuple):
    """What is asked for: all that a kept answer may depend on."""

    key: Key
    """Path, query, coding, ``Origin``, ``Host``, scheme, mount, and whose page a frame is for."""
    head: bool
    """Whether only the headers are wanted."""
    tag: str | None
    """Of the copy that is there already (``If-None-Match``)."""


def question(environ: Mapping[str, Any]) -> RequestKey | None:
    """Return what a request (PEP 3333) asks for, None where no kept answer is for it."""
    method = environ["REQUEST_METHOD"]
    if method not in ("GET", "HEAD") or "HTTP_IF_MATCH" in environ:
        return None
    get = environ.get
    referer = get("HTTP_REFERER") if get("HTTP_SEC_FETCH_DEST") == "iframe" else None
    key = (
        environ["PATH_INFO"],
        get("QUERY_STRING", ""),
        responses.coding(get("HTTP_ACCEPT_ENCODING", "")),
        get("HTTP_ORIGIN"),
        get("HTTP_HOST"),
        environ["wsgi.url_scheme"],
        get("SCRIPT_NAME", ""),
        referer and "/".join(referer.split("/", 3)[:3]),
    )
    return RequestKey(key, method == "HEAD", get("HTTP_IF_NONE_MATCH") or None)


class Reply:
    """A reply as WSGI has it, and ``wire``: its headers as they are sent, with the empty line."""

    __slots__ = ("body", "headers", "status", "wire")

    def __init__(self, status: str, headers: Headers, body: list[bytes]) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        self.wire = f"{lines}\r\n".encode("latin-1")


@dataclass(slots=True, eq=False)
class _Answer:
    """One kept answer, in each form that is asked for.

    Its ``holds`` was asked after so many ``changes``, and is again from ``until`` on.
    """

    whole: Reply
    head: Reply
    not_modified: Reply
    etags: tuple[str, ...]
    size: int
    holds: responses.Holds
    changes: int
    until: float


class Prebuilt:
    """The layer around ``app``, of at most ``max_bytes``. Safe for threads.

    A view whose answer depends on more than a ``RequestKey`` has must not call ``answers.keep``.
    ``forwarding`` corrects each request first: answers are kept by what readers see.
    """

    def __init__(
        self, app: WSGIApplication, max_bytes: int, forwarding: Forwarding | None = None
    ) -> None:
        self._app = app
        self.forwarding = forwarding or Forwarding()
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: OrderedDict[Key, _Answer] = OrderedDict()
        self._lock = threading.Lock()
        self._changes = 0
        self.hits = 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request (PEP 3333)."""
        self.forwarding.apply(environ)
        asked = question(environ)
        if asked is None:
            return self._app(environ, start_response)
        reply = self.repeat(asked, wait=True)
        if reply is None:
            return self._ask(asked, environ, start_response)
        start_response(reply.status, reply.headers.copy())
        return reply.body

    def repeat(self, asked: RequestKey, *, wait: bool) -> Reply | None:
        """Return the reply to ``asked`` if an answer is kept that still holds.

        Without ``wait`` it is only said what is known at once.
        """
        key, head, tag = asked
        answer = self._kept.get(key)
        if answer is None or (
            (answer.changes != self._changes or monotonic() >= answer.until)
            and not self._still_holds(key, answer, wait=wait)
        ):
            return None
        if tag is not None and tag not in answer.etags:
            return None
        self.hits += 1
        if tag is not None:
            return answer.not_modified
        return answer.head if head else answer.whole

    def changed(self) -> None:
        """Take note that something changed: every answer is asked for once more whether it holds.

        So a change by this process shows at once; those by others within ``HOLD_SECONDS``.
        """
        self._changes += 1

    def _still_holds(self, key: Key, answer: _Answer, *, wait: bool) -> bool:
        changes, asked_at = self._changes, monotonic()
        try:
            holds = contained("asking whether an answer holds", lambda: answer.holds(wait))
        except InsightsError:
            holds = False  # Flask says so
        if holds is None:
            return False
        if not holds:
            self._drop(key, answer)
            return False
        answer.changes, answer.until = changes, asked_at + HOLD_SECONDS
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
        return True

    def _ask(
        self, asked: RequestKey, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Let Flask answer, and keep the answer where its view says how long it holds."""
        started: list[Any] = []
        changes, asked_at = self._changes, monotonic()

        def note(*said: Any) -> Callable[[bytes], object]:  # noqa: ANN401  # PEP 3333's own shapes
            started[:] = said
            return start_response(*said)

        body = self._app(environ, note)
        holds = environ.get(responses.HOLDS)
        if holds is None or asked.head or "HTTP_IF_NONE_MATCH" in environ:
            return body
        content = b"".join(body)
        if hasattr(body, "close"):
            body.close()
        status, headers, *_ = started
        if status.startswith("5"):
            return [content]  # what failed is tried again
        headers = [it for it in headers if it[0].lower() not in _OF_THE_MOMENT]
        slim = [it for it in headers if it[0].lower() not in _OF_THE_BODY]
        whole = Reply(status, headers, [content])
        answer = _Answer(
            whole,
            head=Reply(status, headers, []),
            not_modified=Reply("304 NOT MODIFIED", slim, []),
            etags=_etags(headers) if status.startswith("200") else (),
            size=len(content)
            + 3 * len(whole.wire)
            + sum(len(part) for part in asked.key if part)
            + _OVERHEAD,
            holds=holds,
            changes=changes,
            until=asked_at + HOLD_SECONDS,
        )
        self._keep(asked.key, answer)
        return whole.body

    def _keep(self, key: Key, answer: _Answer) -> None:
        with self._lock:
            replaced = self._kept.pop(key, None)
            self._bytes += answer.size - (replaced.size if replaced else 0)
            self._kept[key] = answer
            while self._bytes > self._max_bytes:
                _, dropped = self._kept.popitem(last=False)
                self._bytes -= dropped.size

    def _drop(self, key: Key, answer: _Answer) -> None:
        with self._lock:
            if self._kept.get(key) is answer:
                del self._kept[key]
                self._bytes -= answer.size


def _etags(headers: Headers) -> tuple[str, ...]:
    """Return the forms of the ETag that browsers and caches send; Flask compares all others."""
    etag = next((value for name, value in headers if name.lower() == "etag"), None)
    return (etag, f"W/{etag}") if etag else ()
