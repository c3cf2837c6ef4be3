"""What the service counts and times, for Prometheus; nothing is counted before ``enable``.

Where PROMETHEUS_MULTIPROC_DIR names a folder, as ``insights serve`` has it, all workers' numbers
are one; each worker writes files of its own in it.
"""

from __future__ import annotations

import importlib
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import Any

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Meter:
    """The metrics, and the library that keeps them, which reads the environment when imported."""

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
        self.prebuilt = client.Counter(
            "insights_prebuilt_answers", "Requests answered from prebuilt bytes.", **here
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
        self.workers = client.Gauge(
            "insights_workers", "Workers that run.", multiprocess_mode="livesum", **here
        )
        self.workers.set(1)

    def text(self, now: dict[str, tuple[str, float]]) -> tuple[bytes, str]:
        """Return everything in Prometheus's text format, and its media type.

        ``now`` has the current gauges: help text and value by name.
        """
        client = self._client
        registry = self.registry
        folder = os.environ.get(FOLDER_VARIABLE)
        if folder:
            multiprocess = importlib.import_module("prometheus_client.multiprocess")
            for pid in _ended(folder):
                multiprocess.mark_process_dead(pid, folder)
            registry = client.CollectorRegistry()
            multiprocess.MultiProcessCollector(registry, folder)
        current = client.CollectorRegistry()
        for name, (help_text, value) in now.items():
            metric = importlib.import_module("prometheus_client.core").GaugeMetricFamily(
                name, help_text, value
            )
            current.register(_Once(metric))
        data = client.generate_latest(registry) + client.generate_latest(current)
        return data, str(client.CONTENT_TYPE_LATEST)


class _Once:
    """A collector of one value."""

    def __init__(self, metric: object) -> None:
        self._metric = metric

    def collect(self) -> Iterator[object]:
        """Yield it."""
        yield self._metric


def _ended(folder: str) -> set[int]:
    """Return the workers that left gauges behind and run no more."""
    found = (re.fullmatch(r"gauge_live\w*_(\d+)\.db", path.name) for path in Path(folder).iterdir())
    ended = set()
    for pid in {int(match[1]) for match in found if match}:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            ended.add(pid)
        except PermissionError:
            pass
    return ended


_meter: Meter | None = None


def enable() -> Meter:
    """Count from now on, and return what counts."""
    global _meter  # one process, one meter
    _meter = _meter or Meter()
    return _meter


def count_request(kind: str, status: int, seconds: float) -> None:
    """Count a request that Flask answered, by what it was for."""
    if _meter:
        _meter.requests.labels(kind, str(status)).inc()
        _meter.request_seconds.labels(kind).observe(seconds)


def count_prebuilt(number: int) -> None:
    """Count requests that were answered from prebuilt bytes, ``number`` since the last call."""
    if _meter and number:
        _meter.prebuilt.inc(number)


def follow_prebuilt(hits: Callable[[], int]) -> None:
    """Count, every second, by how much the number that ``hits`` returns has grown."""
    if not _meter:
        return

    def follow() -> None:
        counted = 0
        while True:
            time.sleep(1)
            now = hits()
            count_prebuilt(now - counted)
            counted = now

    threading.Thread(target=follow, name="metrics", daemon=True).start()


def count_breaches(number: int) -> None:
    """Count breaches that kept an entry from being published."""
    if _meter:
        _meter.breaches.inc(number)


def count_purge(cache: str, seconds: float, *, confirmed: bool) -> None:
    """Count a purge that a cache answered, or did not."""
    if _meter:
        result = "confirmed" if confirmed else "failed"
        _meter.purge_seconds.labels(cache, result).observe(seconds)


@contextmanager
def _timed(operation: str) -> Iterator[None]:
    began = time.perf_counter()
    try:
        yield
    finally:
        if _meter:
            _meter.store_seconds.labels(operation).observe(time.perf_counter() - began)


def timed(store: Any, failed: Callable[[str, Exception], None]) -> Any:  # noqa: ANN401  # as it was
    """Return ``store``, each of whose methods is timed; ``failed`` hears of what they raise."""

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

            # Found here from now on, and not asked for again.
            setattr(self, name, call)
            return call

    return Timed()
