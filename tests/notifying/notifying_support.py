"""Receivers of the tests' own, and processes that notify them."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from samples import PUBLICATION
from standardwebhooks import Webhook

from widget.app import rules
from widget.config import Settings
from widget.editorial.service import Editorial
from widget.store import Store, open_store

SECRET = "whsec_" + base64.b64encode(b"a secret of the tests' own, 32 b").decode()
CHILD = Path(__file__).with_name("notifier_child.py")
OK = (200, {})

Reply = tuple[int, dict[str, str]] | None
"""Status and headers; None closes the connection without a response."""


@dataclass
class Received:
    """One request to the receiver, its signature verified."""

    id: str
    body: dict[str, Any]
    headers: dict[str, str]
    reply: Reply = None

    @property
    def what(self) -> tuple[str, int, str]:
        """The entry, the revision and the type of the event."""
        return self.body["data"]["entry"], self.body["data"]["revision"], self.body["type"]


@dataclass
class Hook:
    """A receiver that records its requests; ``answer`` may be changed while it runs."""

    url: str
    answer: Callable[[Received], Reply]
    requests: list[Received] = field(default_factory=list)
    invalid: list[str] = field(default_factory=list)
    signed: bool = True

    @property
    def confirmed(self) -> list[tuple[str, int, str]]:
        """What was answered with 2xx, in the order in which it came."""
        return [it.what for it in self.requests if it.reply == OK]


@contextmanager
def hook(
    answer: Callable[[Received], Reply] = lambda _: OK, *, signed: bool = True
) -> Iterator[Hook]:
    """Serve a receiver on loopback until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:  # http.server's name
            data = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                body = Webhook(SECRET).verify(data, headers) if signed else json.loads(data)
            except Exception as error:
                place.invalid.append(repr(error))
                raise
            received = Received(headers.get("webhook-id", ""), body, headers)
            place.requests.append(received)
            received.reply = place.answer(received)
            if received.reply is None:
                self.close_connection = True
                return
            status, sent = received.reply
            self.send_response(status)
            for name, value in {**sent, "Content-Length": "0"}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    place = Hook(f"http://127.0.0.1:{server.server_address[1]}/hook?key=hidden-in-the-url", answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield place
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert place.invalid == []


def webhook(place: Hook, folder: Path, name: str = "hook", **more: object) -> dict[str, object]:
    """Return the settings of a webhook, its URL and secret in files."""
    return {**http_receiver("webhook", place, folder, name), **more}


def http_receiver(kind: str, place: Hook, folder: Path, name: str) -> dict[str, object]:
    folder.mkdir(parents=True, exist_ok=True)
    url, secret = folder / f"{name}.url", folder / f"{name}.secret"
    url.write_text(f"{place.url}\n")
    secret.write_text(f"{SECRET}\n")
    table: dict[str, object] = {"name": name, "kind": kind, "url_file": str(url)}
    return {**table, "secret_file": str(secret)} if kind == "webhook" else table


def settings_for(store_url: str, *receivers: dict[str, object], **more: object) -> Settings:
    return Settings.model_validate(
        {
            "store": store_url,
            "publications": [PUBLICATION],
            "base_url": "https://insights.example",
            "notify": receivers,
            **more,
        }
    )


@contextmanager
def opened(settings: Settings) -> Iterator[Store]:
    """Open the store as a process does that notifies nobody."""
    store = open_store(settings.store, rules(settings))
    try:
        yield store
    finally:
        store.close()


def editorial_of(store: Store, settings: Settings) -> Editorial:
    return Editorial(store, settings)


class Child:
    """Another process with the store open, which makes changes when it is asked to."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def do(self, *command: str) -> None:
        """Make a change: ``save``, ``publish`` or ``withdraw`` and an entry; wait for it."""
        self.ask(*command)
        assert self.line() == "done"

    def ask(self, *command: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(" ".join(command) + "\n")
        self.process.stdin.flush()

    def line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def child(settings: Settings, folder: Path, *options: str) -> Iterator[Child]:
    """Run a process that notifies until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "settings.json"
    file.write_text(settings.model_dump_json())
    with subprocess.Popen(
        [sys.executable, str(CHILD), str(file), *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            found = Child(process)
            assert found.line() == "ready"
            yield found
        finally:
            process.kill()
