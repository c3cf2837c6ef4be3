"""A host site in the test's own process: it serves whatever page a test gives it.

Not Playwright's ``route.fulfill``: a page made up that way comes from no network, and Chromium's
Local Network Access checks then keep it from loopback.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Host:
    """The site. ``origin`` may embed panels, ``unlisted`` is the same site where it may not."""

    def __init__(self, port: int) -> None:
        self.origin = f"http://localhost:{port}"
        self.unlisted = f"http://127.0.0.1:{port}"
        self.pages: dict[str, tuple[bytes, dict[str, str]]] = {}

    def add(self, html: str, headers: dict[str, str] | None = None) -> str:
        """Keep a page, and return its path."""
        path = f"/{len(self.pages)}"
        self.pages[path] = (html.encode(), headers or {})
        return path


@contextmanager
def hosting() -> Iterator[Host]:
    """Serve a host site until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body, headers = host.pages.get(self.path, (b"", {}))
            self.send_response(200 if self.path in host.pages else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host = Host(server.server_port)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield host
    server.shutdown()
    thread.join()
    server.server_close()
