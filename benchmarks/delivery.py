"""Throughput of the service relative to nginx serving the same bytes as a file, on one core.

Server and load stand on a core each. What counts is requests for each second of the server's own
CPU time, which a busy machine blurs little; nginx and the service take turns within a round, and
each round gives one ratio.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from running import children, free_port

from benchmarks import newsroom
from benchmarks.serving import environment

# The headers of a browser's navigation; the cookie belongs to the host.
BROWSER = {
    "Connection": "keep-alive",
    "sec-ch-ua": '"Chromium";v="156", "Not A(Brand";v="24"',
    "sec-ch-ua-mobile": "?0",
    "sec-ch-ua-platform": '"Linux"',
    "Upgrade-Insecure-Requests": "1",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/156.0.0.0 Safari/537.36",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
    "Sec-Fetch-Site": "cross-site",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-User": "?1",
    "Sec-Fetch-Dest": "document",
    "Referer": "https://courier.example/",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Accept-Language": "en-US,en;q=0.9",
    "Cookie": "consent=1; edition=morning",
}
NEW = "{new}"
"""Where ``SCRIPT`` inserts what no request had before."""
NEW_COOKIES = {**BROWSER, "Cookie": f"{BROWSER['Cookie']}; reader={NEW}"}
NEW_BROWSERS = {**BROWSER, "User-Agent": f"{BROWSER['User-Agent']} {NEW}"}
SCRIPT = Path(__file__).parent / "new_values.lua"
SERVER_CORE, LOAD_CORE = "0", "1"
CONNECTIONS = 16

NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000000;
  open_file_cache max=1000 inactive=60s;
  open_file_cache_valid 60s;
  default_type "text/html; charset=utf-8";
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{port};
    root {folder}/files;
    add_header Cache-Control "public, max-age=30";
    add_header Content-Security-Policy "default-src 'none'";
    add_header X-Content-Type-Options nosniff;
    add_header Referrer-Policy strict-origin-when-cross-origin;
    add_header Vary Accept-Encoding;
    location /br/ {{ add_header Content-Encoding br; }}
  }}
}}
"""


@dataclass(frozen=True)
class Run:
    """One load: requests a second of the server's CPU, and its latencies in milliseconds."""

    per_cpu_second: float
    per_second: float
    p50: float
    p99: float
    errors: int


@dataclass(frozen=True)
class Server:
    """A server under load: its URL without a path, and its main process."""

    origin: str
    pid: int

    def cpu_seconds(self) -> float:
        """Return the CPU seconds of the processes so far."""
        ticks = 0
        for pid in (self.pid, *children(self.pid)):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """Return the resident memory of the largest process, in MB."""
        return max(
            int(re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[0]) // 1024
            for pid in (self.pid, *children(self.pid))
        )

    def get(self, path: str, headers: Mapping[str, str]) -> tuple[bytes, str]:
        """Return a body and its ETag."""
        request = urllib.request.Request(self.origin + path, headers=dict(headers))  # noqa: S310
        with urllib.request.urlopen(request) as answer:  # noqa: S310  # loopback
            return answer.read(), answer.headers.get("ETag", "")

    def load(self, path: str, headers: Mapping[str, str], seconds: float) -> Run:
        """Request one URL repeatedly on ``CONNECTIONS`` persistent connections.

        A header that contains ``NEW`` has another value in each request.
        """
        command = ["taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s"]
        if any(NEW in value for value in headers.values()):
            command += ["-s", str(SCRIPT)]
        for name, value in headers.items():
            command += ["-H", f"{name}: {value}"]
        before = self.cpu_seconds()
        output = subprocess.run(
            [*command, "--latency", self.origin + path], capture_output=True, text=True, check=True
        ).stdout
        took = self.cpu_seconds() - before
        count = int(found(r"(\d+) requests in", output))
        bad = re.findall(r"Non-2xx or 3xx responses: (\d+)|(?:read|write|timeout) (\d+)", output)
        return Run(
            count / took,
            float(found(r"Requests/sec:\s+([\d.]+)", output)),
            milliseconds(found(r"(?m)^\s+50%\s+(\S+)", output)),
            milliseconds(found(r"(?m)^\s+99%\s+(\S+)", output)),
            sum(int(one or other) for one, other in bad),
        )


def found(pattern: str, text: str) -> str:
    """Return the first group of ``pattern`` in ``text``."""
    match = re.search(pattern, text)
    assert match, text
    return match[1]


def milliseconds(written: str) -> float:
    """Parse a duration of wrk."""
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", written).groups()  # type: ignore[union-attr]
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[unit]


