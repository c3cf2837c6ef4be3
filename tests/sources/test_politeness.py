"""How the checks behave toward the servers that they ask, measured at the servers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from small_web import Page
from sources_support import FINE, Newsroom

from widget.sources import pace as pace_module
from widget.sources.pace import Pace, Postponed
from widget.storage.documents import open_documents

pytestmark = pytest.mark.database

ROUNDING = 0.25
"""How much earlier than a second after the last one a request may seem to come in a busy machine:
the thread that noted the one before may have come late to it."""


def test_a_host_is_asked_at_most_once_a_second() -> None:
    assert pace_module.SECONDS == 1.0


def test_the_requests_of_a_round_come_a_second_apart(newsroom: Newsroom) -> None:
    """Also across entries, and for robots.txt and redirects; no two at once."""
    add = newsroom.web.add
    for number in range(3):
        add("rail.example", f"/{number}", FINE)
    add("rail.example", "/old", Page(b"", "302 Go", {"Location": "/0"}))
    first = [{"url": newsroom.web.url("rail.example", f"/{it}")} for it in (0, 1)]
    second = [{"url": newsroom.web.url("rail.example", f"/{it}")} for it in (2, "old")]
    newsroom.publish(*first)
    newsroom.publish(*second, entry_id="ferries")
    newsroom.checks = newsroom.open_checks(pace=1.0)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(newsroom.checks.check_entry, ("night-trains", "ferries")))
    requests = newsroom.web.of("rail.example")
    assert [it.path for it in requests].count("/robots.txt") == 1
    assert {it.path for it in requests} == {"/robots.txt", "/0", "/1", "/2", "/old"}
    gaps = [b.at - a.at for a, b in pairwise(requests)]
    assert min(gaps) >= 1.0 - ROUNDING, gaps


def test_robots_txt_is_requested_once_a_round(newsroom: Newsroom) -> None:
    for entry_id in ("night-trains", "ferries", "bridges"):
        url = newsroom.web.add("rail.example", f"/{entry_id}", FINE)
        newsroom.save({"url": url}, entry_id=entry_id)
    newsroom.checks = newsroom.open_checks()
    for entry_id in ("night-trains", "ferries", "bridges"):
        newsroom.checks.check_entry(entry_id)
    paths = [it.path for it in newsroom.web.of("rail.example")]
    assert paths == ["/robots.txt", "/night-trains", "/ferries", "/bridges"]


def test_what_robots_txt_forbids_is_not_requested(newsroom: Newsroom) -> None:
    rules = Page(b"User-agent: *\nDisallow: /", headers={"Content-Type": "text/plain"})
    newsroom.web.add("rail.example", "/robots.txt", rules)
    newsroom.cite()
    assert newsroom.check() == "refused unread"
    assert [it.path for it in newsroom.web.of("rail.example")] == ["/robots.txt"]


def test_the_pace_holds_across_processes(newsroom: Newsroom) -> None:
    """Each process has its own connection to the store, and reserves in it."""
    others = open_documents(newsroom.url)
    paces = [Pace(it, clock=lambda: 1_000.0) for it in (newsroom.documents, others)]
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda n: paces[n % 2].reserve("rail.example", within=99), range(20)))
    assert sorted(waits) == list(map(float, range(20)))
    assert paces[0].reserve("other.example", within=1) == 0
    with pytest.raises(Postponed):
        paces[1].reserve("rail.example", within=5)
    assert paces[0].reserve("rail.example", within=99) == 20, "what was refused is not reserved"
    others.close()


def test_a_pause_is_kept_and_forgotten(newsroom: Newsroom) -> None:
    now = [1_000.0]
    pace = Pace(newsroom.documents, clock=lambda: now[0])
    pace.pause("rail.example", 600)
    pace.pause("rail.example", 5)
    assert pace.reserve("rail.example", within=900) == 600
    pace.pause("mad.example", 10**9)
    assert pace.reserve("mad.example", within=10**9) == pace_module.MAX_PAUSE
    now[0] += 2 * pace_module.MAX_PAUSE
    pace.forget_old()
    assert newsroom.documents.count("source-hosts") == 0
