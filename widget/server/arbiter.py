"""gunicorn's arbiter, changed so that a worker is replaced only once the new one is ready."""

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
from widget.server.worker import BLOCKED_SIGNALS, KEEPALIVE_SECONDS, Worker

THREADS = 4
"""How many requests each worker handles in Flask at once; cached responses bypass Flask."""
STOP_SECONDS = 30
"""How many seconds a stopping worker has for the requests in flight."""
_AGAIN_SECONDS = 1.0
_LOOK_SECONDS = 0.1

log = logging.getLogger("insights.server")


class Application(BaseApplication):
    """gunicorn's settings, and the location of the WSGI application."""

    def __init__(self, target: str, settings: dict[str, Any], *, factory: bool) -> None:
        self._target, self._settings, self._factory = target, settings, factory
        super().__init__()

    def load_config(self) -> None:
        """Set what is not gunicorn's default; its configuration files and variables are ignored."""
        defaults = {
            "worker_class": Worker,
            "threads": THREADS,
            "keepalive": KEEPALIVE_SECONDS,
            "graceful_timeout": STOP_SECONDS,
            "timeout": 0,  # a worker may have to build a large index first
            "forwarded_allow_ips": "",
            "forwarder_headers": "",
            "secure_scheme_headers": {},
            "control_socket_disable": True,
            "http_parser": "python",  # the same parser, whatever is installed
            "permit_unconventional_http_method": True,  # 501 (RFC 9110, section 9.1), not 400
            "limit_request_line": 8190,
            "logger_class": _Logger,
        }
        for name, value in {**defaults, **self._settings}.items():
            self.cfg.set(name, value)

    def load(self) -> Any:  # noqa: ANN401  # gunicorn's
        """Return the WSGI application."""
        module, _, name = self._target.partition(":")
        found = getattr(import_module(module), name)
        return found() if self._factory else found


class _Logger(glogging.Logger):
    """Logs errors only, through the service's own handler."""

    def setup(self, cfg: Config) -> None:
        self.cfg = cfg
        self._access_log_enabled = False
        self.error_log.propagate = True
        self.error_log.setLevel(logging.ERROR)


class Arbiter(arbiter.Arbiter):
    """The parent process. ``check`` raises an InsightsError where new workers could not start.

    A change of the file ``watched`` replaces the workers, as SIGHUP does.
    """

    def __init__(
        self, app: Application, check: Callable[[], object], watched: Path | None = None
    ) -> None:
        self._check = check
        self._watched = watched
        self._file_version = _file_version(watched)
        self._outdated: set[int] = set()
        """The workers to replace."""
        self._stopping: dict[int, float] = {}
        """The workers that are stopping, and when each is killed."""
        self._starting: set[int] = set()
        self._ready_pipe = os.pipe()
        for end in self._ready_pipe:
            os.set_blocking(end, False)
        app.cfg.set("post_worker_init", self._report_ready)
        super().__init__(app)

    def handle_hup(self) -> None:
        """Replace the workers one by one."""
        try:
            self._check()
        except InsightsError as error:
            log.error("not reloaded; the running workers go on: %s", error)
            return
        log.info("reloading the workers, one by one")
        self._outdated = set(self.WORKERS) - self._stopping.keys()

    def handle_int(self) -> None:
        """Stop gracefully; gunicorn would cut off responses."""
        self.handle_term()

    def spawn_worker(self) -> int:
        """Fork a worker. Signals are blocked until it has its own handlers, not its parent's."""
        parent = os.getpid()
        signal.pthread_sigmask(signal.SIG_BLOCK, BLOCKED_SIGNALS)
        try:
            pid = super().spawn_worker()
        except SystemExit as ended:
            if os.getpid() != parent:
                # Not through the callers of `serve`: they clean up for the parent.
                logging.shutdown()
                os._exit(ended.code if isinstance(ended.code, int) else 1)
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, BLOCKED_SIGNALS)
        return pid

    def wait_for_signals(self, timeout: float | None = 1.0) -> list[int]:
        """Wait for signals; shortly while workers are being replaced."""
        busy = self._outdated or self._stopping
        return super().wait_for_signals(_LOOK_SECONDS if busy else timeout)

    def manage_workers(self) -> None:
        """Start missing workers, and stop replaced ones."""
        self._update_states()
        version = _file_version(self._watched)
        if version not in (None, self._file_version):
            self._file_version = version
            log.info("%s was changed", self._watched)
            self.handle_hup()
        staying = self.WORKERS.keys() - self._stopping.keys()
        for _ in range(self.num_workers + bool(self._outdated) - len(staying)):
            self._starting.add(self.spawn_worker())
        surplus = len(staying) - self.num_workers
        if surplus > 0 and not self._starting & staying:
            oldest = sorted(self._outdated or staying, key=lambda pid: self.WORKERS[pid].age)
            for pid in oldest[:surplus]:
                self._stopping[pid] = monotonic() + STOP_SECONDS + _AGAIN_SECONDS
                self._outdated.discard(pid)
                self.kill_worker(pid, signal.SIGTERM)
        for pid, deadline in self._stopping.items():
            if monotonic() > deadline:
                self.kill_worker(pid, signal.SIGKILL)

    def _update_states(self) -> None:
        """Record which workers are ready, and which have ended."""
        try:
            reported = os.read(self._ready_pipe[0], 4096).decode().split()
        except BlockingIOError:
            reported = []
        here = self.WORKERS.keys()
        self._starting = {pid for pid in self._starting & here if str(pid) not in reported}
        self._outdated &= here
        self._stopping = {pid: deadline for pid, deadline in self._stopping.items() if pid in here}

    def _report_ready(self, _: Worker) -> None:
        """Report to the parent, from a worker, that it can serve."""
        os.write(self._ready_pipe[1], b"%d\n" % os.getpid())


def _file_version(path: Path | None) -> tuple[int, ...] | None:
    """Return a value that changes with the file; None where the file does not exist."""
    try:
        found = path.stat() if path else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino) if found else None
