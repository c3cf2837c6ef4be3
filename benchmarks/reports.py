"""The effect of a flood of reports on readers' panels and on the editors' queue.

10,000 reports a minute from 500 networks, behind a trusted proxy, by a process of its own. Without
the flood the same process sends the same to a listener of its own: the sender's work meets panels
alike. Windows with and without take turns; the service has one core, everything else the others.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from benchmarks.serving import Browser
from widget.record.report_keys import MIN_SECONDS

_HOST = "127.0.0.1"
_CONNECTIONS = 8
SENDERS = 500
A_MINUTE = 10_000
RATE = 100.0
"""Panels a second that readers ask for; half of them are rendered."""

Window = dict[str, list[float]]
"""The times of a window's panels in milliseconds, by kind: cached, rendered."""


def measure(
    port: int, entry_id: str, store_url: str, *, pids: Sequence[int], rounds: int, seconds: float
) -> dict[str, Any]:
    """Return the times of panels with and without the flood, and those of the queue beside it.

    ``pids`` are the workers.
    """
    windows: dict[str, list[Window]] = {"quiet": [], "flooded": []}
    processor = {"quiet": 0.0, "flooded": 0.0}
    queue: list[float] = []
    editor = Browser(port)
    editor.sign_in(store_url)
    _pin(pids)
    _panels(port, entry_id, 2 * seconds)  # while a new service reads its entries
    with _sender(port, entry_id) as (child, tell):
        for number in range(rounds):
            for state in ("quiet", "flooded")[:: 1 if number % 2 else -1]:
                tell(state)
                before = _processor(pids)
                windows[state].append(_panels(port, entry_id, seconds))
                processor[state] += _processor(pids) - before
                if state == "flooded":
                    queue += [editor.timed("/admin/reports")[0] for _ in range(5)]
        child.terminate()
        counted = child.communicate()[0].decode()
    answers = {it: int(n) for it, n in re.findall(r"(\d{3})=(\d+)", counted)}
    whole = rounds * seconds
    return {
        "flood": {"a minute": A_MINUTE, "networks": SENDERS, "answers": answers},
        "panels a second": RATE,
        "rounds": rounds,
        "seconds": seconds,
        **{
            state: {**_summary(found), "processor, %": round(100 * processor[state] / whole, 1)}
            for state, found in windows.items()
        },
        "flooded by quiet": {
            name: _ratio(windows["flooded"], windows["quiet"], kinds)
            for name, kinds in (("all", ("cached", "rendered")), ("rendered", ("rendered",)))
        },
        "queue, ms": {
            "p50": round(statistics.median(queue), 1),
            "worst": round(max(queue), 1),
        },
    }


def _pin(pids: Sequence[int]) -> None:
    """Give the workers a core, and this process and its children the others."""
    first, *others = sorted(os.sched_getaffinity(0))
    for pid in pids:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {first})
    os.sched_setaffinity(0, set(others) or {first})


def _processor(pids: Sequence[int]) -> float:
    """Return the processor time of some processes in seconds."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def _summary(windows: Sequence[Window]) -> dict[str, float]:
    """Return the percentiles of all windows together."""
    return {
        f"{percentile} {name}, ms": round(pick(_together(windows, kinds)), 3)
        for percentile, pick in (("p50", statistics.median), ("p99", _p99))
        for name, kinds in (
            ("cached", ("cached",)),
            ("rendered", ("rendered",)),
            ("all", ("cached", "rendered")),
        )
    }


def _together(windows: Sequence[Window], kinds: Sequence[str]) -> list[float]:
    return [it for window in windows for kind in kinds for it in window[kind]]


def _ratio(
    flooded: Sequence[Window], quiet: Sequence[Window], kinds: Sequence[str]
) -> dict[str, float]:
    """Return the ratio of the 99th percentiles, and where 90 % of resampled ratios are."""
    chance = random.Random(1)  # noqa: S311  # no secret

    def p99(windows: Sequence[Window]) -> float:
        return _p99(_together(windows, kinds))

    ratios = sorted(
        p99(chance.choices(flooded, k=len(flooded))) / p99(chance.choices(quiet, k=len(quiet)))
        for _ in range(500)
    )
    return {
        "p99": round(p99(flooded) / p99(quiet), 3),
        "from": round(ratios[25], 3),
        "to": round(ratios[-26], 3),
    }


def _panels(port: int, entry_id: str, seconds: float) -> Window:
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _ask(port, entry_id, seconds)).result()


async def _ask(port: int, entry_id: str, seconds: float) -> Window:
    """Ask for panels at a fixed rate over connections that stay; times are in milliseconds."""
    taken: Window = {"cached": [], "rendered": []}
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(20):
        free.put_nowait(await asyncio.open_connection(_HOST, port))

    async def one(number: int) -> None:
        accent = f"?accent={(number * 7919 + int(time.time())) % 0x444444:06x}"
        kind, query = (("cached", ""), ("rendered", accent))[number % 2]
        began = time.perf_counter()
        streams = await free.get()
        path = f"/panel/{entry_id}{query}"
        streams[1].write(f"GET {path} HTTP/1.1\r\nHost: insights.example\r\n\r\n".encode())
        assert await _answer(streams[0]) == 200
        taken[kind].append((time.perf_counter() - began) * 1000)
        free.put_nowait(streams)

    began, tasks = time.perf_counter(), []
    for number in range(round(seconds * RATE)):
        await asyncio.sleep(began + number / RATE - time.perf_counter())
        tasks.append(asyncio.create_task(one(number)))
    await asyncio.gather(*tasks)
    while not free.empty():
        free.get_nowait()[1].close()
    return taken


def _p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


async def _answer(reader: asyncio.StreamReader) -> int:
    """Read one answer, and return its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    if length:
        await reader.readexactly(int(length[1]))
    return int(head.split(b" ", 2)[1])


