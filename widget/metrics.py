"""Prometheus metrics; nothing is counted before ``enable``.

If PROMETHEUS_MULTIPROC_DIR names a folder, as under ``insights serve``, the metrics of all workers
are aggregated; each worker writes its own files there.
"""

from __future__ import annotations

import importlib
import os
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import Any

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    """The metrics and their library, which reads the environment on import."""

    def __init__(self) -> None:
        self._client = client = importlib.import_module("prometheus_client")
        self.registry = client.CollectorRegistry()
        here: dict[str, Any] = {"registry": self.registry}
        self.requests = client.Counter(
            "insights_requests", "Requests that Flask answered.", ["class", "status"], **here
        )
        self.request_seconds = client.Histogram(
            "insights_request_seconds",
            "How long Flask took to answer.",
            ["class"],
            buckets=_FAST,
            **here,
        )
        self.cached = client.Counter(
            "insights_cached_responses", "Responses sent from the response cache.", **here
        )
        self.store_seconds = client.Histogram(
            "insights_store_seconds",
            "How long the store took.",
            ["operation"],
            buckets=(0.0001, *_FAST),
            **here,
        )
        self.breaches = client.Counter(
            "insights_breaches",
            "Breaches of rules that kept an entry from being published.",
            **here,
        )
        self.purge_seconds = client.Histogram(
            "insights_purge_seconds",
            "How long a cache took to answer a purge.",
            ["cache", "result"],
            buckets=_FAST,
            **here,
        )
        self.notification_seconds = client.Histogram(
            "insights_notification_seconds",
            "How long a receiver took to answer a notification.",
            ["receiver", "result"],
            buckets=(*_FAST, 10.0, 30.0),
            **here,
        )
        self.workers = client.Gauge(
            "insights_workers", "Workers that run.", multiprocess_mode="livesum", **here
        )
        self.workers.set(1)

    def text(self, now: dict[str, tuple[str, float]]) -> tuple[bytes, str]:
        """Return all metrics in Prometheus's text format, and its media type.

        ``now`` has the gauges that are read on request: name, help text and value.
        """
        client = self._client
        registry = self.registry
        folder = os.environ.get(FOLDER_VARIABLE)
        if folder:
            registry = client.CollectorRegistry()
            registry.register(_AllWorkers(Path(folder)))
        current = client.CollectorRegistry()
        for name, (help_text, value) in now.items():
            metric = importlib.import_module("prometheus_client.core").GaugeMetricFamily(
                name, help_text, value
            )
            current.register(_SingleMetric(metric))
        data = client.generate_latest(registry) + client.generate_latest(current)
        return data, str(client.CONTENT_TYPE_LATEST)


class _SingleMetric:
    """A collector of one metric."""

    def __init__(self, metric: object) -> None:
        self._metric = metric

    def collect(self) -> Iterator[object]:
        """Yield the metric."""
        yield self._metric


class _AllWorkers:
    """A collector of what all workers wrote to ``folder``, while they may be writing.

    A worker that starts creates its files empty, and their library's collector cannot read those.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterable[object]:
        """Return the metrics of all workers; gauges of ended ones are left out."""
        module = importlib.import_module("prometheus_client.multiprocess")
        for path in _files_of_ended_workers(self._folder):
            path.unlink(missing_ok=True)
        files = [str(path) for path in self._folder.glob("*.db") if _has_content(path)]
        merged: Iterable[object] = module.MultiProcessCollector.merge(files)
        return merged


def _has_content(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return False


def _files_of_ended_workers(folder: Path) -> Iterator[Path]:
    """Yield the gauge files that ended workers left."""
    for path in folder.glob("gauge_live*.db"):
        found = re.fullmatch(r"gauge_live\w*_(\d+)\.db", path.name)
        if found and not _is_running(int(found[1])):
            yield path


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


_metrics: Metrics | None = None


def enable() -> Metrics:
    """Start counting, and return the metrics."""
    global _metrics  # one registry for each process
    _metrics = _metrics or Metrics()
    return _metrics


def count_request(kind: str, status: int, seconds: float) -> None:
    """Count a request that Flask answered, by its class."""
    if _metrics:
        _metrics.requests.labels(kind, str(status)).inc()
        _metrics.request_seconds.labels(kind).observe(seconds)


def count_cached(number: int) -> None:
    """Count ``number`` requests that the response cache answered since the last call."""
    if _metrics and number:
        _metrics.cached.inc(number)


def follow_cached(hits: Callable[[], int]) -> None:
    """Count the growth of ``hits()`` once a second."""
    if not _metrics:
        return

    def follow() -> None:
        counted = 0
        while True:
            time.sleep(1)
            now = hits()
            count_cached(now - counted)
            counted = now

    threading.Thread(target=follow, name="metrics", daemon=True).start()


def count_breaches(number: int) -> None:
    """Count breaches that kept an entry from being published."""
    if _metrics:
        _metrics.breaches.inc(number)


def count_purge(cache: str, seconds: float, *, confirmed: bool) -> None:
    """Count a purge, and whether the cache confirmed it."""
    if _metrics:
        result = "confirmed" if confirmed else "failed"
        _metrics.purge_seconds.labels(cache, result).observe(seconds)


def count_notification(receiver: str, seconds: float, *, confirmed: bool) -> None:
    """Count an attempt to notify, and whether the receiver confirmed it."""
    if _metrics:
        result = "confirmed" if confirmed else "failed"
        _metrics.notification_seconds.labels(receiver, result).observe(seconds)


@contextmanager
def _timed(operation: str) -> Iterator[None]:
    began = time.perf_counter()
    try:
        yield
    finally:
        if _metrics:
            _metrics.store_seconds.labels(operation).observe(time.perf_counter() - began)


def timed(store: Any, failed: Callable[[str, Exception], None]) -> Any:  # noqa: ANN401  # as it was
    """Return a proxy of ``store`` that times each method and passes exceptions to ``failed``."""

    class Timed:
        def __getattr__(self, name: str) -> object:
            method = getattr(store, name)
            if name.startswith("_") or not callable(method):
                return method

            @wraps(method)
            def call(*args: object, **kwargs: object) -> object:
                with _timed(name):
                    try:
                        return method(*args, **kwargs)
                    except Exception as error:
                        with suppress(Exception):
                            failed(name, error)
                        raise

            # Later look-ups find it here without __getattr__.
            setattr(self, name, call)
            return call

    return Timed()
