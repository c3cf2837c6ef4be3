"""Through a real Varnish a change shows within a second, however it is made, and stays."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import pytest
import takedown
from caching import example, varnish
from purging_support import ReceivedRequest, interface
from running import Running, children, free_port, running, until

from widget import demo
from widget.app import rules
from widget.config import Settings
from widget.editorial.service import Editorial
from widget.purging import describe, open_purger
from widget.purging.outbox import open_outbox
from widget.store import open_store

pytestmark = pytest.mark.process

WORKERS = 2


@dataclass(frozen=True)
class Cached:
    """The service, and Varnish before it: host and port, and its process."""

    place: Running
    cache: str
    varnish: int


def fetch(host: str, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    """Ask over a connection of its own, so that any of the workers may answer."""
    connection = HTTPConnection(host, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": "insights.example", **headers})
        answer = connection.getresponse()
        names = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, answer.read().decode(), names
    finally:
        connection.close()


@pytest.fixture(scope="module")
def cached(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cached]:
    folder = tmp_path_factory.mktemp("cached")
    port, here = free_port(), f"127.0.0.1:{free_port()}"
    purge = json.dumps([{"kind": "varnish", "url": f"http://{here}"}])
    vcl = example("deploy/varnish.vcl", ('.port = "8000"', f'.port = "{port}"'))
    with ExitStack() as stack:
        settings = {"INSIGHTS_PURGE": purge}
        data = folder / "data"
        place = stack.enter_context(running(data, workers=WORKERS, environment=settings, port=port))
        child = stack.enter_context(varnish(folder / "varnish", vcl, here, "/healthz"))
        # Until Varnish ran, every worker's first purge failed.
        until(lambda: not pending(data))
        yield Cached(place, here, child.pid)


def pending(data: Path) -> list[str]:
    return [path.name for path in (data / "purges").glob("*.json")]


def is_kept(cached: Cached, path: str) -> bool:
    """Say whether Varnish answers by itself: what it keeps does not change its date."""
    first, second = (fetch(cached.cache, path)[2]["date"] for _ in range(2))
    time.sleep(1.1)
    return first == second == fetch(cached.cache, path)[2]["date"]


def shown_after(
    cache: str, path: str, *, old: Callable[[int, str], bool], seconds: float = 3.0
) -> float:
    """Ask all the time, several at once; return when the old answer was last seen, in seconds."""
    began, last, received = time.monotonic(), [0.0], [0]

    def ask() -> None:
        while (now := time.monotonic() - began) < seconds:
            status, body, _ = fetch(cache, path)
            received[0] += 1
            if old(status, body):
                last[0] = max(last[0], now)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert received[0] > 20
    return last[0]


def is_shown(status: int, _: str) -> bool:
    return status == 200


@pytest.mark.parametrize(
    ("way", "entry_id"),
    [
        ("page", "ferry-fares"),
        ("api", "fish-market"),
        ("command", "shore-power"),
        ("file", "rent-ceiling"),
    ],
)
def test_what_is_withdrawn_is_gone_within_a_second_and_does_not_come_back(
    cached: Cached, way: str, entry_id: str
) -> None:
    path = f"/panel/{entry_id}"
    assert fetch(cached.cache, path)[0] == 200
    assert is_kept(cached, path)
    done: list[float] = []

    def withdraw() -> None:
        takedown.WAYS[way](cached.place, entry_id)
        done.append(time.monotonic())

    if way == "file":
        withdraw()
    else:
        thread = threading.Thread(target=withdraw)
        thread.start()
        live = cached.place.data / "live" / f"{entry_id}.json"
        until(lambda: not live.exists())
    assert shown_after(cached.cache, path, old=is_shown) < 1
    assert fetch(cached.cache, path)[0] == 410
    assert is_kept(cached, path)


@pytest.mark.parametrize("way", takedown.PUBLISHING)
def test_a_new_version_is_there_within_a_second_and_the_old_one_does_not_come_back(
    cached: Cached, way: str
) -> None:
    entry_id, title = "salt-hours-review", f"A title by {way}"
    path = f"/panel/{entry_id}"
    live = cached.place.data / "live" / f"{entry_id}.json"
    draft = json.loads(live.read_bytes())
    draft["article"]["title"] = title
    new = cached.place.data / "new.json"
    new.write_text(json.dumps(draft))
    takedown.command(cached.place, "put", str(new))
    assert title not in fetch(cached.cache, path)[1]
    assert is_kept(cached, path)
    thread = threading.Thread(target=takedown.PUBLISHING[way], args=(cached.place, entry_id))
    thread.start()
    until(lambda: title in live.read_text("utf-8"))
    assert shown_after(cached.cache, path, old=lambda _, body: title not in body) < 1
    thread.join()
    assert title in fetch(cached.cache, path)[1]
    assert is_kept(cached, path)


def test_what_is_published_replaces_every_answer_that_there_was_none(cached: Cached) -> None:
    article = "https://www.harborcourier.example/opinion/night-bus?utm_source=feed"
    by_url = f"url={quote(article, safe='')}"
    paths = ["/panel/night-bus", f"/panel?{by_url}", "/fragment/night-bus", f"/fragment?{by_url}"]
    for path in paths:
        status, _, headers = fetch(cached.cache, path)
        assert status == (404 if "panel" in path else 204)
        assert "surrogate-key" not in headers
    assert all(is_kept(cached, path) for path in paths)
    template = json.loads((cached.place.data / "live" / "dredge-the-channel.json").read_bytes())
    template["id"] = "night-bus"
    template["article"]["url"] = "https://harborcourier.example/opinion/night-bus/"
    template["article"]["aliases"] = []
    new = cached.place.data / "night-bus.json"
    new.write_text(json.dumps(template))
    message = takedown.command(cached.place, "put", "--publish", str(new))
    assert "night-bus: published, purge confirmed 0." in message
    assert [fetch(cached.cache, path)[0] for path in paths] == [200] * 4


def test_an_answer_that_comes_late_does_not_stay(tmp_path: Path) -> None:
    """A worker that is 0.3 s behind fills the cache with the old panel after the first purge."""
    changed = [float("inf")]

    def origin(received: ReceivedRequest) -> tuple[int, dict[str, str], bytes]:
        old = time.monotonic() < changed[0] + 0.3
        headers = {"Surrogate-Key": "entry-ferry-fares insights"}
        headers["Surrogate-Control"] = "max-age=86400"
        return (200 if old else 410), headers, received.path.encode()

    with ExitStack() as stack:
        port = stack.enter_context(interface(origin)).base.rpartition(":")[2]
        here = f"127.0.0.1:{free_port()}"
        vcl = example("deploy/varnish.vcl", ('.port = "8000"', f'.port = "{port}"'))
        stack.enter_context(varnish(tmp_path / "varnish", vcl, here))
        settings = Settings.model_validate(
            {
                "store": f"dir:{tmp_path / 'data'}",
                "purge": [{"kind": "varnish", "url": f"http://{here}"}],
            }
        )
        purger = open_purger(settings)
        assert purger
        store = open_store(settings.store, rules(settings), purger.changed)
        demo.fill(Editorial(store, settings))
        purger.wait(20)
        assert fetch(here, "/panel/ferry-fares")[0] == 200

        def withdraw() -> None:
            changed[0] = time.monotonic()
            store.withdraw("ferry-fares", actor="pia", reason="Wrong.")

        threading.Thread(target=withdraw).start()
        assert 0.2 < shown_after(here, "/panel/ferry-fares", old=is_shown) < 1
        store.close()


def test_a_varnish_that_did_not_hear_of_a_withdrawal_hears_of_it_when_it_can(
    cached: Cached,
) -> None:
    """Stopped, it keeps what it holds, as it would behind a network that is cut."""
    path, entry_id = "/panel/foghorn-letter", "foghorn-letter"
    assert fetch(cached.cache, path)[0] == 200
    assert is_kept(cached, path)
    processes = [cached.varnish, *children(cached.varnish)]
    outbox = open_outbox(f"dir:{cached.place.data}")
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        takedown.by_page(cached.place, entry_id)
        until(lambda: bool((job := outbox.latest(entry_id)) and job.tries))
        job = outbox.latest(entry_id)
        assert job
        assert "did not answer within 2 s" in describe(job)
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)
    until(lambda: bool((job := outbox.latest(entry_id)) and job.confirmed is not None))
    assert fetch(cached.cache, path)[0] == 410


def test_readers_see_none_of_what_is_for_the_cache(cached: Cached) -> None:
    for path in (
        "/panel/dredge-the-channel",
        "/fragment/dredge-the-channel",
        "/panel/never-published",
    ):
        _, _, headers = fetch(cached.cache, path)
        assert headers["cache-control"] == "public, max-age=30"
        assert not {"surrogate-control", "surrogate-key", "age"} & set(headers)


def test_each_origin_has_its_own_answer(cached: Cached) -> None:
    paper, host = cached.place.publication.origins[:2]
    for origin in (paper, host, paper):
        _, _, headers = fetch(cached.cache, "/fragment/dredge-the-channel", Origin=origin)
        assert headers["access-control-allow-origin"] == origin


def test_only_listed_machines_may_purge(cached: Cached) -> None:
    def purge(keys: str, **headers: str) -> int:
        connection = HTTPConnection(cached.cache, timeout=10)
        connection.request("PURGE", "/", headers={"Surrogate-Key": keys, **headers})
        status = connection.getresponse().status
        connection.close()
        return status

    assert purge("entry-a url-b") == 200
    # A reader whom a proxy on the same machine lets through.
    assert purge("entry-a", **{"X-Forwarded-For": "192.0.2.7"}) == 403
    for wrong in ("", "a|.*", 'a" && obj.status == 200', "a  b"):
        assert purge(wrong) == 400


def test_the_editors_page_says_that_the_purge_is_confirmed(cached: Cached) -> None:
    takedown.by_page(cached.place, "seawall-bill")
    browser = takedown.signed_in(cached.place)
    url = f"{cached.place.service}/admin/entries/seawall-bill"

    def message(page: str) -> str:
        with browser.open(f"{url}/{page}") as answer:
            text: str = answer.read().decode()
            return text

    until(lambda: "Withdrawn, purge confirmed 0." in message("withdrawal"))
    assert "Withdrawn, purge confirmed 0." in message("purge")
    assert "hx-get" not in message("purge")
