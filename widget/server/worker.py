"""gunicorn's worker of threads, but that its loop answers by itself what is prebuilt.

A hand-over to a thread costs more than the whole answer. So the loop reads each request's head
and sends what ``Prebuilt`` keeps; only the rest goes to the threads, which run Flask. No thread
waits for a head, so that whoever is slow to send one holds up nobody; and the loop waits for no
store.
"""

from __future__ import annotations

import errno
import re
import selectors
import signal
import socket
import sys
import time
from concurrent.futures import Future
from contextlib import suppress
from email.utils import formatdate
from functools import partial
from time import monotonic
from types import FrameType
from typing import Any, cast

from gunicorn.http.parser import RequestParser
from gunicorn.workers.gthread import TConn, ThreadWorker

from widget.prebuilt import Prebuilt, Reply
from widget.server.heads import Heads

KEEPALIVE_SECONDS = 75
"""How long a connection may be idle; longer than proxies keep theirs."""
HEAD_SECONDS = 10
"""How long a head may take from its first byte to its last."""
BODY_SECONDS = 30
"""How long a body may take to come, and a reply to go."""
LINGER_SECONDS = 2
"""How long what is still sent over a closed connection is read and thrown away."""
LONGEST_HEAD = 32_768

HELD = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
"""Signals that are held back while a worker is forked: it would take its parent's view of them."""

_READ = 16_384
_CLOSE = b"Connection: close\r\n"
_AGAIN_SECONDS = 1.0
_SWEEP_SECONDS = 1.0
_SWITCH_SECONDS = 0.001
_END = re.compile(rb"\r?\n\r?\n")
_NOT_NOW = {errno.EAGAIN, errno.EWOULDBLOCK, errno.ECONNABORTED, errno.EMFILE, errno.ENFILE}


class _Connection(TConn):
    """A connection, and where it stands."""

    def __init__(self, *given: Any) -> None:  # noqa: ANN401  # gunicorn's
        super().__init__(*given)
        self.initialized = True  # no TLS, no HTTP/2
        self.coming = b""
        """A head that is not whole yet."""
        self.unsent = memoryview(b"")
        self.deadline = monotonic() + HEAD_SECONDS
        self.in_thread = False
        self.closes = False
        """Whether nothing follows what is being sent."""

    def rest(self) -> bytes:
        """Return what was read beyond the request that a thread answered."""
        parser, self.parser = self.parser, None
        return parser.unreader.take_buffered() if isinstance(parser, RequestParser) else b""


