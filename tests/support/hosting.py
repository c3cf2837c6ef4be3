"""A host site in the test's own process: it serves whatever page a test gives it.

Not Playwright's ``route.fulfill``: a page made up that way comes from no network, and Chromium's
Local Network Access checks then keep it from loopback.
"""

from __future__ import annotations

import mimetypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import https


class Host:
    """The site. ``origin`` may embed panels, ``unlisted`` is the same server where it may not.

    ``same_site`` may embed them, too: to a browser it is one site with the service, if that is
    at a host name of the tests' own. ``backend`` is the address for who is no browser.
    """

    def __init__(self, port: int, https_port: int | None = None) -> None:
        self.backend = self.origin = self.same_site = f"http://localhost:{port}"
        self.unlisted = f"http://127.0.0.1:{port}"
        if https_port:
            self.origin, self.unlisted, self.same_site = (
                f"https://{name}:{https_port}"
                for name in (https.HOST, https.UNLISTED, https.SAME_SITE)
            )
        self.pages: dict[str, tuple[bytes, dict[str, str]]] = {}

    def add(self, html: str | bytes, headers: dict[str, str] | None = None) -> str:
        """Keep a page, and return its path."""
        path = f"/{len(self.pages)}"
        body = html if isinstance(html, bytes) else html.encode()
        self.pages[path] = (body, headers or {})
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
def hosting(*, named: bool = False) -> Iterator[Host]:
    """Serve a host site until the block ends; ``named``: at names of its own, over https."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            # A page is the same for every query, if it was not added with one.
            path = self.path if self.path in host.pages else self.path.partition("?")[0]
            body, headers = host.pages.get(path, (b"", {}))
            quiet = path == "/favicon.ico"  # which browsers ask for by themselves
            self.send_response(204 if quiet else 200 if path in host.pages else 404)
            self.send_header("Content-Length", str(len(body)))
            for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True  # a browser keeps its connections
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        with https.over_https(server.server_port) if named else nullcontext() as https_port:
            host = Host(server.server_port, https_port)
            yield host
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
