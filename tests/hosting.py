"""A host site in the test's own process: it serves whatever page a test gives it.

Not Playwright's ``route.fulfill``: a page made up that way comes from no network, and Chromium's
Local Network Access checks then keep it from loopback.
"""

from __future__ import annotations

import mimetypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


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

    def add_folder(self, folder: Path, headers: dict[str, str] | None = None) -> str:
        """Keep every file of a folder, and return the path of its ``index.html``."""
        top = f"/{len(self.pages)}"
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            path = f"{top}/{file.relative_to(folder).as_posix()}"
            kind = mimetypes.guess_type(file.name)[0] or "text/plain"
            described = {"Content-Type": f"{kind}; charset=utf-8", **(headers or {})}
            self.pages[path] = (file.read_bytes(), described)
        return f"{top}/index.html"


@contextmanager
def hosting() -> Iterator[Host]:
    """Serve a host site until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body, headers = host.pages.get(self.path, (b"", {}))
            quiet = self.path == "/favicon.ico"  # which browsers ask for by themselves
            self.send_response(204 if quiet else 200 if self.path in host.pages else 404)
            self.send_header("Content-Length", str(len(body)))
            for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host = Host(server.server_port)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
