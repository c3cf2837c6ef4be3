"""Changes are purged at once and again, until every cache confirmed, whatever ends in between."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import takedown
from purging_support import ReceivedRequest, interface, varnish_says
from running import Running, answers, free_port, running, until

from widget import demo
from widget.app import rules
from widget.config import Settings
from widget.editorial.service import Editorial
from widget.purging import describe, open_purger
from widget.purging.outbox import open_outbox
from widget.store import Live, Store, open_store


def settings_for(data: Path, *ports: int) -> Settings:
    caches = [{"kind": "varnish", "url": f"http://127.0.0.1:{port}"} for port in ports]
    return Settings.model_validate(
        {"store": f"dir:{data}", "purge": caches, "publications": [{"review": "optional"}]}
    )


def filled(settings: Settings) -> Store:
    """Return the demo's store, whose changes are purged from now on."""
    store = open_store(settings.store, rules(settings))
    demo.fill(Editorial(store, settings))
    store.close()
    purger = open_purger(settings)
    assert purger
    opened = open_store(settings.store, rules(settings), purger.changed)
    opened.purger = purger  # type: ignore[attr-defined]  # for the test to wait on
    return opened


@pytest.mark.unit
def test_a_purge_is_made_at_once_and_again_so_that_no_late_answer_stays(tmp_path: Path) -> None:
    times: list[float] = []
    returned = threading.Event()

    def says(received: ReceivedRequest) -> tuple[int, dict[str, str], bytes]:
        times.append(time.monotonic())
        assert returned.wait(20), "the change waits for the purge"
        return varnish_says(received)

    with interface(says) as cache:
        store = filled(settings_for(tmp_path, int(cache.base.rpartition(":")[2])))
        began = time.monotonic()
        store.withdraw("ferry-fares", actor="pia", reason="Wrong.")
        returned.set()
        (job,) = store.purger.wait(10)  # type: ignore[attr-defined]
        store.close()
    after = [moment - began for moment in times]
    assert len(after) == 3
    assert after[0] < 1
    assert after[1] >= 0.4
    assert after[2] >= 1.2
    assert job.confirmed is not None
    assert after[1] - after[0] <= job.confirmed < after[2]
    assert describe(job).startswith("withdrawn, purge confirmed ")
    assert all("entry-ferry-fares" in received.keys for received in cache.requests)


@pytest.mark.unit
def test_a_publication_purges_what_was_answered_for_each_of_its_addresses(tmp_path: Path) -> None:
    with interface(varnish_says) as cache:
        settings = settings_for(tmp_path, int(cache.base.rpartition(":")[2]))
        store = filled(settings)
        live = store.live("ferry-fares")
        entry = next(each for each in demo.entries() if each.id == "ferry-fares")
        article = entry.article.model_copy(update={"aliases": ("https://harborcourier.example/f",)})
        store.save(entry.model_copy(update={"article": article}), actor="pia")
        assert not store.purger.wait(0)  # type: ignore[attr-defined]  # a draft is nobody's yet
        store.publish("ferry-fares", actor="pia")
        store.purger.wait(10)  # type: ignore[attr-defined]
        store.close()
    assert live
    (named,) = {frozenset(received.keys) for received in cache.requests}
    assert len(named) == 4
    assert sum(key.startswith("url-") for key in named) == 2
    assert "insights-lists" in named


@pytest.mark.unit
def test_a_cache_that_is_down_is_tried_until_it_confirms_and_holds_up_no_other(
    tmp_path: Path,
) -> None:
    port = free_port()
    with interface(varnish_says) as up:
        settings = settings_for(tmp_path, port, int(up.base.rpartition(":")[2]))
        store = filled(settings)
        store.withdraw("ferry-fares", actor="pia", reason="Wrong.")
        outbox = open_outbox(settings.store)
        until(lambda: len(up.requests) == 3)
        until(lambda: (outbox.latest("ferry-fares") or no_job()).tries >= 2)
        job = outbox.latest("ferry-fares")
        assert job
        assert job.confirmed is None
        assert f"Varnish at http://127.0.0.1:{port} refuses the connection" in describe(job)
        with interface(varnish_says, port) as down:
            (done,) = store.purger.wait(30)  # type: ignore[attr-defined]
            # One purge is enough by now: no worker answers what it held so long ago.
            assert len(down.requests) == 1
        store.close()
    assert done.confirmed is not None
    assert done.confirmed > 0.4
    assert not outbox.pending()
    assert len(up.requests) == 3


def no_job() -> None:
    raise AssertionError("there is no job")