class Worker(ThreadWorker):
    """The worker. All but ``handle`` and what that calls runs in the loop."""

    _accepting: bool

    def init_process(self) -> None:
        """Begin, in the forked process (gunicorn's hook)."""
        # The loop must not wait the usual 5 ms for each time that a thread holds the interpreter.
        sys.setswitchinterval(_SWITCH_SECONDS)
        self._open: set[_Connection] = set()
        self._now = self._swept = monotonic()
        self._heads = Heads()
        self._prebuilt: Prebuilt | None = None
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
        if isinstance(loaded, Prebuilt):
            self._prebuilt = loaded
            self._heads = Heads(loaded.forwarding)

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
        self.nr_conns += 1
        connection = _Connection(self.cfg, client, address, listener.getsockname())
        self._open.add(connection)
        self._listen(connection)

    def _listen(self, connection: _Connection) -> None:
        self.poller.register(
            connection.sock, selectors.EVENT_READ, partial(self._readable, connection)
        )

    def _readable(self, connection: _Connection, client: socket.socket) -> None:
        data = _received(client)
        if data:
            self._take(connection, data)
        elif data is not None:
            self._drop(connection)

    def _take(self, connection: _Connection, data: bytes) -> None:
        """Answer what ``data`` asks, hand it to a thread, or wait for the rest of its head."""
        before, connection.coming = connection.coming, b""
        data = before + data
        reply = self._prebuilt and self.alive and self._reply(self._prebuilt, connection, data)
        if reply:
            self._send(connection, reply)
        elif not _END.search(data, max(0, len(before) - 3)):
            if len(data) > LONGEST_HEAD:
                self._refuse(connection)
                return
            connection.coming = data
            if not before:
                connection.deadline = self._now + HEAD_SECONDS
        else:
            self.poller.unregister(connection.sock)
            parser = RequestParser(self.cfg, connection.sock, connection.client)
            parser.unreader.unread(data)
            connection.parser = parser
            connection.deadline = self._now + BODY_SECONDS
            connection.in_thread = True
            self.enqueue_req(connection)

    def _refuse(self, connection: _Connection) -> None:
        """Have nothing to do with a head that does not end (RFC 6585, section 5)."""
        lines = b"Content-Length: 0\r\n" + _CLOSE + b"\r\n"
        with suppress(OSError):  # it has gone by itself
            connection.sock.send(self._start("431 Request Header Fields Too Large") + lines)
        self._linger(connection, registered=True)

    def _reply(self, prebuilt: Prebuilt, connection: _Connection, data: bytes) -> Reply | None:
        try:
            peer = connection.client
            head = self._heads.read(data, peer[0] if isinstance(peer, tuple) else "")
            if head is None:
                return None
            connection.closes = head.closes
            return prebuilt.repeat(head.asked, wait=False)
        except Exception:  # all connections are in this loop
            self.log.exception("a thread answers")
            return None

    def _send(self, connection: _Connection, reply: Reply) -> None:
        start = self._start(reply.status)
        if connection.closes:
            start += _CLOSE
        buffers = (start, reply.wire, *reply.body)
        connection.deadline = self._now + KEEPALIVE_SECONDS
        try:
            sent = connection.sock.sendmsg(buffers)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._drop(connection)
            return
        if sent < sum(map(len, buffers)):
            connection.unsent = memoryview(b"".join(buffers))[sent:]
            connection.deadline = self._now + BODY_SECONDS
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

    def _writable(self, connection: _Connection, client: socket.socket) -> None:
        try:
            sent = client.send(connection.unsent)
        except BlockingIOError:
            return
        except OSError:
            self._drop(connection)
            return
        connection.unsent = connection.unsent[sent:]
        if not connection.unsent and connection.closes:
            self._linger(connection, registered=True)
        elif not connection.unsent:
            connection.deadline = self._now + KEEPALIVE_SECONDS
            self.poller.modify(client, selectors.EVENT_READ, partial(self._readable, connection))

    # Ends

    def finish_request(self, conn: TConn, fs: Future[Any]) -> None:
        """Take a connection back from its thread (gunicorn's hook)."""
        connection = cast("_Connection", conn)  # no others are made
        connection.in_thread = False
        try:
            keep = not fs.cancelled() and fs.result()
            connection.sock.settimeout(0)
        except Exception:
            self.log.exception("a connection was lost")
            self._drop(connection, registered=False)
            return
        if keep:
            wait = KEEPALIVE_SECONDS if self.alive else LINGER_SECONDS
            connection.deadline = self._now + wait
            rest = connection.rest()
            self._listen(connection)
            if rest:
                self._take(connection, rest)
        else:
            self._linger(connection, registered=False)

    def _linger(self, connection: _Connection, *, registered: bool) -> None:
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
        connection.deadline = self._now + LINGER_SECONDS
        self.poller.register(
            connection.sock, selectors.EVENT_READ, partial(self._throw_away, connection)
        )

    def _throw_away(self, connection: _Connection, client: socket.socket) -> None:
        if _received(client) == b"":
            self._drop(connection)

    def _drop(self, connection: _Connection, *, registered: bool = True) -> None:
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
        for connection in [it for it in self._open if force or it.deadline < self._now]:
            if not connection.in_thread:
                self._drop(connection)
            elif self._now < connection.deadline + BODY_SECONDS:
                _shut(connection.sock, socket.SHUT_RD)
            else:
                _shut(connection.sock, socket.SHUT_RDWR)

    def _cap_keepalive(self, deadline: float) -> None:
        """Let idle connections end by ``deadline``: this worker stops (gunicorn's hook)."""
        for connection in self._open:
            if not (connection.in_thread or connection.unsent):
                connection.deadline = min(connection.deadline, deadline)

    def handle_error(
        self, req: object, client: socket.socket, addr: object, exc: BaseException
    ) -> None:
        """Refuse what is no request, without a word of who sent it, or what (gunicorn's hook)."""
        del req, addr
        super().handle_error(None, client, ("", 0), exc)


def _received(client: socket.socket) -> bytes | None:
    """Return what came, nothing at the end, None where there is nothing yet."""
    try:
        return client.recv(_READ)
    except BlockingIOError:
        return None
    except OSError:
        return b""


def _shut(client: socket.socket, how: int) -> None:
    """Wake the thread that waits for ``client``."""
    with suppress(OSError):  # it has ended by itself
        client.shutdown(how)
