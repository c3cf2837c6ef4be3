"""The daily round: spread over the day, in one process, and going on where it was."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sources_support import FINE, Newsroom

from widget.errors import StoreUnavailable
from widget.sources import round as round_module
from widget.sources.round import DailyRound
from widget.storage.lock import Busy
from widget.storage.store_lease import store_lease

pytestmark = pytest.mark.database

PATIENCE = 60.0
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(round_module, "LOOK_SECONDS", 0.01)
    newest = round_module.PLAN_SECONDS
    assert newest <= 3600, "a new entry waits at most an hour"


def live(newsroom: Newsroom, count: int) -> list[str]:
    ids = [f"entry-{number:02}" for number in range(count)]
    for entry_id in ids:
        url = newsroom.web.add(f"{entry_id}.example", "/", FINE)
        newsroom.publish({"url": url}, entry_id=entry_id)
    newsroom.checks = newsroom.open_checks()
    return ids


def opened(newsroom: Newsroom, *, day: float = 24 * 3600.0) -> DailyRound:
    return DailyRound(
        newsroom.editorial.entries,
        newsroom.documents,
        [newsroom.checks.check_entry],
        forget=newsroom.checks.forget,
        clock=lambda: newsroom.at.timestamp(),
        day=day,
    )


def requested(newsroom: Newsroom) -> Counter[str]:
    return Counter(it.host for it in newsroom.web.requests if it.path == "/")


def test_only_what_is_live_is_checked(newsroom: Newsroom) -> None:
    live(newsroom, 3)
    newsroom.save({"url": newsroom.web.add("draft.example", "/", FINE)}, entry_id="draft")
    newsroom.editorial.withdraw("entry-01", actor="ada", reason="It was wrong.")
    assert sorted(it for _, it in opened(newsroom).plan().due) == ["entry-00", "entry-02"]


def test_the_longest_unchecked_comes_first_and_each_once_a_day(newsroom: Newsroom) -> None:
    live(newsroom, 4)
    for entry_id in ("entry-02", "entry-00", "entry-03"):
        newsroom.at += timedelta(minutes=5)
        newsroom.checks.check_entry(entry_id)
    round_ = opened(newsroom)
    plan = round_.plan()
    newsroom.at += timedelta(minutes=5)
    assert plan.pop(newsroom.at.timestamp()) == "entry-01", "it was never checked"
    newsroom.at += timedelta(hours=23)
    assert plan.pop(newsroom.at.timestamp()) is None, "no entry is checked twice in 24 hours"
    order = []
    for _ in range(24):
        newsroom.at += timedelta(minutes=5)
        order.append(plan.pop(newsroom.at.timestamp()))
    assert [it for it in order if it] == ["entry-02", "entry-00", "entry-03"]


@pytest.mark.parametrize(("count", "expected"), [(1, 300.0), (3, 300.0), (6, 200.0)])
def test_entries_are_spread_over_the_day(newsroom: Newsroom, count: int, expected: float) -> None:
    live(newsroom, count)
    plan = opened(newsroom, day=1200.0).plan()
    assert plan.interval == expected
    start = newsroom.at.timestamp()
    popped = [it for it in range(0, 1300, 10) if plan.pop(start + it)]
    assert len(popped) == count
    assert all(b - a >= expected for a, b in pairwise(popped))


def test_a_restart_in_the_middle_goes_on_where_it_was(newsroom: Newsroom) -> None:
    ids = live(newsroom, 6)

    def work(turns: int) -> None:
        """Work in a new process, as it were, until it is killed after so many entries."""
        done = sum(requested(newsroom).values()) + turns
        looks = 0

        def is_held() -> bool:
            nonlocal looks
            looks += 1
            newsroom.at += timedelta(minutes=1)
            return sum(requested(newsroom).values()) < done and looks < 2_000

        opened(newsroom).watch(is_held)

    work(2)
    assert sum(requested(newsroom).values()) == 2
    work(3)
    work(1)
    assert requested(newsroom) == Counter({f"{it}.example": 1 for it in ids})
    newsroom.at += DAY
    work(6)
    assert requested(newsroom) == Counter({f"{it}.example": 2 for it in ids})


def test_restarts_do_not_make_it_faster(newsroom: Newsroom) -> None:
    live(newsroom, 3)
    newsroom.checks.check_entry("entry-01")
    for _ in range(3):
        assert opened(newsroom).plan().pop(newsroom.at.timestamp()) is None
        newsroom.at += timedelta(minutes=1)
    newsroom.at += timedelta(minutes=3)
    assert opened(newsroom).plan().pop(newsroom.at.timestamp()) == "entry-00"


def test_a_new_entry_is_checked_within_an_hour(newsroom: Newsroom) -> None:
    live(newsroom, 1)
    looks = 0

    def is_held() -> bool:
        nonlocal looks
        looks += 1
        newsroom.at += timedelta(minutes=1)
        if looks == 10:
            url = newsroom.web.add("new.example", "/", FINE)
            newsroom.publish({"url": url}, entry_id="new")
        return looks < 10 + 60 + 6

    round_ = DailyRound(
        newsroom.editorial.entries,
        newsroom.documents,
        [lambda entry_id: newsroom.checks.check_entry(entry_id)],
        forget=newsroom.checks.forget,
        clock=lambda: newsroom.at.timestamp(),
    )
    round_.watch(is_held)
    assert requested(newsroom) == Counter({"entry-00.example": 1, "new.example": 1})


def test_what_was_withdrawn_for_legal_reasons_leaves_no_record(newsroom: Newsroom) -> None:
    live(newsroom, 2)
    for entry_id in ("entry-00", "entry-01"):
        newsroom.checks.check_entry(entry_id)
    newsroom.editorial.withdraw("entry-00", actor="ada", legal=True)  # and its process is killed
    newsroom.editorial.withdraw("entry-01", actor="ada", reason="It was wrong.")
    assert newsroom.documents.count("sources") == 2
    assert opened(newsroom).plan().due == []
    assert [it.key for it in newsroom.documents.page("sources", limit=9)] == ["entry-01"]


def test_one_process_of_all_works(newsroom: Newsroom) -> None:
    ids = live(newsroom, 4)
    newsroom.at = datetime.now(UTC)
    lock = threading.Lock()

    def clock() -> float:
        with lock:
            newsroom.at += timedelta(seconds=20)
            return newsroom.at.timestamp()

    stop = threading.Event()

    def compete() -> None:
        """Work as a process of its own would."""
        lease = store_lease(newsroom.url, name="sources", lock=0x1051D7)
        steps = [newsroom.checks.check_entry]
        entries, forget = newsroom.editorial.entries, newsroom.checks.forget
        round_ = DailyRound(
            entries, newsroom.documents, steps, forget=forget, clock=clock, day=10**9
        )
        while not stop.is_set():
            try:
                with lease() as is_held:
                    round_.watch(lambda: is_held() and not stop.is_set())
            except Busy:
                stop.wait(0.01)

    threads = [threading.Thread(target=compete) for _ in range(3)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + PATIENCE
    while len(requested(newsroom)) < 4 and time.monotonic() < deadline:
        time.sleep(0.01)
    ended = newsroom.at + timedelta(hours=2)  # in which others would begin the round anew
    while newsroom.at < ended and time.monotonic() < deadline:
        time.sleep(0.01)
    stop.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert requested(newsroom) == Counter({f"{it}.example": 1 for it in ids})


def test_a_failure_does_not_stop_the_round(
    newsroom: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    ids = live(newsroom, 3)
    tried: list[str] = []

    def step(entry_id: str) -> None:
        tried.append(entry_id)
        if entry_id == "entry-01":
            raise StoreUnavailable("the disk is full")

    def is_held() -> bool:
        newsroom.at += timedelta(minutes=5)
        return len(tried) < 3

    round_ = DailyRound(
        newsroom.editorial.entries,
        newsroom.documents,
        [step],
        forget=newsroom.checks.forget,
        clock=lambda: newsroom.at.timestamp(),
    )
    round_.watch(is_held)
    assert sorted(tried) == ids
    assert "entry-01: its sources were not checked: the disk is full" in caplog.text
