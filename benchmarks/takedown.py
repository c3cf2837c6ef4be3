"""From a withdrawal to the last byte that any reader is served, and how fast what is new comes.

Readers ask for one panel without a pause, on connections to every door at once. The clock starts
when the withdrawal is sent, and counts until the last answer that still showed the panel was read.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import brotli

from benchmarks.newsroom import entries
from benchmarks.pages import quantile
from widget.accounts import open_accounts
from widget.app import rules
from widget.config import Settings
from widget.entry import parse_entry
from widget.store import open_store

READERS = 12
"""Connections to each door: enough that every worker has one."""
PATIENCE = 10.0

Times = dict[str, list[float]]


@dataclass
class Reader:
    """One reader on a kept connection; ``shown`` is when it was last served the panel."""

    port: int
    path: str
    shown: float = 0.0
    asked: int = 0
    gone: bool = False
    odd: list[int] = field(default_factory=list)

    def run(self, stop: threading.Event) -> None:
        """Ask until told to stop."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        while not stop.is_set():
            status, _ = get(connection, self.path)
            now = time.monotonic()
            self.asked += 1
            self.gone = status == 410
            if status == 200:
                self.shown = now
            elif not self.gone:
                self.odd.append(status)
        connection.close()


def get(connection: http.client.HTTPConnection, path: str) -> tuple[int, bytes]:
    """Return status and body of a panel, as a browser asks for it."""
    connection.request("GET", path, headers={"Accept-Encoding": "br"})
    answer = connection.getresponse()
    return answer.status, answer.read()


@dataclass
class Editor:
    """A program with a token, at the API of one server."""

    store_url: str
    port: int

    def __post_init__(self) -> None:
        accounts = open_accounts(self.store_url)
        if accounts.user("ana") is None:
            accounts.add_user("ana", "admin", "measured, not guessed")
        later = datetime.now(UTC) + timedelta(days=1)
        name = f"measured-{time.time_ns()}"
        secret, _ = accounts.create_token(
            name, "publisher", owner="ana", expires_at=later, actor="ana"
        )
        self._bearer = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}

    def change(self, entry_id: str, what: str, body: dict[str, object]) -> None:
        """Make a change to what is newest: ``publication`` or ``withdrawal``."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        path = f"/api/v1/entries/{entry_id}"
        connection.request("GET", f"{path}/history", headers=self._bearer)
        known = connection.getresponse()
        known.read()
        headers = {**self._bearer, "If-Match": known.headers["ETag"]}
        connection.request("POST", f"{path}/{what}", json.dumps(body), headers)
        answer = connection.getresponse()
        said = answer.read()
        connection.close()
        assert answer.status == 201, said


def withdrawals(ids: Sequence[str], doors: Sequence[int], editor: Editor) -> Times:
    """Withdraw each of ``ids``, which are live; return milliseconds for each.

    ``doors`` are the ports that readers use.
    """
    times: Times = {"last byte": [], "acknowledged": []}
    for entry_id in ids:
        stop = threading.Event()
        readers = [Reader(door, f"/panel/{entry_id}") for door in doors for _ in range(READERS)]
        threads = [threading.Thread(target=reader.run, args=(stop,)) for reader in readers]
        for thread in threads:
            thread.start()
        try:
            _wait_for(lambda each=readers: all(it.asked > 2 and it.shown for it in each))
            sent = time.monotonic()
            editor.change(entry_id, "withdrawal", {"reason": "Measured."})
            times["acknowledged"].append((time.monotonic() - sent) * 1000)
            _wait_for(lambda each=readers: all(it.gone for it in each))
            time.sleep(0.1)  # whoever is served it once more is to be seen
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        odd = [status for it in readers for status in it.odd]
        assert not odd, f"{entry_id}: {odd}"
        times["last byte"].append(max(0.0, max(it.shown for it in readers) - sent) * 1000)
    return times


def firsts(count: int, port: int, store_url: str, editor: Editor) -> list[float]:
    """Publish ``count`` entries anew; return milliseconds of the first request for each."""
    settings = Settings.model_validate({"store": store_url})
    store = open_store(settings.store, rules(settings))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    taken = []
    for made in _live(count):
        document: dict[str, Any] = {**made.live}
        document["article"] = {**document["article"], "title": f"Anew {time.time_ns()}"}
        store.save(parse_entry(json.dumps(document).encode()), actor="ana")
        get(connection, f"/panel/{made.id}")  # what was live until now is warm
        editor.change(made.id, "publication", {})
        title = document["article"]["title"].encode()
        deadline = time.monotonic() + PATIENCE
        while True:
            before = time.perf_counter()
            status, body = get(connection, f"/panel/{made.id}")
            took = (time.perf_counter() - before) * 1000
            if status == 200 and title in brotli.decompress(body):
                break
            assert time.monotonic() < deadline
        taken.append(took)
    store.close()
    return taken


def live_ids(count: int) -> list[str]:
    """Return the ids of the first ``count`` entries of the newsroom that are live."""
    return [made.id for made in _live(count)]


def _live(count: int) -> Iterable[Any]:
    found = (made for made in entries(count * 2) if made.live is not None and made.draft is None)
    return [made for made, _ in zip(found, range(count), strict=False)]


def _wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "nothing comes of it"
        time.sleep(0.005)


def line(name: str, times: list[float]) -> str:
    """Write median, p95, p99 and the worst case, in milliseconds."""
    shares = "".join(f"{quantile(times, share):9.1f}" for share in (0.5, 0.95, 0.99))
    return f"  {name:44}{shares}{max(times):9.1f}"
