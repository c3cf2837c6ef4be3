"""Refuses a flood of reports before Flask and the store: in memory, in each worker.

A WSGI layer. It counts what is sent to ``/report/…``: of each network, as a hash under a key that
is never written and is replaced every hour, and of all together. What passes is counted again by
``widget.record.report_limits``, for all processes. A worker of ours asks before it hands a request
to a thread, which costs more than the refusal.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

from cachetools import LRUCache

from widget.http.response_cache import Reply
from widget.http.security_headers import ANYONE
from widget.net.networks import prefix_of
from widget.net.rate_limiter import gcra

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/report/"
HOUR = 3_600.0
NETWORK_PER_HOUR = 30
"""Attempts of one network: more than reports are accepted, since some come back with an error."""
ALL_AT_ONCE = 60
ALL_SECONDS = 180.0
"""In which time as many more come: each takes as long as a panel, and panels wait for it."""
_MOST_NETWORKS = 20_000


class ReportGate:
    """The layer around ``app``. The application behind it must be told the reader's address.

    ``page`` returns the body of a refusal in a language that the reader understands.
    """

    def __init__(
        self,
        app: WSGIApplication,
        page: Callable[[WSGIEnvironment], bytes],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._page = page
        self._clock = clock
        self._lock = threading.Lock()
        self._key = secrets.token_bytes(32)
        self._key_until = clock() + HOUR
        self._networks: LRUCache[bytes, float] = LRUCache(_MOST_NETWORKS)
        self._all = 0.0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass a request on, or refuse it (PEP 3333)."""
        reply = self._refusal(environ, count=True)
        if reply is None:
            return self._app(environ, start_response)
        start_response(reply.status, reply.headers)
        return reply.body

    def refusal(self, environ: WSGIEnvironment) -> Reply | None:
        """Return the response to a request that would be refused now, else None. Counts nothing."""
        return self._refusal(environ, count=False)

    def _refusal(self, environ: WSGIEnvironment, *, count: bool) -> Reply | None:
        if environ["REQUEST_METHOD"] != "POST" or not environ["PATH_INFO"].startswith(PATH):
            return None
        wait = self._wait(environ.get("REMOTE_ADDR", ""), count=count)
        if not wait:
            return None
        status, page = HTTPStatus.TOO_MANY_REQUESTS, self._page(environ)
        headers = [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(page))),
            ("Cache-Control", "no-store"),
            ("Retry-After", str(int(wait) + 1)),
            ("Content-Security-Policy", ANYONE),
            ("Referrer-Policy", "strict-origin-when-cross-origin"),
            ("X-Content-Type-Options", "nosniff"),
            ("Cross-Origin-Embedder-Policy", "require-corp"),
            ("Cross-Origin-Resource-Policy", "cross-origin"),
        ]
        return Reply(f"{status.value} {status.phrase.upper()}", headers, page)

    def _wait(self, address: str, *, count: bool) -> float:
        """Return the seconds to wait; 0 where an attempt is allowed, which is then counted."""
        now = self._clock()
        with self._lock:
            if now >= self._key_until:
                self._key, self._key_until = secrets.token_bytes(32), now + HOUR
                self._networks.clear()
            network = hashlib.blake2b(
                prefix_of(address).encode(), key=self._key, digest_size=16
            ).digest()
            due = self._networks.get(network, now)
            decision = gcra(due, now, limit=NETWORK_PER_HOUR, seconds=HOUR)
            if decision.wait:
                return decision.wait
            # Of all together only what its own network may send is counted: one network alone
            # cannot use up what is left for others.
            overall = gcra(self._all, now, limit=ALL_AT_ONCE, seconds=ALL_SECONDS)
            if overall.wait:
                return overall.wait
            if count:
                self._networks[network], self._all = decision.due, overall.due
        return 0.0
