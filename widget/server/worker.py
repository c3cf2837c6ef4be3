"""gunicorn's worker of threads, but that its loop answers by itself what is prebuilt.

A hand-over to a thread costs more than the whole answer. So the loop reads each request's head
and sends what ``ResponseCache`` holds; only the rest goes to the threads, which run Flask. The loop
reads requests whole and sends what clients do not take at once. No thread waits for a client, so
whoever is slow holds up nobody; and the loop waits for no store.
"""

from __future__ import annotations

import errno
import selectors
import signal
import socket
import sys
import time
from concurrent.futures import Future
from contextlib import suppress
from email.utils import formatdate
from functools import partial
from http import HTTPStatus
from time import monotonic
from types import FrameType
from typing import Any, cast

from gunicorn.workers.gthread import TConn, ThreadWorker

from widget.http.response_cache import Reply, ResponseCache
from widget.server.bodies import bare_line_feed
from widget.server.connections import Connection, excess, received
from widget.server.heads import RequestHeadParser
from widget.server.outbox import Outbox, Outcome, respond
from widget.server.refusals import Refused, refusal
from widget.server.requests import Incoming, read_head

KEEPALIVE_SECONDS = 75
"""How long a connection may be idle; longer than proxies keep theirs."""
HEAD_SECONDS = 10
"""How long a head may take from its first byte to its last."""
BODY_SECONDS = 30
"""How long a body may take to come, and a reply to go."""
BODY_GRACE_SECONDS = 5
BODY_RATE = 500
"""Bytes a second that a body must have brought, on average, once the grace is over."""
HELD_BYTES = 64 * 1024 * 1024
"""What requests on their way in and replies on their way out may hold, in each worker."""
LINGER_SECONDS = 2
"""How long what is still sent over a closed connection is read and thrown away."""
LONGEST_HEAD = 32_768

HELD = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
"""Signals that are held back while a worker is forked: it would take its parent's view of them."""

_CLOSE = b"Connection: close\r\n"
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_END = b"\r\n\r\n"
_ROOM = 20
"""Of so many connections one makes way where there are too many."""
_AGAIN_SECONDS = 1.0
_SWEEP_SECONDS = 1.0
_SWITCH_SECONDS = 0.001
_NOT_NOW = {errno.EAGAIN, errno.EWOULDBLOCK, errno.ECONNABORTED, errno.EMFILE, errno.ENFILE}


