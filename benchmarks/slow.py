"""The effect of thousands of slow clients on ordinary readers.

The crowd is a process of its own: connections that say nothing, heads and bodies that come byte by
byte, and readers who ask for much and take a byte a second. Whoever is let go comes again.
"""

from __future__ import annotations

import asyncio
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import asdict, dataclass
from itertools import count
from typing import Any

PERCENT = 100
WITHIN_SECONDS = 1.0
_HOST = "127.0.0.1"
_HEAD = b"Host: insights.example\r\nAccept: text/html\r\n"
_DRIP_SECONDS = 1.0
_LARGE = b"GET /openapi.json HTTP/1.1\r\n" + _HEAD + b"\r\n"
_AT_ONCE = 3
"""Number of large responses that a slow reader requests: more than the system's buffers hold."""


@dataclass(frozen=True)
class Crowd:
    """The number of slow clients of each kind."""

    idle: int = 1000
    heads: int = 1000
    bodies: int = 200
    readers: int = 200


def measure(
    port: int, entry_id: str, crowd: Crowd, *, seconds: float, rate: float
) -> dict[str, Any]:
    """Return what ordinary requests had of the service at ``port``, with and without the crowd.

    Half of them are served from the response cache, half are rendered, ``rate`` a second.
    """
    quiet = _run(_ordinary(port, entry_id, seconds, rate))
    with _beside(port, crowd):
        crowded = _run(_ordinary(port, entry_id, seconds, rate))
    return {"crowd": asdict(crowd), "quiet": quiet, "crowded": crowded}


async def _ordinary(port: int, entry_id: str, seconds: float, rate: float) -> dict[str, Any]:
    taken: dict[str, list[float]] = {"prebuilt": [], "rendered": []}
    failed: list[str] = []

    async def ask(kind: str, path: str) -> None:
        began = time.perf_counter()
        try:
            async with asyncio.timeout(60):
                status = await _get(port, path)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            failed.append(f"{kind}: {error!r}")
            return
        if status == b"200":
            taken[kind].append(time.perf_counter() - began)
        else:
            failed.append(f"{kind}: {status.decode()}")

    panel = f"/panel/{entry_id}"
    await _get(port, panel)
    request_tasks = []
    began = time.perf_counter()
    for number in range(round(seconds * rate)):
        await asyncio.sleep(began + number / rate - time.perf_counter())
        accent = f"{panel}?accent={(number * 7919 + int(time.time())) % 0x444444:06x}"
        kind, path = (("prebuilt", panel), ("rendered", accent))[number % 2]
        request_tasks.append(asyncio.create_task(ask(kind, path)))
    await asyncio.gather(*request_tasks)
    every = [*taken["prebuilt"], *taken["rendered"]]
    good = sum(it <= WITHIN_SECONDS for it in every)
    return {
        "asked": len(request_tasks),
        "failed": failed,
        "within a second, percent": round(PERCENT * good / len(request_tasks), 3),
        "worst, ms": round(max(every, default=0) * 1000, 1),
        **{f"p99 {kind}, ms": _p99(times) for kind, times in taken.items()},
        "ms": {kind: [round(it * 1000, 1) for it in times] for kind, times in taken.items()},
    }


def _p99(seconds: list[float]) -> float:
    return round(statistics.quantiles(seconds, n=PERCENT)[-1] * 1000, 1)


async def _get(port: int, path: str) -> bytes:
    reader, writer = await asyncio.open_connection(_HOST, port)
    try:
        writer.write(b"GET %s HTTP/1.1\r\n%sConnection: close\r\n\r\n" % (path.encode(), _HEAD))
        answer = await reader.read()
    finally:
        writer.close()
    if not answer:
        raise asyncio.IncompleteReadError(b"", None)
    return answer.split(b" ", 2)[1]


@contextmanager
def _beside(port: int, crowd: Crowd) -> Iterator[None]:
    numbers = [str(it) for it in asdict(crowd).values()]
    command = [sys.executable, "-m", "benchmarks.slow", str(port), *numbers]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        try:
            assert child.stdout
            assert child.stdout.readline() == b"all are there\n"
            yield
            assert child.poll() is None, "the crowd has gone"
        finally:
            child.terminate()


# The crowd

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def _connected(port: int) -> AsyncIterator[Streams]:
    connection = socket.socket()
    # As small as the system allows, so that unread data waits at the server.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    connection.setblocking(False)  # noqa: FBT003  # socket's own signature
    await asyncio.get_running_loop().sock_connect(connection, (_HOST, port))
    streams = await asyncio.open_connection(sock=connection, limit=1)
    try:
        yield streams
    finally:
        streams[1].close()


async def _idle(streams: Streams) -> None:
    await streams[0].read()


async def _head(streams: Streams) -> None:
    streams[1].write(b"GET /healthz HTTP/1.1\r\n")
    await _drip(streams, iter(lambda: b"x", b""))


async def _body(streams: Streams) -> None:
    streams[1].write(b"POST /doctor HTTP/1.1\r\n" + _HEAD + b"Content-Length: 10000\r\n\r\n")
    await _drip(streams, iter(lambda: b"x", b""))


async def _drip(streams: Streams, pieces: Iterator[bytes]) -> None:
    for piece in pieces:
        streams[1].write(piece)
        await streams[1].drain()
        await asyncio.sleep(_DRIP_SECONDS)
        if streams[0].at_eof():
            return


async def _reader(streams: Streams) -> None:
    streams[1].write(_LARGE * _AT_ONCE)
    while await streams[0].read(1):
        await asyncio.sleep(_DRIP_SECONDS)


async def _come(port: int, crowd: Crowd) -> None:
    arrived = count(1)
    expected = sum(asdict(crowd).values())
    kinds: tuple[tuple[int, Callable[[Streams], Awaitable[None]]], ...] = (
        (crowd.idle, _idle),
        (crowd.heads, _head),
        (crowd.bodies, _body),
        (crowd.readers, _reader),
    )

    async def again_and_again(behave: Callable[[Streams], Awaitable[None]]) -> None:
        first = True
        while True:
            with suppress(OSError):
                async with _connected(port) as streams:
                    if first and next(arrived) == expected:
                        sys.stdout.write("all are there\n")
                        sys.stdout.flush()
                    first = False
                    await behave(streams)
            await asyncio.sleep(_DRIP_SECONDS)

    tasks = [again_and_again(behave) for number, behave in kinds for _ in range(number)]
    await asyncio.gather(*tasks)


def table(found: dict[str, Any]) -> str:
    """Return the measurements as text."""
    lines = []
    for name in ("quiet", "crowded"):
        one = found[name]
        lines.append(
            f"  {name:8} {one['asked']:6,} asked, {len(one['failed'])} failed, "
            f"{one['within a second, percent']} % within a second; "
            f"p99 prebuilt {one['p99 prebuilt, ms']} ms, rendered {one['p99 rendered, ms']} ms, "
            f"worst {one['worst, ms']} ms"
        )
    return "\n".join(lines)


def _run(measuring: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
    """Run it in a separate thread, since the caller's may have a running loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, measuring).result()


if __name__ == "__main__":
    asyncio.run(_come(int(sys.argv[1]), Crowd(*map(int, sys.argv[2:]))))
