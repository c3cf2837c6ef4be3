"""gunicorn's threaded worker, changed so that its event loop sends cached responses itself.

Handing a request to a thread costs more than a cached response. Therefore the loop parses each
request's head and sends what ``ResponseCache`` has; only other requests go to the threads, which
run Flask. The loop reads complete requests, and sends what a client does not accept at once. No
thread waits for a client, so a slow client delays nobody; and the loop never waits for the store.
"""

from __future__ import annotations

import selectors
import signal
import socket
import sys
import time
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from time import monotonic
from types import FrameType
from typing import Any, cast

from gunicorn.workers.gthread import TConn, ThreadWorker

from widget.http.response_cache import Reply, ResponseCache
from widget.server.connections import Connection, accept, over_memory_limit, receive
from widget.server.date_field import DateField
from widget.server.error_responses import RequestRejected, error_response
from widget.server.garbage import collect_rarely
from widget.server.incoming_request import Head, IncomingRequest, read_head
from widget.server.poller import Poller
from widget.server.refusals import refusal_of
from widget.server.request_body import bare_line_feed
from widget.server.request_head import RequestHeadParser
from widget.server.write_buffer import Outcome, WriteBuffer, respond

KEEPALIVE_SECONDS = 75
"""How long a connection may be idle; longer than the idle timeout of proxies."""
HEAD_SECONDS = 10
"""How long a head may take from its first byte to its last."""
BODY_SECONDS = 30
"""How long a body may take to arrive, and a response to be sent."""
BODY_GRACE_SECONDS = 5
BODY_RATE = 500
"""The minimum average rate of a body after the grace period, in bytes per second."""
HELD_BYTES = 64 * 1024 * 1024
"""How much memory incoming requests and unsent responses may use, in each worker."""
LINGER_SECONDS = 2
"""How long bytes that still arrive on a closed connection are read and discarded."""
LONGEST_HEAD = 32_768

BLOCKED_SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
"""Blocked during fork, so that the child does not run the parent's handlers."""

_CLOSE = b"Connection: close\r\n"
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_END = b"\r\n\r\n"
_ROOM = 20
"""At the limit, one of this many connections is closed."""
_AGAIN_SECONDS = 1.0
_SWEEP_SECONDS = 1.0
_SWITCH_SECONDS = 0.001


