"""Time from a withdrawal to the last byte that a reader is served, and to new panels.

Readers ask for one panel without a pause, on connections to every door at once. The clock starts
when the withdrawal is sent, and counts until the last answer that still showed the panel was read.
"""

from __future__ import annotations

import http.client
import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import brotli
import postgres
from caching import example, varnish
from running import children, free_port

from benchmarks.newsroom import PUBLICATION, entries
from benchmarks.pages import quantile
from benchmarks.serving import Served, serving
from widget.accounts import open_accounts
from widget.app import rules
from widget.config import Settings
from widget.entry import parse_entry
from widget.store import Store, open_store

READERS = 12
"""Connections to each server: enough that every worker has one."""
PATIENCE = 10.0

Times = dict[str, list[float]]


@dataclass
class Reader:
    """One reader on a persistent connection; ``shown`` is when it last got the panel."""

    port: int
    path: str
    shown: float = 0.0
    request_count: int = 0
    gone: bool = False
    odd: list[int] = field(default_factory=list)

    def run(self, stop: threading.Event) -> None:
        """Send requests until stopped."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        while not stop.is_set():
            status, _ = get(connection, self.path)
            now = time.monotonic()
            self.request_count += 1
            self.gone = status == 410
            if status == 200:
                self.shown = now
            elif not self.gone:
                self.odd.append(status)
        connection.close()


def get(connection: http.client.HTTPConnection, path: str) -> tuple[int, bytes]:
    """Return status and body of a panel, requested as by a browser."""
    connection.request("GET", path, headers={"Accept-Encoding": "br"})
    answer = connection.getresponse()
    return answer.status, answer.read()


@dataclass
class Editor:
    """An API client of one server, with a token."""

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
        """Change the newest revision: ``publication`` or ``withdrawal``."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            head = self._head(connection, entry_id)
            self._send(connection, "POST", f"{entry_id}/{what}", head, body)

    def edition(self, document: dict[str, Any]) -> int:
        """Save a document and publish it; return the number of that revision."""
        entry_id = document["id"]
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            head = self._head(connection, entry_id)
            saved = self._send(connection, "PUT", f"{entry_id}/draft", head, document)
            done = self._send(connection, "POST", f"{entry_id}/publication", saved, {})
        return int(done.strip('"'))

    def _head(self, connection: http.client.HTTPConnection, entry_id: str) -> str:
        connection.request("GET", f"/api/v1/entries/{entry_id}/history", headers=self._bearer)
        return self._tag(connection, 200)

    def _send(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        head: str,
        body: dict[str, Any],
    ) -> str:
        headers = {**self._bearer, "If-Match": head}
        connection.request(method, f"/api/v1/entries/{path}", json.dumps(body), headers)
        return self._tag(connection, 200, 201)

    def _tag(self, connection: http.client.HTTPConnection, *good: int) -> str:
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status in good, text
        return answer.headers["ETag"] or ""


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
            _wait_for(lambda each=readers: all(it.request_count > 2 and it.shown for it in each))
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


def through_varnish(data: Path) -> list[float]:
    """Return milliseconds to the last byte for readers behind Varnish with a lifetime of a day."""
    port, door = free_port(), free_port()
    purge = json.dumps([{"kind": "varnish", "url": f"http://127.0.0.1:{door}"}])
    vcl = example("deploy/varnish.vcl", ('.port = "8000"', f'.port = "{port}"'))
    url = f"dir:{data}"
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(url, workers=2, port=port, settings={"INSIGHTS_PURGE": purge}),
        varnish(Path(folder) / "varnish", vcl, f"127.0.0.1:{door}", "/healthz"),
    ):
        ids = live_ids(400)[200:]
        return withdrawals(ids, [door], Editor(url, port))["last byte"]


def on_postgresql() -> list[float]:
    """Return milliseconds to the last byte at two services that share a database."""
    with ExitStack() as stack:
        server = stack.enter_context(postgres.some_server())
        url = stack.enter_context(postgres.database(server))
        settings = Settings.model_validate({"store": url, "publications": [PUBLICATION]})
        store = open_store(settings.store, rules(settings))
        publish(store, live(200))
        store.close()
        doors = [stack.enter_context(serving(url, workers=2)).port for _ in range(2)]
        return withdrawals(live_ids(200), doors, Editor(url, doors[0]))["last byte"]


def firsts(count: int, served: Served, store_url: str, editor: Editor) -> Times:
    """Republish ``count`` entries; return milliseconds of the first request for each.

    ``served`` has one worker, whose CPU time is measured, too: it includes all that its other
    threads do meanwhile.
    """
    (worker,) = children(served.pid)
    settings = Settings.model_validate({"store": store_url})
    store = open_store(settings.store, rules(settings))
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    times: Times = {"first request after a change": [], "the same, CPU time of the worker": []}
    for live_document in live(count):
        document = {
            **live_document,
            "article": {**live_document["article"], "title": f"Anew {time.time_ns()}"},
        }
        entry_id = document["id"]
        store.save(parse_entry(json.dumps(document).encode()), actor="ana")
        get(connection, f"/panel/{entry_id}")  # what was live until now is warm
        editor.change(entry_id, "publication", {})
        title = document["article"]["title"].encode()
        deadline = time.monotonic() + PATIENCE
        while True:
            cpu, before = _cpu(worker), time.perf_counter()
            status, body = get(connection, f"/panel/{entry_id}")
            taken = (time.perf_counter() - before) * 1000, _cpu(worker) - cpu
            if status == 200 and title in brotli.decompress(body):
                break
            assert time.monotonic() < deadline
        for each, took in zip(times.values(), taken, strict=True):
            each.append(took)
    store.close()
    return times


def _cpu(pid: int) -> float:
    """Return the CPU time that the threads of a process have used, in milliseconds."""
    statistics = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(path.read_text().split()[0]) for path in statistics) / 1_000_000


def live_ids(count: int) -> list[str]:
    """Return the ids of the first ``count`` entries of the newsroom that are live."""
    return [document["id"] for document in live(count)]


def live(count: int) -> Iterator[dict[str, Any]]:
    """Yield the documents of the first ``count`` entries of the newsroom that are live."""
    found = (
        generated.live
        for generated in entries(count * 2)
        if generated.live and generated.draft is None
    )
    return islice(found, count)


def publish(store: Store, documents: Iterable[dict[str, Any]]) -> None:
    """Make ``documents`` live."""
    for document in documents:
        store.save(parse_entry(json.dumps(document).encode()), actor="ana")
        store.publish(document["id"], actor="ana")


def _wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "nothing comes of it"
        time.sleep(0.005)


def line(name: str, times: list[float]) -> str:
    """Return median, p95, p99 and the maximum, in milliseconds, as text."""
    shares = "".join(f"{quantile(times, share):9.1f}" for share in (0.5, 0.95, 0.99))
    return f"  {name:44}{shares}{max(times):9.1f}"
