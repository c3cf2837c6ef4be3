"""WSGI applications that take their time, for what a server does meanwhile."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from widget import server


def slow(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer after as many seconds as the path says, having left a file that says that it began."""
    seconds = float(environ["PATH_INFO"].strip("/") or 0)
    if seconds:
        Path(os.environ["INSIGHTS_TEST_BEGAN"]).touch()
        time.sleep(seconds)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"done\n"]


def late() -> Callable[..., Iterable[bytes]]:
    """Take long to be made, as an application over a very large store does."""
    Path(os.environ["INSIGHTS_TEST_BEGAN"]).touch()
    time.sleep(float(os.environ["INSIGHTS_TEST_SECONDS"]))
    return slow


if __name__ == "__main__":
    name, port = sys.argv[1], int(sys.argv[2])
    target = f"slow_app:{name}"
    server.serve(
        target,
        host="127.0.0.1",
        port=port,
        workers=int(os.environ["INSIGHTS_TEST_WORKERS"]),
        factory=name == "late",
    )
