"""Running an application under granian, the production server."""

from __future__ import annotations

import logging
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from granian.constants import HTTPModes, Interfaces, RuntimeModes
from granian.log import LogLevels
from granian.server.mp import MPServer, WorkerProcess

from widget.errors import InsightsError, InvalidSettings

KILL_SECONDS = 30
"""How long a worker that is told to stop may take over the requests in flight."""
READY_SECONDS = 120
"""How long a new worker may take to start before it takes an old one's place all the same."""

log = logging.getLogger("insights.server")


def check_port(host: str, port: int) -> None:
    """Raise InvalidSettings where ``host:port`` cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise InvalidSettings(
                f"{host}:{port} cannot be listened on ({error.strerror}); choose another --port"
            ) from error


def serve(
    target: str,
    *,
    host: str,
    port: int,
    workers: int,
    factory: bool = False,
    check: Callable[[], object] = lambda: None,
) -> None:
    """Serve the WSGI application ``target`` (``module:name``) until told to stop.

    SIGTERM and SIGINT stop it once the requests in flight are answered. SIGHUP replaces the
    workers one after the other, unless ``check`` raises an InsightsError: workers that cannot
    start would end the service.
    """
    check_port(host, port)
    os.register_at_fork(
        before=_hold_signals, after_in_parent=_let_signals, after_in_child=_be_stoppable
    )
    _ready[:] = os.pipe()
    _take_turns()
    server = _Server(
        target,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=1,
        runtime_mode=RuntimeModes.st,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_SECONDS,
        respawn_interval=1.0,  # after the new worker is ready; see _Server
        factory=factory,
        # Through our own handler, in the form that the setting `log` asks for.
        log_dictconfig={
            "loggers": {name: {"propagate": True} for name in ("_granian", "granian.access")}
        },
    )
    # At the start, when granian has set its own handlers.
    server.on_startup(lambda: _reload_if_sound(server, check))
    server.serve()


class _Server(MPServer):
    """granian, but that a worker is replaced only once the new one is ready.

    granian waits for a fixed time; a worker that takes longer to start would leave nobody
    to answer, or half of what comes refused.
    """

    replacing = False

    def _spawn_worker(self, *args: Any, **kwargs: Any) -> WorkerProcess:  # noqa: ANN401  # granian's
        worker = super()._spawn_worker(*args, **kwargs)
        if self.replacing:
            start = worker.start

            def start_and_wait() -> None:
                _drain()
                start()  # type: ignore[no-untyped-call]  # granian's
                deadline = time.monotonic() + READY_SECONDS
                while time.monotonic() < deadline and worker.inner.is_alive():
                    if self.interrupt_signal or select.select([_ready[0]], [], [], 0.1)[0]:
                        break

            worker.start = start_and_wait  # type: ignore[method-assign]  # this one's alone
        return worker


_ready: list[int] = []
"""A pipe, to read and to write, on which workers tell their parent that they are ready."""


def tell_ready() -> None:
    """Tell the parent, where there is one, that this worker can serve."""
    if _ready:
        os.write(_ready[1], b".")


def _drain() -> None:
    while select.select([_ready[0]], [], [], 0)[0]:
        os.read(_ready[0], 1024)


def _take_turns() -> None:
    """Let the threads of each worker work off what waits for them, and not one request each.

    Each request goes from granian's thread to Python's and back. Where whoever is woken takes
    the core at once, that is two switches a request (sched(7), SCHED_BATCH).
    """
    if sys.platform == "linux":
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


_SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}


def _hold_signals() -> None:
    """Keep signals back while a worker is forked: it would take the parent's view of them."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)


def _let_signals() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)


def _be_stoppable() -> None:
    """Let a worker that is still starting be ended by SIGTERM.

    It inherits the parent's handler, which does nothing in it: the signal would be lost, and the
    parent would wait for a worker that knows of nothing. granian's own handlers come later.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal; the parent sends SIGTERM
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    _let_signals()


def _reload_if_sound(server: _Server, check: Callable[[], object]) -> None:
    def reload(*_: object) -> None:
        try:
            check()
        except InsightsError as error:
            log.error("not reloaded, and all goes on as before: %s", error)
        else:
            log.info("reloading the workers, one after the other")
            server.replacing = True
            server.signal_handler_reload()  # type: ignore[no-untyped-call]  # granian's

    signal.signal(signal.SIGHUP, reload)