class Worker(ThreadWorker):
    """The worker. All but ``handle`` and what that calls runs in the loop."""

    _accepting: bool

    def init_process(self) -> None:
        """Begin, in the forked process (gunicorn's hook)."""
        # The loop must not wait the usual 5 ms for each time that a thread holds the interpreter.
        sys.setswitchinterval(_SWITCH_SECONDS)
        self._open: set[Connection] = set()
        self._now = self._swept = monotonic()
        self._heads = RequestHeadParser()
        self._cache: ResponseCache | None = None
        self._second = 0
        self._starts: dict[str, bytes] = {}
        super().init_process()

    def load_wsgi(self) -> None:
        """Load the application (gunicorn's hook).

        Where the first workers cannot, the service ends; one that ran goes on trying.
        """
        try:
            super().load_wsgi()
        except Exception:
            if self.age <= self.cfg.workers:
                raise
            self.log.exception("a worker could not start")
            time.sleep(_AGAIN_SECONDS)
            sys.exit(1)
        loaded: object = self.wsgi
        if isinstance(loaded, ResponseCache):
            self._cache = loaded
            self._heads = RequestHeadParser(loaded.forwarding)

    def init_signals(self) -> None:
        """Take signals (gunicorn's hook): those of a terminal are the parent's alone."""
        super().init_signals()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop, in the midst of starting too (gunicorn's hook)."""
        if not self.booted:
            sys.exit(0)
        super().handle_exit(sig, frame)

    # The loop

    def wait_for_and_dispatch_events(self, timeout: float | None) -> None:
        """Serve for ``timeout`` seconds, or until gunicorn's own loop has something to do."""
        until = monotonic() + (timeout or 0)
        alive = self.alive
        while True:
            events = self.poller.select(until - self._now)
            self._now = monotonic()
            for key, _ in events:
                key.data(key.fileobj)
            if (
                self._now >= until
                or not (self.alive and alive)
                or (self.nr_conns < self.worker_connections) != self._accepting
            ):
                return

    def accept(self, listener: socket.socket) -> None:
        """Take a connection, and wait for what it asks."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in _NOT_NOW:
                raise
            return
        if self.nr_conns + 1 >= self.worker_connections:
            self._make_room()
        self.nr_conns += 1
        connection = Connection(self.cfg, client, address, listener.getsockname())
        connection.wait(self._now, HEAD_SECONDS)
        self._open.add(connection)
        self._listen(connection)

    def _listen(self, connection: Connection) -> None:
        self.poller.register(
            connection.sock, selectors.EVENT_READ, partial(self._readable, connection)
        )

    def _readable(self, connection: Connection, client: socket.socket) -> None:
        data = received(client)
        if data:
            self._take(connection, data)
        elif data is not None:
            self._drop(connection)

    def _take(self, connection: Connection, data: bytes) -> None:
        """Answer what ``data`` asks, hand it to a thread, or wait for the rest of it."""
        if connection.incoming:
            self._take_content(connection, connection.incoming, data)
            return
        before, connection.coming = connection.coming, b""
        data = before + data
        reply = self._cache and self.alive and self._reply(self._cache, connection, data)
        if reply:
            self._send(connection, reply)
            return
        end = data.find(_END, max(0, len(before) - 3))
        if (end if end >= 0 else len(data)) > LONGEST_HEAD:
            self._refuse(connection, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif end >= 0:
            self._begin(connection, data)
        elif bare_line_feed(data, max(0, len(before) - 1)):
            self._refuse(connection, HTTPStatus.BAD_REQUEST)
        else:
            connection.coming = data
            if not before:
                connection.wait(self._now, HEAD_SECONDS)

    def _begin(self, connection: Connection, data: bytes) -> None:
        """Read the head that ``data`` begins with, and judge it before any content comes."""
        try:
            incoming, content = read_head(self.cfg, data, connection.client)
        except Refused as refused:
            self._refuse(connection, refused.status)
            return
        connection.incoming = incoming
        connection.wait(self._now, BODY_SECONDS)
        if incoming.expects_continue and not content:
            with suppress(OSError):  # it has gone by itself
                connection.sock.send(_CONTINUE)
        self._take_content(connection, incoming, content)

    def _take_content(self, connection: Connection, incoming: Incoming, data: bytes) -> None:
        try:
            rest = incoming.body.feed(data)
        except Refused as refused:
            self._refuse(connection, refused.status)
            return
        if rest is not None:
            self.poller.unregister(connection.sock)
            connection.incoming, connection.coming = None, rest
            connection.request, connection.in_thread = incoming.whole(), True
            self.enqueue_req(connection)

    def _refuse(self, connection: Connection, status: HTTPStatus) -> None:
        """Answer what is no request, or not worth reading to its end."""
        connection.incoming, connection.coming = None, b""
        with suppress(OSError):  # it has gone by itself
            connection.sock.send(self._refusal(status))
        self._linger(connection, registered=True)

    def _refusal(self, status: HTTPStatus) -> bytes:
        return self._start(f"{status} {status.phrase}") + refusal(status)

    def _reply(self, cache: ResponseCache, connection: Connection, data: bytes) -> Reply | None:
        try:
            peer = connection.client
            head = self._heads.read(data, peer[0] if isinstance(peer, tuple) else "")
            if head is None:
                return None
            connection.closes = head.closes
            return cache.lookup(head.request, wait=False)
        except Exception:  # all connections are in this loop
            self.log.exception("a thread answers")
            return None

    def _send(self, connection: Connection, reply: Reply) -> None:
        start = self._start(reply.status)
        if connection.closes:
            start += _CLOSE
        buffers = (start, reply.wire, *reply.body)
        connection.wait(self._now, KEEPALIVE_SECONDS)
        try:
            sent = connection.sock.sendmsg(buffers)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._drop(connection)
            return
        if sent < sum(map(len, buffers)):
            connection.unsent = memoryview(b"".join(buffers))[sent:]
            connection.wait(self._now, BODY_SECONDS)
            self.poller.modify(
                connection.sock, selectors.EVENT_WRITE, partial(self._writable, connection)
            )
        elif connection.closes:
            self._linger(connection, registered=True)

    def _start(self, status: str) -> bytes:
        """Return what each reply of this second begins with (RFC 9110, section 6.6.1)."""
        second = int(time.time())
        if second != self._second:
            self._second, self._starts = second, {}
        start = self._starts.get(status)
        if start is None:
            date = formatdate(second, usegmt=True)
            start = f"HTTP/1.1 {status}\r\nDate: {date}\r\n".encode("latin-1")
            self._starts[status] = start
        return start

    def _writable(self, connection: Connection, client: socket.socket) -> None:
        try:
            sent = client.send(connection.unsent)
        except BlockingIOError:
            return
        except OSError:
            self._drop(connection)
            return
        connection.unsent = connection.unsent[sent:]
        if not connection.unsent:
            self.poller.unregister(client)
            self._go_on(connection)

    # Ends

    def finish_request(self, conn: TConn, fs: Future[Any]) -> None:
        """Take a connection back from its thread (gunicorn's hook)."""
        connection = cast("Connection", conn)  # no others are made
        connection.request, connection.in_thread = None, False
        try:
            connection.unsent, keep = fs.result()
        except Exception:
            self.log.exception("a connection was lost")
            self._drop(connection, registered=False)
            return
        connection.closes = not keep
        if connection.unsent:
            connection.wait(self._now, BODY_SECONDS)
            self.poller.register(
                connection.sock, selectors.EVENT_WRITE, partial(self._writable, connection)
            )
        else:
            self._go_on(connection)

    def _go_on(self, connection: Connection) -> None:
        """Take the next request of a connection that is not registered, or end it."""
        if connection.closes:
            self._linger(connection, registered=False)
            return
        connection.wait(self._now, KEEPALIVE_SECONDS if self.alive else LINGER_SECONDS)
        self._listen(connection)
        rest, connection.coming = connection.coming, b""
        if rest:
            self._take(connection, rest)

    def _linger(self, connection: Connection, *, registered: bool) -> None:
        """Say that nothing more comes, and read what does until the other side ends, too.

        Closed at once, the connection would be reset where something is unread, and the reply
        that is under way be lost (RFC 9112, section 9.6).
        """
        if registered:
            self.poller.unregister(connection.sock)
        try:
            connection.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop(connection, registered=False)
            return
        connection.wait(self._now, LINGER_SECONDS)
        self.poller.register(
            connection.sock, selectors.EVENT_READ, partial(self._throw_away, connection)
        )

    def _throw_away(self, connection: Connection, client: socket.socket) -> None:
        if received(client) == b"":
            self._drop(connection)

    def _drop(self, connection: Connection, *, registered: bool = True) -> None:
        if connection not in self._open:
            return  # dropped to make room, while its own event waited its turn
        if registered:
            self.poller.unregister(connection.sock)
        self._open.discard(connection)
        self.nr_conns -= 1
        connection.close()

    def murder_keepalived(self, force: bool = False) -> None:  # noqa: FBT001, FBT002  # gunicorn's
        """End each connection whose time is over, once a second (gunicorn's hook)."""
        if self._now - self._swept < _SWEEP_SECONDS and self.alive:
            return
        self._swept = self._now
        for connection in self._waiting():
            if force:
                self._drop(connection)
            elif connection.is_late(self._now, BODY_GRACE_SECONDS, BODY_RATE):
                self._give_up(connection)
        for connection in excess(self._open, HELD_BYTES):
            self._drop(connection)

    def _waiting(self) -> list[Connection]:
        """Return the connections that wait for their clients, not for us."""
        return [it for it in self._open if not it.in_thread]

    def _give_up(self, connection: Connection) -> None:
        """End a connection, with a word to whoever is in the midst of a request."""
        if (connection.incoming or connection.coming) and not connection.unsent:
            self._refuse(connection, HTTPStatus.REQUEST_TIMEOUT)
        else:
            self._drop(connection)

    def _make_room(self) -> None:
        """Drop what has waited longest, so that newcomers are not kept out by who does nothing."""
        waiting = sorted(self._waiting(), key=lambda it: it.began)
        for connection in waiting[: max(1, self.worker_connections // _ROOM)]:
            self._drop(connection)

    def _cap_keepalive(self, deadline: float) -> None:
        """Let idle connections end by ``deadline``: this worker stops (gunicorn's hook)."""
        for connection in self._waiting():
            if not (connection.unsent or connection.incoming):
                connection.deadline = min(connection.deadline, deadline)

    # In a thread

    def handle(self, conn: TConn) -> Outcome:  # type: ignore[override]  # for finish_request
        """Let the application answer a request that is whole; runs in a thread."""
        connection = cast("Connection", conn)
        outbox = Outbox()
        try:
            keep = respond(self.wsgi, self.cfg, connection, outbox, closes=not self.alive)
        except Exception:  # the application handles its own: this is about the answer itself
            self.log.exception("a request could not be answered")
            outbox, keep = Outbox(), False
            outbox.sendall(self._refusal(HTTPStatus.INTERNAL_SERVER_ERROR))
        try:
            return Outcome(outbox.begin(connection.sock), keep)
        except OSError:  # it has gone by itself
            return Outcome(memoryview(b""), keep=False)
