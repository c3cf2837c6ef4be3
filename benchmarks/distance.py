"""A SOCKS proxy on loopback (RFC 1928) that puts a distance between a browser and its servers.

Chromium's own emulation delays each request alike, whether or not it needs a new connection. Here
every packet takes its time, so that a handshake of TCP or TLS costs what it costs in life.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from asyncio import StreamReader, StreamWriter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_VERSION, _NO_AUTHENTICATION, _SUCCEEDED = 5, 0, 0


@contextmanager
def distance(round_trip: float) -> Iterator[str]:
    """Yield the URL of a proxy whose servers are ``round_trip`` seconds away and back."""
    started: queue.Queue[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = queue.Queue()

    async def serve() -> None:
        ended, tasks = asyncio.Event(), set[asyncio.Task[None]]()

        async def accept(reader: StreamReader, writer: StreamWriter) -> None:
            task = asyncio.current_task()
            assert task
            tasks.add(task)
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await _relay(reader, writer, round_trip)
            writer.transport.abort()
            tasks.discard(task)

        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        started.put((port, asyncio.get_running_loop(), ended))
        await ended.wait()
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    port, loop, ended = started.get(timeout=60)
    try:
        yield f"socks5://127.0.0.1:{port}"
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()


async def _relay(reader: StreamReader, writer: StreamWriter, round_trip: float) -> None:
    port = await _asked_for(reader, writer)
    await asyncio.sleep(round_trip)  # the handshake of TCP
    answers, asks = await asyncio.open_connection("127.0.0.1", port)
    writer.write(bytes((_VERSION, _SUCCEEDED, 0, 1, 127, 0, 0, 1)) + port.to_bytes(2, "big"))
    try:
        await asyncio.gather(
            _pass(reader, asks, round_trip / 2), _pass(answers, writer, round_trip / 2)
        )
    finally:
        asks.transport.abort()


async def _asked_for(reader: StreamReader, writer: StreamWriter) -> int:
    """Return the port that the browser wants; its host name is one of the tests' own."""
    _, methods = await reader.readexactly(2)
    await reader.readexactly(methods)
    writer.write(bytes((_VERSION, _NO_AUTHENTICATION)))
    _, _, _, kind = await reader.readexactly(4)
    length = {1: 4, 4: 16}.get(kind) or (await reader.readexactly(1))[0]
    *_, high, low = await reader.readexactly(length + 2)
    return high * 256 + low


async def _pass(reader: StreamReader, writer: StreamWriter, delay: float) -> None:
    """Pass everything on, each piece ``delay`` seconds after it came; then end the connection."""
    loop = asyncio.get_running_loop()
    under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def arrive() -> None:
        while True:
            at, data = await under_way.get()
            await asyncio.sleep(at - loop.time())
            if not data:
                break
            writer.write(data)
        writer.write_eof()

    arriving = asyncio.create_task(arrive())
    try:
        data = b"-"
        while data:
            data = await reader.read(65_536)
            under_way.put_nowait((loop.time() + delay, data))
        await arriving
    finally:
        arriving.cancel()
