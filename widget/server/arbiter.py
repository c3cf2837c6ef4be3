"""gunicorn's parent of workers, but that a worker is replaced only once the new one is ready."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import Any

from gunicorn import arbiter, glogging
from gunicorn.app.base import BaseApplication
from gunicorn.config import Config

from widget.errors import InsightsError
from widget.server.worker import HELD, KEEPALIVE_SECONDS, Worker

THREADS = 4
"""How many requests of a worker Flask answers at once."""
STOP_SECONDS = 30
"""How long a worker that is told to stop may take over the requests in flight."""
_AGAIN_SECONDS = 1.0
_LOOK_SECONDS = 0.1

log = logging.getLogger("insights.server")


class Application(BaseApplication):
    """What gunicorn is told: the settings, and where the WSGI application is to be had."""

    def __init__(self, target: str, settings: dict[str, Any], *, factory: bool) -> None:
        self._target, self._settings, self._factory = target, settings, factory
        super().__init__()

    def load_config(self) -> None:
        """Set everything that is not gunicorn's default; its files and variables do not count."""
        standing = {
            "worker_class": Worker,
            "threads": THREADS,
            "keepalive": KEEPALIVE_SECONDS,
            "graceful_timeout": STOP_SECONDS,
            "timeout": 0,  # a large index may have to be made
            "forwarded_allow_ips": "",
            "forwarder_headers": "",
            "secure_scheme_headers": {},
            "control_socket_disable": True,
            "http_parser": "python",  # one parser, whatever is installed
            "permit_unconventional_http_method": True,  # 501 (RFC 9110, section 9.1), not 400
            "limit_request_line": 8190,
            "logger_class": _Logger,
        }
        for name, value in {**standing, **self._settings}.items():
            self.cfg.set(name, value)

    def load(self) -> Any:  # noqa: ANN401  # gunicorn's
        """Return the WSGI application."""
        module, _, name = self._target.partition(":")
        found = getattr(import_module(module), name)
        return found() if self._factory else found


class _Logger(glogging.Logger):
    """Through our own handler, and only what went wrong."""

    def setup(self, cfg: Config) -> None:
        self.cfg = cfg
        self._access_log_enabled = False
        self.error_log.propagate = True
        self.error_log.setLevel(logging.ERROR)


class Arbiter(arbiter.Arbiter):
    """The parent. ``check`` raises an InsightsError where new workers could not start.

    A change of the file ``watched`` replaces the workers, as SIGHUP does.
    """

    def __init__(
        self, app: Application, check: Callable[[], object], watched: Path | None = None
    ) -> None:
        self._check = check
        self._watched = watched
        self._version = _version(watched)
        self._leaving: set[int] = set()
        """Workers to be replaced."""
        self._told: dict[int, float] = {}
        """Workers that were told to stop, and when they are killed."""
        self._starting: set[int] = set()
        self._ready = os.pipe()
        for end in self._ready:
            os.set_blocking(end, False)
        app.cfg.set("post_worker_init", self._tell_ready)
        super().__init__(app)

    def handle_hup(self) -> None:
        """Replace the workers one after the other."""
        try:
            self._check()
        except InsightsError as error:
            log.error("not reloaded, and all goes on as before: %s", error)
            return
        log.info("reloading the workers, one after the other")
        self._leaving = set(self.WORKERS) - self._told.keys()

    def handle_int(self) -> None:
        """Stop as when asked to; gunicorn would cut answers off."""
        self.handle_term()

    def spawn_worker(self) -> int:
        """Fork a worker, which learns of what it is told meanwhile once it can take signals."""
        parent = os.getpid()
        signal.pthread_sigmask(signal.SIG_BLOCK, HELD)
        try:
            pid = super().spawn_worker()
        except SystemExit as ended:
            if os.getpid() != parent:
                # Not through those who called `serve`: they tidy up when all has ended.
                logging.shutdown()
                os._exit(ended.code if isinstance(ended.code, int) else 1)
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD)
        return pid

    def wait_for_signals(self, timeout: float | None = 1.0) -> list[int]:
        """Wait for signals, or for a worker that starts."""
        busy = self._leaving or self._told
        return super().wait_for_signals(_LOOK_SECONDS if busy else timeout)

    def manage_workers(self) -> None:
        """Start what is missing, and stop what has been replaced."""
        self._look()
        version = _version(self._watched)
        if version not in (None, self._version):
            self._version = version
            log.info("%s was changed", self._watched)
            self.handle_hup()
        staying = self.WORKERS.keys() - self._told.keys()
        for _ in range(self.num_workers + bool(self._leaving) - len(staying)):
            self._starting.add(self.spawn_worker())
        surplus = len(staying) - self.num_workers
        if surplus > 0 and not self._starting & staying:
            oldest = sorted(self._leaving or staying, key=lambda pid: self.WORKERS[pid].age)
            for pid in oldest[:surplus]:
                self._told[pid] = monotonic() + STOP_SECONDS + _AGAIN_SECONDS
                self._leaving.discard(pid)
                self.kill_worker(pid, signal.SIGTERM)
        for pid, deadline in self._told.items():
            if monotonic() > deadline:
                self.kill_worker(pid, signal.SIGKILL)

    def _look(self) -> None:
        """Take note of who is ready, and who is gone."""
        try:
            said = os.read(self._ready[0], 4096).decode().split()
        except BlockingIOError:
            said = []
        here = self.WORKERS.keys()
        self._starting = {pid for pid in self._starting & here if str(pid) not in said}
        self._leaving &= here
        self._told = {pid: deadline for pid, deadline in self._told.items() if pid in here}

    def _tell_ready(self, _: Worker) -> None:
        """Say, in a worker, that it can serve."""
        os.write(self._ready[1], b"%d\n" % os.getpid())


def _version(path: Path | None) -> tuple[int, ...] | None:
    """Return what differs once a file was changed or replaced; None where there is none."""
    try:
        found = path.stat() if path else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino) if found else None