@contextmanager
def _sender(
    port: int, entry_id: str
) -> Iterator[tuple[subprocess.Popen[bytes], Callable[[str], None]]]:
    """Run the sender, and what tells it where to send: ``quiet`` or ``flooded``."""
    command = [sys.executable, "-m", "benchmarks.reports", str(port), entry_id]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin
    assert child.stdout
    lines: IO[bytes] = child.stdin

    def tell(state: str) -> None:
        lines.write(f"{state}\n".encode())
        lines.flush()

    try:
        assert child.stdout.readline() == b"begun\n"
        yield child, tell
    finally:
        child.kill()
        child.wait()


async def _send(port: int, entry_id: str) -> None:
    """Send reports at a fixed rate until terminated; each has a form's own token."""
    counted: dict[int, int] = {}
    token = await _token(port, entry_id)
    sink = await asyncio.start_server(_refuse, _HOST, 0)
    ports = {"flooded": port, "quiet": sink.sockets[0].getsockname()[1]}
    state = "quiet"
    commands = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    loop.add_signal_handler(signal.SIGTERM, commands.feed_eof)
    print("begun", flush=True)
    numbers = iter(range(10**9))
    began = time.perf_counter()

    async def line() -> None:
        streams = {name: await asyncio.open_connection(_HOST, it) for name, it in ports.items()}
        for number in numbers:
            await asyncio.sleep(began + number * 60 / A_MINUTE - time.perf_counter())
            place = state
            reader, writer = streams[place]
            writer.write(_report(entry_id, token, number))
            status = await _answer(reader)
            if place == "flooded":
                counted[status] = counted.get(status, 0) + 1

    tasks = [asyncio.create_task(line()) for _ in range(_CONNECTIONS)]
    while told := await commands.readline():
        state = told.decode().strip()
    for task in tasks:
        task.cancel()
    print(" ".join(f"{status}={times}" for status, times in counted.items()), flush=True)


async def _token(port: int, entry_id: str) -> str:
    """Return the token of a form that was opened long enough ago to be sent."""
    reader, writer = await asyncio.open_connection(_HOST, port)
    writer.write(f"GET /report/{entry_id} HTTP/1.1\r\nHost: insights.example\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    assert length
    found = re.search(rb'name="token" value="([^"]+)"', await reader.readexactly(int(length[1])))
    writer.close()
    assert found
    await asyncio.sleep(MIN_SECONDS + 0.1)
    return found[1].decode()


def _report(entry_id: str, token: str, number: int) -> bytes:
    sender = number % SENDERS
    body = f"token={token}&kind=wrong&text=Number+{number}+is+wrong+{number * 7}"
    return (
        f"POST /report/{entry_id}?point=1-1 HTTP/1.1\r\nHost: insights.example\r\n"
        f"X-Forwarded-For: 198.{sender // 250}.{sender % 250}.7\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


async def _refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer as the service refuses, and as long."""
    with suppress(asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"Content-Length: (\d+)", head)
            await reader.readexactly(int(length[1]) if length else 0)
            writer.write(b"HTTP/1.1 429 -\r\nContent-Length: 900\r\n\r\n" + 900 * b"-")


def table(found: dict[str, Any]) -> str:
    """Return the measurements as text."""
    lines = [
        f"  {name:8} p50 cached {it['p50 cached, ms']} ms, rendered {it['p50 rendered, ms']} ms; "
        f"p99 cached {it['p99 cached, ms']} ms, rendered {it['p99 rendered, ms']} ms, "
        f"all {it['p99 all, ms']} ms; processor {it['processor, %']} %"
        for name, it in (("quiet", found["quiet"]), ("flooded", found["flooded"]))
    ]
    for name, it in found["flooded by quiet"].items():
        lines.append(f"  p99 of {name}: {it['p99']} times ({it['from']} to {it['to']}, 90 %)")
    lines.append(f"  answers to the flood: {found['flood']['answers']}")
    lines.append(f"  the queue: {found['queue, ms']}")
    return "\n".join(lines)


if __name__ == "__main__":
    asyncio.run(_send(int(sys.argv[1]), sys.argv[2]))
