"""A minimal cache that can be purged, for tests."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from running import free_port


@dataclass
class ReceivedRequest:
    """One request to a purging interface."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    port: int = 0
    """The client's, which is the same for requests over one connection."""

    @property
    def keys(self) -> set[str]:
        """The keys that were named, in either form."""
        if "surrogate-key" in self.headers:
            return set(self.headers["surrogate-key"].split())
        return set(json.loads(self.body)["tags"])


Answer = Callable[[ReceivedRequest], tuple[int, dict[str, str], bytes]]


@dataclass
class Interface:
    """A server that records its requests; ``answer`` may be changed while it runs."""

    base: str
    answer: Answer
    requests: list[ReceivedRequest] = field(default_factory=list)


@contextmanager
def interface(answer: Answer, port: int | None = None) -> Iterator[Interface]:
    """Serve ``answer`` until the block ends."""
    port = port or free_port()
    place = Interface(f"http://127.0.0.1:{port}", answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(length)
            received = ReceivedRequest(
                self.command, self.path, headers, body, self.client_address[1]
            )
            status, sent, body = place.answer(received)
            place.requests.append(received)
            self.send_response(status)
            for name, value in sent.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PURGE = _serve  # noqa: N815  # http.server's names

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield place
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def varnish_says(received: ReceivedRequest) -> tuple[int, dict[str, str], bytes]:
    """Confirm, as examples/deploy/varnish.vcl does."""
    assert received.method == "PURGE"
    return 200, {}, b"<h1>Error 200 purged</h1>"
