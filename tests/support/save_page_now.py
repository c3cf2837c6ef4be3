"""An archive on loopback that speaks Save Page Now 2, and strictly.

It wants the key as ``Authorization: LOW access:secret``, JSON asked for, and a form with a URL.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

KEY = "AccessKey01:SecretKey02"
TIMESTAMP = "20260503120000"
FIELDS = {"url", "capture_all", "skip_first_archive", "if_not_archived_within"}


@dataclass(frozen=True)
class Refusal:
    """A response in place of the usual one."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class FakeArchive:
    """The server. ``polls`` is how often a job is still pending.

    ``errors`` are the ``status_ext`` with which the capture of a URL ends; ``refusals`` answer the
    next requests for a path that begins so.
    """

    url: str = ""
    polls: int = 0
    errors: dict[str, str] = field(default_factory=dict)
    refusals: list[tuple[str, Refusal]] = field(default_factory=list)
    captures: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    jobs: dict[str, str] = field(default_factory=dict)
    polled: dict[str, int] = field(default_factory=dict)

    def answer(self, method: str, path: str, headers: dict[str, str], form: str) -> Refusal:
        """Return the response to one request."""
        self.requests.append(f"{method} {path}")
        if self.refusals and path.startswith(self.refusals[0][0]):
            return self.refusals.pop(0)[1]
        if headers.get("authorization") != f"LOW {KEY}":
            return _reply({"message": "You need to be logged in to use Save Page Now."}, 401)
        if headers.get("accept") != "application/json":
            return Refusal(200, b"<!doctype html><title>Save Page Now</title>")
        if (method, path) == ("POST", "/save"):
            return self._capture(parse_qs(form, strict_parsing=True))
        if method == "GET" and path.startswith("/save/status/"):
            return self._status(path.rpartition("/")[2])
        return Refusal(404)

    def _capture(self, fields: dict[str, list[str]]) -> Refusal:
        if set(fields) - FIELDS:
            return _reply({"status": "error", "status_ext": "error:bad-request"}, 400)
        (url,) = fields["url"]
        known = next((job for job, of in self.jobs.items() if of == url), None)
        if known is None or "if_not_archived_within" not in fields:
            known = f"spn2-{len(self.jobs) + 1:040x}"
            self.jobs[known] = url
            self.captures.append(url)
        return _reply({"url": url, "job_id": known})

    def _status(self, job: str) -> Refusal:
        if job not in self.jobs:
            return Refusal(404)
        self.polled[job] = self.polled.get(job, 0) + 1
        if self.polled[job] <= self.polls:
            return _reply({"status": "pending", "job_id": job, "resources": []})
        url = self.jobs[job]
        if kind := self.errors.get(url):
            del self.jobs[job]
            said = {"status": "error", "status_ext": kind, "job_id": job, "message": "Sorry."}
            return _reply(said)
        done = {"status": "success", "job_id": job, "original_url": url, "timestamp": TIMESTAMP}
        return _reply(done | {"duration_sec": 3.1, "resources": [url], "outlinks": []})


def _reply(content: dict[str, Any], status: int = 200) -> Refusal:
    return Refusal(status, json.dumps(content).encode())


@contextmanager
def fake_archive() -> Iterator[FakeArchive]:
    """Serve an archive until the block ends."""
    archive = FakeArchive()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self._serve()

        def do_GET(self) -> None:
            self._serve()

        def _serve(self) -> None:
            form = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            with lock:
                reply = archive.answer(self.command, self.path, headers, form)
            self.send_response(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    archive.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield archive
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
