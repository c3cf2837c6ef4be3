"""The effect of a flood of reports on readers' panels and on the editors' queue.

10,000 reports a minute from 500 networks, behind a trusted proxy, by a process of its own. Windows
with and without the flood take turns, so that what else the machine does meets both alike.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.serving import Browser

_HOST = "127.0.0.1"
_CONNECTIONS = 8
SENDERS = 500
A_MINUTE = 10_000
RATE = 100.0
"""Panels a second that readers ask for; half of them are rendered."""


def measure(
    port: int, entry_id: str, store_url: str, *, pids: Sequence[int], rounds: int, seconds: float
) -> dict[str, Any]:
    """Return the times of panels with and without the flood, and those of the queue beside it.

    ``pids`` are the workers: their processor time hardly depends on what else the machine does.
    """
    quiet: list[dict[str, float]] = []
    flooded: list[dict[str, float]] = []
    answers: dict[str, int] = {}
    queue: list[float] = []
    editor = Browser(port)
    editor.sign_in(store_url)
    _panels(port, entry_id, seconds)  # while a new service reads its entries
    for number in range(2 * rounds):
        if number % 2 == 0:
            quiet.append(_window(port, entry_id, seconds, pids))
            continue
        with _flood(port, entry_id) as child:
            flooded.append(_window(port, entry_id, seconds, pids))
            queue += [editor.timed("/admin/reports")[0] for _ in range(20)]
            child.terminate()
            counted = child.communicate()[0].decode().strip().splitlines()[-1:]
        for status, times in re.findall(r"(\d{3})=(\d+)", counted[0] if counted else ""):
            answers[status] = answers.get(status, 0) + int(times)
    return {
        "flood": {"a minute": A_MINUTE, "networks": SENDERS, "answers": answers},
        "panels a second": RATE,
        "rounds": rounds,
        "seconds": seconds,
        "quiet": _summary(quiet),
        "flooded": _summary(flooded),
        "queue, ms": {
            "p50": round(statistics.median(queue), 1),
            "worst": round(max(queue), 1),
        },
    }


def _window(port: int, entry_id: str, seconds: float, pids: Sequence[int]) -> dict[str, float]:
    before = _processor(pids)
    times = _panels(port, entry_id, seconds)
    spent = _processor(pids) - before
    return {**times, "processor, %": round(100 * spent / seconds, 1)}


def _processor(pids: Sequence[int]) -> float:
    """Return the processor time of some processes in seconds."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def _summary(windows: list[dict[str, float]]) -> dict[str, Any]:
    """Return the median over the windows of each number, and the windows."""
    names = windows[0].keys()
    middle = {name: round(statistics.median(it[name] for it in windows), 3) for name in names}
    return {**middle, "windows": windows}


def _panels(port: int, entry_id: str, seconds: float) -> dict[str, float]:
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _ask(port, entry_id, seconds)).result()


async def _ask(port: int, entry_id: str, seconds: float) -> dict[str, float]:
    """Ask for panels at a fixed rate over connections that stay; times are in milliseconds."""
    taken: dict[str, list[float]] = {"cached": [], "rendered": []}
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
    everything = taken["cached"] + taken["rendered"]
    return {
        **{f"p50 {kind}, ms": round(statistics.median(it), 3) for kind, it in taken.items()},
        **{f"p99 {kind}, ms": round(_p99(it), 3) for kind, it in taken.items()},
        "p99, ms": round(_p99(everything), 3),
    }


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
def _flood(port: int, entry_id: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "benchmarks.reports", str(port), entry_id]
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert child.stdout
        assert child.stdout.readline() == b"begun\n"
        yield child
    finally:
        child.kill()
        child.wait()


async def _send(port: int, entry_id: str) -> None:
    """Send reports at a fixed rate until terminated; each has a form's own token."""
    counted: dict[int, int] = {}
    reader, writer = await asyncio.open_connection(_HOST, port)
    writer.write(f"GET /report/{entry_id} HTTP/1.1\r\nHost: insights.example\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    assert length
    found = re.search(rb'name="token" value="([^"]+)"', await reader.readexactly(int(length[1])))
    assert found
    token = found[1].decode()
    await asyncio.sleep(3.1)
    print("begun", flush=True)
    numbers = iter(range(10**9))
    began = time.perf_counter()

    async def line() -> None:
        streams = await asyncio.open_connection(_HOST, port)
        for number in numbers:
            await asyncio.sleep(began + number * 60 / A_MINUTE - time.perf_counter())
            sender = number % SENDERS
            body = f"token={token}&kind=wrong&text=Number+{number}+is+wrong+{number * 7}"
            streams[1].write(
                f"POST /report/{entry_id}?point=1-1 HTTP/1.1\r\nHost: insights.example\r\n"
                f"X-Forwarded-For: 198.{sender // 250}.{sender % 250}.7\r\n"
                "Content-Type: application/x-www-form-urlencoded\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
            )
            status = await _answer(streams[0])
            counted[status] = counted.get(status, 0) + 1

    try:
        async with asyncio.TaskGroup() as tasks:
            for _ in range(_CONNECTIONS):
                tasks.create_task(line())
    finally:
        print(" ".join(f"{status}={times}" for status, times in counted.items()), flush=True)


def table(found: dict[str, Any]) -> str:
    """Return the measurements as text."""
    lines = [
        f"  {name:8} p50 cached {it['p50 cached, ms']} ms, rendered {it['p50 rendered, ms']} ms; "
        f"p99 cached {it['p99 cached, ms']} ms, rendered {it['p99 rendered, ms']} ms, "
        f"all {it['p99, ms']} ms; processor {it['processor, %']} %"
        for name, it in (("quiet", found["quiet"]), ("flooded", found["flooded"]))
    ]
    lines.append(f"  answers to the flood: {found['flood']['answers']}")
    lines.append(f"  the queue: {found['queue, ms']}")
    return "\n".join(lines)


def _stop(*_: object) -> None:
    raise SystemExit


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stop)
    asyncio.run(_send(int(sys.argv[1]), sys.argv[2]))