@contextmanager
def started(command: list[str], origin: str, path: str, store_url: str = "") -> Iterator[Server]:
    """Run a server on its core for the length of the block; waits until it answers."""
    child = subprocess.Popen(["taskset", "-c", SERVER_CORE, *command], env=environment(store_url))
    server = Server(origin, child.pid)
    try:
        deadline = time.monotonic() + 900  # a large index may have to be built
        while True:
            try:
                server.get(path, {})
                break
            except OSError:
                assert child.poll() is None, f"{command} ended"
                assert time.monotonic() < deadline, f"{command} does not answer"
                time.sleep(0.05)
        yield server
    finally:
        child.terminate()
        child.wait(timeout=30)


@contextmanager
def nginx(files: Mapping[str, bytes]) -> Iterator[Server]:
    """Serve ``files`` (path: bytes) by nginx."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="insights-nginx-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for path, content in files.items():
            target = folder / "files" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        config = folder / "nginx.conf"
        config.write_text(NGINX.format(folder=folder, port=port))
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        command = [program, "-p", name, "-c", str(config)]
        with started(command, f"http://127.0.0.1:{port}", f"/{next(iter(files))}") as server:
            yield server


@contextmanager
def service(data: Path, *, plain: bool = False) -> Iterator[Server]:
    """Serve the store in ``data`` by one worker; ``plain``: by Flask alone."""
    port = free_port()
    module = "benchmarks.plain" if plain else "widget"
    arguments = [] if plain else ["serve", "--workers", "1"]
    command = [sys.executable, "-m", module, *arguments, "--port", str(port)]
    origin = f"http://127.0.0.1:{port}"
    with started(command, origin, "/readyz", f"dir:{data}") as server:
        yield server


def measure(data: Path, *, rounds: int = 7, seconds: float = 3) -> dict[str, Any]:
    """Return each kind of request with its fractions of nginx, and the raw numbers."""
    entry = next(it for it in newsroom.entries(20) if it.live)
    path = f"/panel/{entry.id}"
    brotli = {"Accept-Encoding": "br"}
    with ExitStack() as stack:
        ours = stack.enter_context(service(data))
        flask = stack.enter_context(service(data, plain=True))
        page, tag = ours.get(path, {})
        small, small_tag = ours.get(path, brotli)
        other = stack.enter_context(nginx({"page": page, "br/page": small}))
        _, other_tag = other.get("/page", {})
        requests = {
            "identity": (ours, path, {}, "/page", {}),
            "brotli": (ours, path, brotli, "/br/page", {}),
            "304": (ours, path, {"If-None-Match": tag}, "/page", {"If-None-Match": other_tag}),
            "304 brotli": (
                ours,
                path,
                {**brotli, "If-None-Match": small_tag},
                "/page",
                {"If-None-Match": other_tag},
            ),
            "a browser's head": (ours, path, BROWSER, "/br/page", BROWSER),
            "another cookie each": (ours, path, NEW_COOKIES, "/br/page", NEW_COOKIES),
            "another browser each": (ours, path, NEW_BROWSERS, "/br/page", NEW_BROWSERS),
            "Flask alone, brotli": (flask, path, brotli, "/br/page", {}),
        }
        runs: dict[str, list[tuple[Run, Run]]] = {name: [] for name in requests}
        for _ in range(rounds):
            for name, (server, where, headers, there, theirs) in requests.items():
                reference = other.load(there, theirs, seconds)
                runs[name].append((server.load(where, headers, seconds), reference))
        memory = {"service": ours.memory(), "Flask alone": flask.memory(), "nginx": other.memory()}
    return {
        "bytes": {"identity": len(page), "brotli": len(small)},
        "memory in MB": memory,
        "runs": {
            name: [{"ours": vars(mine), "nginx": vars(its)} for mine, its in pairs]
            for name, pairs in runs.items()
        },
        "fractions": {
            name: statistics.median(mine.per_cpu_second / its.per_cpu_second for mine, its in pairs)
            for name, pairs in runs.items()
        },
    }


def table(found: dict[str, Any]) -> str:
    """Return the fractions, with their spread, and the latencies as text."""
    lines = [
        f"  {'':22} fraction (least to most)   p50 ms   p99 ms   nginx p99   a second   errors"
    ]
    for name, pairs in found["runs"].items():
        ratios = sorted(
            it["ours"]["per_cpu_second"] / it["nginx"]["per_cpu_second"] for it in pairs
        )

        def middle(whose: str, what: str, pairs: Any = pairs) -> float:  # noqa: ANN401  # JSON
            return statistics.median(it[whose][what] for it in pairs)

        errors = sum(it["ours"]["errors"] for it in pairs)
        lines.append(
            f"  {name:22} {statistics.median(ratios):8.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
            f"     {middle('ours', 'p50'):8.2f} {middle('ours', 'p99'):8.2f}"
            f" {middle('nginx', 'p99'):11.2f} {middle('ours', 'per_second'):10,.0f} {errors:8}"
        )
    memory = ", ".join(f"{name} {size} MB" for name, size in found["memory in MB"].items())
    return "\n".join([*lines, f"  resident memory: {memory}"])
