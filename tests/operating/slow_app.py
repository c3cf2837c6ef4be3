"""WSGI applications that take their time, for what a server does meanwhile."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from widget import server
from widget.http import responses
from widget.http.response_cache import ResponseCache
from widget.server import arbiter, worker

LARGE = b"0123456789abcdef" * 1_000_000
"""More than a connection takes at once."""


def slow(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer after as many seconds as the path says, having left a file that says that it began."""
    seconds = float(environ["PATH_INFO"].strip("/") or 0)
    if seconds:
        Path(os.environ["INSIGHTS_TEST_BEGAN"]).touch()
        time.sleep(seconds)
    environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"done\n"]


def late() -> Callable[..., Iterable[bytes]]:
    """Take long to be made, as an application over a very large store does."""
    Path(os.environ["INSIGHTS_TEST_BEGAN"]).touch()
    time.sleep(float(os.environ["INSIGHTS_TEST_SECONDS"]))
    return slow


def broken() -> Callable[..., Iterable[bytes]]:
    """Fail where a file says so, or leave a line in another."""
    if Path(os.environ["INSIGHTS_TEST_BEGAN"]).exists():
        raise RuntimeError("it is broken")
    with Path(f"{os.environ['INSIGHTS_TEST_BEGAN']}-made").open("a") as created:
        created.write(f"{os.getpid()}\n")
    return slow


def doubtful() -> ResponseCache:
    """Say of answers that they may be repeated, and fail when asked whether they still may."""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def holds(_: bool) -> bool:
            raise RuntimeError("nobody knows")

        environ[responses.IS_FRESH] = holds
        return slow(environ, start_response)

    return ResponseCache(app, 1 << 20)


def pensive() -> ResponseCache:
    """Think for long about whether the answer to /pensive still holds, where it may."""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def holds(wait: bool) -> bool | None:
            if wait:
                Path(os.environ["INSIGHTS_TEST_BEGAN"]).touch()
                time.sleep(3)
            return wait or None

        path, environ["PATH_INFO"] = environ["PATH_INFO"], "/"
        environ[responses.IS_FRESH] = holds if path == "/pensive" else lambda _: True
        return slow(environ, start_response)

    return ResponseCache(app, 1 << 20)


def large() -> ResponseCache:
    """Repeat a very large answer."""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ[responses.IS_FRESH] = lambda _: True
        start_response("200 OK", [("Content-Length", str(len(LARGE)))])
        return [LARGE]

    return ResponseCache(app, 1 << 30)


if __name__ == "__main__":
    name, port = sys.argv[1], int(sys.argv[2])
    for words in sys.argv[3:]:
        setting, _, value = words.partition("=")
        modules = [it for it in (worker, arbiter, server) if hasattr(it, setting)]
        assert modules, setting
        for module in modules:
            setattr(module, setting, int(value))
    try:
        server.serve(
            f"slow_app:{name}",
            host="127.0.0.1",
            port=port,
            workers=int(os.environ["INSIGHTS_TEST_WORKERS"]),
            factory=name != "slow",
        )
    finally:
        with Path(f"{os.environ['INSIGHTS_TEST_BEGAN']}-ended").open("a") as ended:
            ended.write(f"{os.getpid()}\n")
