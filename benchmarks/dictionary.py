"""What a compression dictionary (RFC 9842) would save a reader's later panels, and what it costs.

The service has none: docs/decisions/0031 says why, by these numbers. Here a WSGI layer around the
real application adds one. The first frame announces it, Chromium fetches it when idle, and every
later frame of the site is compressed with it.
"""

from __future__ import annotations

import base64
import hashlib
import re
import statistics
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import brotli
import browsers
import https
import zstandard
from hosting import Host, hosting
from playwright.sync_api import Browser
from werkzeug.datastructures import Headers
from werkzeug.serving import WSGIRequestHandler, make_server

from benchmarks import reader
from benchmarks.reader import View
from benchmarks.reader_pages import page
from widget import demo, panel
from widget.app import create_app, rules
from widget.config import Settings
from widget.editorial.service import Editorial
from widget.entry import Entry
from widget.panel import Choices, Options, snippet
from widget.store import open_store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ROUNDS = 5
IDS = "ferry-fares", "dredge-the-channel", "fish-market", "harbor-levy"
_ANOTHER = "shore-power"
"""The dictionary's skeleton comes from this panel, which nobody opens here."""
_PATH = "/static/panel.dict"
_MAGIC = b"\x5e\x2a\x4d\x18\x20\x00\x00\x00"
"""RFC 9842, section 5: a skippable frame, whose 32 bytes are the dictionary's SHA-256."""
# Chromium takes no dictionary over a certificate that only this machine knows.
_FLAGS = ("--disable-features=CompressionDictionaryTransportRequireKnownRootCert",)

Found = dict[str, dict[str, list[View]]]


class WithDictionary:
    """The layer around ``app``."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self.content = dictionary()
        self._hash = hashlib.sha256(self.content).digest()
        self._named = f":{base64.b64encode(self._hash).decode()}:"

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Respond to a request (PEP 3333)."""
        path = environ["PATH_INFO"]
        if path == _PATH:
            return self._send(environ, start_response)
        if not path.startswith("/panel/"):
            return self._app(environ, start_response)
        has_it = environ.get("HTTP_AVAILABLE_DICTIONARY") == self._named
        if has_it and "dcz" in environ.get("HTTP_ACCEPT_ENCODING", ""):
            environ["HTTP_ACCEPT_ENCODING"] = "identity"
        else:
            has_it = False
        status, fields, body = _answer(self._app, environ)
        fields["Link"] = f'<{_PATH}>; rel="compression-dictionary"'
        fields["Content-Security-Policy"] += "; connect-src 'self'"
        fields["Vary"] += ", Available-Dictionary"
        if has_it:
            body, fields["Content-Encoding"] = self._compress(body), "dcz"
        fields["Content-Length"] = str(len(body))
        start_response(status, list(fields))
        return [body]

    def _send(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # As a file of the service would be sent, with its headers and in Brotli.
        environ["PATH_INFO"] = f"/static/{panel.stylesheet_name()}"
        status, fields, _ = _answer(self._app, environ)
        body = brotli.compress(self.content, quality=11)
        fields["Use-As-Dictionary"] = 'match="/panel*"'
        fields["Content-Length"] = str(len(body))
        start_response(status, list(fields))
        return [body]

    def _compress(self, body: bytes) -> bytes:
        content = zstandard.ZstdCompressionDict(
            self.content, dict_type=zstandard.DICT_TYPE_RAWCONTENT
        )
        parameters = zstandard.ZstdCompressionParameters.from_level(
            19, source_size=len(body), dict_size=len(self.content)
        )
        compressor = zstandard.ZstdCompressor(compression_params=parameters, dict_data=content)
        return _MAGIC + self._hash + compressor.compress(body)


def dictionary() -> bytes:
    """Return what all frames share: style, script, and the elements of a panel without texts."""
    entry = next(it for it in demo.entries() if it.id == _ANOTHER)
    text = panel.frame(entry, demo.publication(), Options(), permalink="").body.decode()
    start, end = text.index("<body>"), text.rindex("<script>")
    skeleton = re.sub(r">[^<]{40,}<", "><", text[start:end])
    skeleton = re.sub(r'"https?://[^"]*"', '"https://"', skeleton)
    return (skeleton + text[:start] + text[end:]).encode()


def _answer(app: WSGIApplication, environ: WSGIEnvironment) -> tuple[str, Headers, bytes]:
    given: list[Any] = []

    def start(*arguments: Any) -> Callable[[bytes], object]:  # noqa: ANN401  # PEP 3333's shapes
        given[:] = arguments
        return lambda _: None

    body = b"".join(app(environ, start))
    return given[0], Headers(given[1]), body


def measure() -> Found:
    """Return the views of the panels ``IDS``, opened one after another, without it and with it."""
    found: Found = {"without": defaultdict(list), "with": defaultdict(list)}
    with ExitStack() as stack:
        visits = {name: stack.enter_context(_site(with_it=name == "with")) for name in found}
        browser = reader.launch(stack, *_FLAGS)
        for _ in range(ROUNDS):
            for name, (host, entries, base) in visits.items():
                for id_, view in zip(IDS, _visit(browser, host, entries, base), strict=True):
                    found[name][id_].append(view)
    return found


@contextmanager
def _site(*, with_it: bool) -> Iterator[tuple[Host, list[Entry], str]]:
    """Yield a host, the entries and the base URL of a service whose panels it embeds."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        host = stack.enter_context(hosting(named=True))
        publication = demo.publication(host.origin)
        settings = Settings.model_validate(
            {"store": f"dir:{Path(folder)}", "publications": [publication]}
        )
        store = open_store(settings.store, rules(settings))
        stack.callback(store.close)
        demo.fill(Editorial(store, settings))
        app: WSGIApplication = create_app(settings, store)
        port = stack.enter_context(_serving(WithDictionary(app) if with_it else app))
        base = f"https://{https.SERVICE}:{stack.enter_context(https.over_https(port))}"
        entries = {it.id: it for it in demo.entries()}
        yield host, [entries[id_] for id_ in IDS], base


@contextmanager
def _serving(app: WSGIApplication) -> Iterator[int]:
    class Quiet(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_request(self, *_: object) -> None:
            """Say nothing."""

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()


def _visit(browser: Browser, host: Host, entries: list[Entry], base: str) -> list[View]:
    publication = demo.publication(host.origin)
    start = host.origin + host.add("<!doctype html><title>Start</title>")
    with browsers.new_context(browser, **reader.PHONE) as context:
        opened, session = reader.phone(context, start)
        views = []
        for entry in entries:
            body = snippet(entry, publication, Choices(), base=base).body
            views.append(reader.view(opened, session, host.origin + page(host, "", body)))
        return views


def table(found: Found) -> str:
    """Return the medians: bytes of each page opened, their sum, and the time to the badge."""
    lines = [f"  {'':22}{'without':>9}{'with':>9}{'badge without':>16}{'with':>7}"]
    sums = [0.0, 0.0]
    for id_ in IDS:
        both = [found[name][id_] for name in ("without", "with")]
        sizes = [statistics.median(it.bytes for it in views) for views in both]
        sums = [sums[0] + sizes[0], sums[1] + sizes[1]]
        badges = [statistics.median(it.badge for it in views) for views in both]
        lines.append(
            f"  {id_:22}{sizes[0]:9,.0f}{sizes[1]:9,.0f}{badges[0]:16.0f}{badges[1]:7.0f}"
            f"   so far {sums[0]:8,.0f}{sums[1]:9,.0f}"
        )
    return "\n".join(lines)