class Worker(ThreadWorker):
    """The worker. All methods run in the event loop, except ``handle`` and what it calls."""

    _accepting: bool
    poller: Poller  # type: ignore[assignment]  # as much of a selector as is used

    def init_process(self) -> None:
        """Start in the forked process (gunicorn's hook)."""
        # The loop must not wait the default 5 ms whenever a thread holds the interpreter.
        sys.setswitchinterval(_SWITCH_SECONDS)
        self._open: set[Connection] = set()
        self._now = self._swept = monotonic()
        self._head_parser = RequestHeadParser()
        self._cache: ResponseCache | None = None
        self._date_field = DateField()
        self._date = self._date_field.now()
        super().init_process()

    def load_wsgi(self) -> None:
        """Load the application (gunicorn's hook).

        Where the first workers fail, the service ends; later ones are started again.
        """
        try:
            super().load_wsgi()
        except Exception:
            if self.age <= self.cfg.workers:
                raise
            self.log.exception("a worker failed to start")
            time.sleep(_AGAIN_SECONDS)
            sys.exit(1)
        loaded: object = self.wsgi
        if isinstance(loaded, ResponseCache):
            self._cache = loaded
            self._head_parser = RequestHeadParser(loaded.forwarding)
        collect_rarely()

    def init_signals(self) -> None:
        """Install signal handlers (gunicorn's hook): the parent handles those of a terminal."""
        super().init_signals()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, BLOCKED_SIGNALS)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop, even during start-up (gunicorn's hook)."""
        if not self.booted:
            sys.exit(0)
        super().handle_exit(sig, frame)

    # The loop

    def run(self) -> None:
        """Serve until the worker stops (gunicorn's hook)."""
        self.poller.close()
        self.poller = Poller()
        super().run()
        for finish in self._cache.at_stop if self._cache else ():
            finish()

    def wait_for_and_dispatch_events(self, timeout: float | None) -> None:
        """Serve for ``timeout`` seconds, or until gunicorn's own loop has something to do."""
        until = monotonic() + (timeout or 0)
        alive = self.alive
        while True:
            events = self.poller.select(until - self._now)
            self._now, self._date = monotonic(), self._date_field.now()
            for source, callback in events:
                callback(source)
            if (
                self._now >= until
                or not (self.alive and alive)
                or (self.nr_conns < self.worker_connections) != self._accepting
            ):
                return

    def accept(self, listener: socket.socket) -> None:
        """Accept a connection and wait for its request."""
        accepted = accept(listener)
        if accepted is None:
            return
        client, address = accepted
        if self.nr_conns + 1 >= self.worker_connections:
            self._evict_idle()
        self.nr_conns += 1
        connection = Connection(self.cfg, client, address, listener.getsockname())
        connection.set_deadline(self._now, HEAD_SECONDS)
        self._open.add(connection)
        self._watch(connection)

    def _watch(self, connection: Connection) -> None:
        self.poller.register(
            connection.sock, selectors.EVENT_READ, partial(self._on_readable, connection)
        )

    def _on_readable(self, connection: Connection, client: socket.socket) -> None:
        data = receive(client)
        if not data:
            if data is not None:
                self._drop(connection)
        elif connection.incoming or connection.buffered or not self._send_cached(connection, data):
            self._feed(connection, data)

    def _feed(self, connection: Connection, data: bytes) -> None:
        """Answer the request in ``data``, hand it to a thread, or wait for the rest of it."""
        if connection.incoming:
            self._feed_body(connection, connection.incoming, data)
            return
        before, connection.buffered = connection.buffered, b""
        data = before + data
        if before and self._send_cached(connection, data):
            return
        end = data.find(_END, max(0, len(before) - 3))
        if (end if end >= 0 else len(data)) > LONGEST_HEAD:
            self._reject(connection, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif end >= 0:
            self._start_request(connection, data)
        elif bare_line_feed(data, max(0, len(before) - 1)):
            self._reject(connection, HTTPStatus.BAD_REQUEST)
        else:
            connection.buffered = data
            if not before:
                connection.set_deadline(self._now, HEAD_SECONDS)

    def _start_request(self, connection: Connection, data: bytes) -> None:
        """Parse and check the head at the start of ``data``, before its body arrives."""
        try:
            incoming, content = read_head(self.cfg, data, connection.client)
        except RequestRejected as rejected:
            self._reject(connection, rejected.status)
            return
        connection.incoming = incoming
        connection.set_deadline(self._now, BODY_SECONDS)
        if incoming.expects_continue and not content:
            with suppress(OSError):  # the client has closed the connection
                connection.sock.send(_CONTINUE)
        self._feed_body(connection, incoming, content)

    def _feed_body(self, connection: Connection, incoming: IncomingRequest, data: bytes) -> None:
        try:
            rest = incoming.body.feed(data)
        except RequestRejected as rejected:
            self._reject(connection, rejected.status)
            return
        if rest is None:
            return
        connection.incoming, connection.buffered = None, rest
        request = incoming.whole()
        if rest or not self._send_refusal(connection, request):
            self.poller.unregister(connection.sock)
            connection.request, connection.in_thread = request, True
            self.enqueue_req(connection)

    def _reject(self, connection: Connection, status: HTTPStatus) -> None:
        """Send an error response to an invalid request, and close the connection."""
        connection.incoming, connection.buffered = None, b""
        with suppress(OSError):  # the client has closed the connection
            connection.sock.send(error_response(status))
        self._linger(connection, registered=True)

    def _send_cached(self, connection: Connection, data: bytes) -> bool:
        """Send the cached response to the request that ``data`` is, if there is one."""
        if self._cache is None or not self.alive:
            return False
        try:
            head = self._head_parser.read(data, connection.peer)
            reply = head and self._cache.lookup(head.request_key, wait=False)
        except Exception:  # an error must not end the loop, which serves all connections
            self.log.exception("cannot use the response cache; a thread answers")
            return False
        if head is None or reply is None:
            return False
        self._send(connection, reply, close_after=head.close_after)
        return True

    def _send_refusal(self, connection: Connection, request: Head) -> bool:
        """Send the refusal of a request that the application would refuse."""
        try:
            reply = refusal_of(self._cache, request, connection.peer) if self._cache else None
        except Exception:  # as in _send_cached
            self.log.exception("cannot tell whether a request is refused; a thread answers")
            return False
        if reply is not None:
            close_after = request.should_close() or not self.alive
            self._send(connection, reply, close_after=close_after)
        return reply is not None

    def _send(self, connection: Connection, reply: Reply, *, close_after: bool) -> None:
        """Send a response on a registered connection, or begin to."""
        packet = reply.closing(self._date) if close_after else reply.packet(self._date)
        connection.began, connection.deadline = self._now, self._now + KEEPALIVE_SECONDS
        try:
            sent = connection.sock.send(packet)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._drop(connection)
            return
        if sent < len(packet):
            connection.close_after = close_after
            connection.unsent = memoryview(bytes(packet))[sent:]
            connection.set_deadline(self._now, BODY_SECONDS)
            self.poller.modify(
                connection.sock, selectors.EVENT_WRITE, partial(self._on_writable, connection)
            )
        elif close_after:
            self._linger(connection, registered=True)

    def _on_writable(self, connection: Connection, client: socket.socket) -> None:
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
            self._next_request(connection)

    # Ends

    def finish_request(self, conn: TConn, fs: Future[Any]) -> None:
        """Take a connection back from its thread (gunicorn's hook)."""
        connection = cast("Connection", conn)  # ``accept`` creates no others
        connection.request, connection.in_thread = None, False
        try:
            connection.unsent, keep = fs.result()
        except Exception:
            self.log.exception("a connection failed")
            self._drop(connection, registered=False)
            return
        connection.close_after = not keep
        if connection.unsent:
            connection.set_deadline(self._now, BODY_SECONDS)
            self.poller.register(
                connection.sock, selectors.EVENT_WRITE, partial(self._on_writable, connection)
            )
        else:
            self._next_request(connection)

    def _next_request(self, connection: Connection) -> None:
        """Wait for the next request of an unregistered connection, or close it."""
        if connection.close_after:
            self._linger(connection, registered=False)
            return
        connection.set_deadline(self._now, KEEPALIVE_SECONDS if self.alive else LINGER_SECONDS)
        self._watch(connection)
        rest, connection.buffered = connection.buffered, b""
        if rest and not self._send_cached(connection, rest):
            self._feed(connection, rest)

    def _linger(self, connection: Connection, *, registered: bool) -> None:
        """Close the sending side, and discard input until the client closes (RFC 9112, 9.6).

        An immediate close would reset a connection with unread input, and lose the response.
        """
        if registered:
            self.poller.unregister(connection.sock)
        try:
            connection.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop(connection, registered=False)
            return
        connection.set_deadline(self._now, LINGER_SECONDS)
        self.poller.register(
            connection.sock, selectors.EVENT_READ, partial(self._discard, connection)
        )

    def _discard(self, connection: Connection, client: socket.socket) -> None:
        if receive(client) == b"":
            self._drop(connection)

    def _drop(self, connection: Connection, *, registered: bool = True) -> None:
        if connection not in self._open:
            return  # already evicted, while its own event was queued
        if registered:
            self.poller.unregister(connection.sock)
        self._open.discard(connection)
        self.nr_conns -= 1
        connection.close()

    def murder_keepalived(self, force: bool = False) -> None:  # noqa: FBT001, FBT002  # gunicorn's
        """Close overdue connections, once a second (gunicorn's hook)."""
        if self._now - self._swept < _SWEEP_SECONDS and self.alive:
            return
        self._swept = self._now
        for connection in self._idle_connections():
            if force:
                self._drop(connection)
            elif connection.is_overdue(self._now, BODY_GRACE_SECONDS, BODY_RATE):
                self._time_out(connection)
        for connection in over_memory_limit(self._open, HELD_BYTES):
            self._drop(connection)

    def _idle_connections(self) -> list[Connection]:
        """Return the connections that wait for their clients."""
        return [it for it in self._open if not it.in_thread]

    def _time_out(self, connection: Connection) -> None:
        """Close an overdue connection; an unfinished request gets a 408."""
        if (connection.incoming or connection.buffered) and not connection.unsent:
            self._reject(connection, HTTPStatus.REQUEST_TIMEOUT)
        else:
            self._drop(connection)

    def _evict_idle(self) -> None:
        """Close the connections that were idle longest, to accept new ones."""
        waiting = sorted(self._idle_connections(), key=lambda it: it.began)
        for connection in waiting[: max(1, self.worker_connections // _ROOM)]:
            self._drop(connection)

    def _cap_keepalive(self, deadline: float) -> None:
        """Close idle connections by ``deadline``: this worker stops (gunicorn's hook)."""
        for connection in self._idle_connections():
            if not (connection.unsent or connection.incoming):
                connection.deadline = min(connection.deadline, deadline)

    # In a thread

    def handle(self, conn: TConn) -> Outcome:  # type: ignore[override]  # for finish_request
        """Let the application answer a complete request; runs in a thread."""
        connection = cast("Connection", conn)
        buffer = WriteBuffer()
        try:
            keep = respond(self.wsgi, self.cfg, connection, buffer, close_after=not self.alive)
        except Exception:  # the application handles its own errors; this one is of the response
            self.log.exception("cannot send a response")
            buffer, keep = WriteBuffer(), False
            buffer.sendall(error_response(HTTPStatus.INTERNAL_SERVER_ERROR))
        try:
            return Outcome(buffer.begin(connection.sock), keep)
        except OSError:  # the client has closed the connection
            return Outcome(memoryview(b""), keep=False)