@pytest.mark.unit
def test_news_does_not_wait_for_the_pause_after_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But where the cache asks to be left alone."""
    monkeypatch.setattr("widget.purging.worker.FIRST_PAUSE", 300.0)
    monkeypatch.setattr("widget.purging.worker.LONGEST_PAUSE", 300.0)
    with interface(lambda _: (503, {}, b"")) as cache:
        store = filled(settings_for(tmp_path, int(cache.base.rpartition(":")[2])))
        live = [each.id for each in demo.entries() if _is_live(store, each.id)]

        def next_failure(entry_id: str, status: str) -> None:
            so_far = len(cache.requests)
            store.withdraw(entry_id, actor="pia", legal=True)
            until(lambda: len(cache.requests) > so_far)
            outbox = open_outbox(f"dir:{tmp_path}")
            until(lambda: (it := outbox.latest(entry_id)) and it.trouble.endswith(status))

        next_failure(live[0], "503")
        next_failure(live[1], "503")
        cache.answer = lambda _: (429, {"Retry-After": "60"}, b"")
        next_failure(live[2], "429")
        so_far = len(cache.requests)
        store.withdraw(live[3], actor="pia", legal=True)
        assert store.purger.wait(1)  # type: ignore[attr-defined]
        assert len(cache.requests) == so_far
        store.close()


def _is_live(store: Store, entry_id: str) -> bool:
    return isinstance(store.live(entry_id), Live)


@pytest.mark.unit
def test_many_changes_at_once_are_few_purges(tmp_path: Path) -> None:
    ids = [entry.id for entry in demo.entries()][:6]
    all_changed = threading.Event()

    def busy(received: ReceivedRequest) -> tuple[int, dict[str, str], bytes]:
        all_changed.wait(20)  # or a slow machine would have each purged by itself
        return varnish_says(received)

    with interface(busy) as cache:
        store = filled(settings_for(tmp_path, int(cache.base.rpartition(":")[2])))
        shown = [each for each in ids if hasattr(store.live(each), "entry")]
        for entry_id in shown:
            store.withdraw(entry_id, actor="pia", legal=True)
        all_changed.set()
        jobs = store.purger.wait(20)  # type: ignore[attr-defined]
        store.close()
    assert all(job.confirmed for job in jobs)
    named = set().union(*(received.keys for received in cache.requests))
    assert {f"entry-{entry_id}" for entry_id in shown} <= named
    assert len(cache.requests) < 3 * len(shown)


# With the service as a process


@contextmanager
def serving(place: Running) -> Iterator[int]:
    """Run the service once more over the data of ``place``; the parent's process id."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("INSIGHTS_")},
        **place.environment,
        "INSIGHTS_STORE": f"dir:{place.data}",
        "INSIGHTS_PUBLICATIONS": f"[{place.publication.model_dump_json()}]",
    }
    port = place.service.rpartition(":")[2]
    command = [sys.executable, "-m", "widget", "serve", "--port", port, "--workers", "2"]
    child = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        answers(f"{place.service}/healthz", child)
        yield child.pid
    finally:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait(timeout=20)


@pytest.fixture
def place(tmp_path: Path) -> tuple[Running, int]:
    """A service's data and settings, whose cache is at a port and down; nothing runs."""
    port = free_port()
    purge = json.dumps([{"kind": "varnish", "url": f"http://127.0.0.1:{port}"}])
    with running(tmp_path / "data", environment={"INSIGHTS_PURGE": purge}) as started:
        pass
    return started, port


@pytest.mark.process
def test_a_service_that_was_killed_purges_when_it_is_there_again(
    place: tuple[Running, int],
) -> None:
    service, port = place
    with serving(service):
        takedown.by_page(service, "ferry-fares")
        browser = takedown.signed_in(service)
        url = f"{service.service}/admin/entries/ferry-fares/withdrawal"
        with browser.open(url) as page:
            message = page.read().decode()
        assert "Withdrawn, purge not yet confirmed" in message
        assert 'hx-get="/admin/entries/ferry-fares/purge"' in message
    outbox = open_outbox(f"dir:{service.data}")
    assert "ferry-fares" in {job.entry_id for job in outbox.pending()}
    with interface(varnish_says, port) as cache, serving(service):
        until(lambda: (outbox.latest("ferry-fares") or no_job()).confirmed is not None)
        named = set().union(*(received.keys for received in cache.requests))
        # And everything once: it may have been killed before it wrote the purge down.
        assert {"entry-ferry-fares", "insights"} <= named


@pytest.mark.process
def test_a_command_says_what_went_wrong_and_the_service_goes_on(
    place: tuple[Running, int],
) -> None:
    service, port = place
    command = [sys.executable, "-m", "widget", "--store", f"dir:{service.data}", "withdraw"]
    environment = {**os.environ, **service.environment}
    done = subprocess.run(
        [*command, "ferry-fares", "--legal"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "ferry-fares: withdrawn as revision" in done.stdout
    assert "ferry-fares: withdrawn, purge not yet confirmed, tried" in done.stderr
    assert "refuses the connection; the service goes on trying" in done.stderr
    outbox = open_outbox(f"dir:{service.data}")
    with interface(varnish_says, port) as cache, serving(service):
        until(lambda: (outbox.latest("ferry-fares") or no_job()).confirmed is not None)
        assert any("entry-ferry-fares" in received.keys for received in cache.requests)
