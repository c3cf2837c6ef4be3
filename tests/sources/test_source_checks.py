"""Checks of an entry's sources over days: what is recorded, shown to readers, and told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from small_web import Page
from small_web_cases import QUOTE, page
from sources_support import FINE, Newsroom

from widget.errors import NotFound
from widget.sources.record import MAX_CHECKS

pytestmark = pytest.mark.database

DAY = timedelta(days=1)
GONE = Page(b"<p>Gone.", "404 Not Found")
DOWN = Page(b"<p>Later.", "503 Service Unavailable")
OTHER = page("<p>Something else by now.</p>")


def test_a_quote_that_was_found_is_shown_with_its_day(newsroom: Newsroom) -> None:
    newsroom.cite()
    assert newsroom.check() == "ok found"
    (shown,) = newsroom.shown().sources
    assert (shown.quote_found_on, shown.gone_since, shown.html) == (date(2026, 5, 3), None, True)
    assert newsroom.checks.records.get("night-trains") == newsroom.checks.of_entry("night-trains")


def test_a_check_that_finds_the_same_leaves_no_revision(newsroom: Newsroom) -> None:
    newsroom.cite()
    for _ in range(5):
        newsroom.check(later=DAY)
    assert newsroom.annotates() == 1
    assert newsroom.shown().sources[0].quote_found_on == date(2026, 5, 4)


def test_the_day_of_the_finding_is_renewed_after_thirty_days(newsroom: Newsroom) -> None:
    newsroom.cite()
    newsroom.check()
    newsroom.check(later=29 * DAY)
    assert newsroom.shown().sources[0].quote_found_on == date(2026, 5, 3)
    newsroom.check(later=DAY)
    assert newsroom.shown().sources[0].quote_found_on == date(2026, 6, 2)
    assert newsroom.annotates() == 2


def test_a_source_is_gone_when_a_second_round_confirms_it(newsroom: Newsroom) -> None:
    url = newsroom.cite()
    newsroom.check()
    newsroom.web.add("rail.example", "/report", GONE)
    assert newsroom.check(later=DAY) == "gone unread"
    newsroom.check(later=timedelta(hours=1))  # somebody presses the button
    assert newsroom.shown().sources[0].gone_since is None
    assert newsroom.events == []
    newsroom.check(later=DAY)
    (shown,) = newsroom.shown().sources
    assert (shown.gone_since, shown.quote_found_on) == (date(2026, 5, 4), date(2026, 5, 3))
    newsroom.check(later=DAY)
    (event,) = newsroom.events
    assert (event.type, event.entry, event.source) == ("source-gone", "night-trains", url)
    assert event.persons == ("ada",)
    assert "Source 1" in event.note
    assert "404" in event.note
    record = newsroom.checks.of_entry("night-trains")
    assert record
    assert record.bad == 1


def test_a_source_that_comes_back_is_no_longer_gone(newsroom: Newsroom) -> None:
    newsroom.cite()
    newsroom.check()
    newsroom.web.add("rail.example", "/report", GONE)
    newsroom.check(later=DAY)
    newsroom.check(later=DAY)
    assert newsroom.shown().sources[0].gone_since
    newsroom.web.add("rail.example", "/report", FINE)
    newsroom.check(later=DAY)
    assert newsroom.shown().sources[0].gone_since is None
    newsroom.web.add("rail.example", "/report", GONE)
    newsroom.check(later=DAY)
    newsroom.check(later=DAY)
    assert len(newsroom.events) == 2, "it went bad twice"


def test_failures_say_nothing_before_the_third_round(newsroom: Newsroom) -> None:
    newsroom.cite()
    newsroom.check()
    newsroom.web.add("rail.example", "/report", DOWN)
    for _ in range(2):
        assert newsroom.check(later=DAY) == "failed unread"
        assert newsroom.shown().sources[0].gone_since is None
    newsroom.check(later=DAY)
    assert newsroom.shown().sources[0].gone_since == date(2026, 5, 4)


def test_one_success_between_failures_begins_anew(newsroom: Newsroom) -> None:
    newsroom.cite()
    for answer in (DOWN, DOWN, FINE, DOWN, DOWN, GONE, FINE, GONE):
        newsroom.web.add("rail.example", "/report", answer)
        newsroom.check(later=timedelta(hours=17))
        assert all(it.gone_since is None for it in newsroom.shown().sources), answer


@pytest.mark.parametrize("status", ["403 Forbidden", "429 Too Many Requests", "402 Pay"])
def test_a_refusal_changes_nothing_for_readers(newsroom: Newsroom, status: str) -> None:
    newsroom.cite()
    newsroom.check()
    newsroom.web.add("rail.example", "/report", Page(b"No.", status))
    for _ in range(5):
        newsroom.check(later=DAY)
    assert newsroom.annotates() == 1
    assert newsroom.events == []


def test_a_quote_that_vanished_is_no_longer_shown_as_found(newsroom: Newsroom) -> None:
    newsroom.cite()
    newsroom.check()
    newsroom.web.add("rail.example", "/report", OTHER)
    assert newsroom.check(later=DAY) == "ok missing"
    assert newsroom.shown().sources[0].quote_found_on == date(2026, 5, 3)
    newsroom.check(later=DAY)
    assert newsroom.shown().sources[0].quote_found_on is None
    (event,) = newsroom.events
    assert "quote" in event.note


def test_a_quote_that_was_never_there_is_bad_and_no_news(newsroom: Newsroom) -> None:
    newsroom.cite(answer=OTHER)
    newsroom.check()
    newsroom.check(later=DAY)
    record = newsroom.checks.of_entry("night-trains")
    assert record
    assert record.sources[0].bad == "missing"
    assert newsroom.events == []


def test_nothing_is_concluded_where_our_own_network_is_silent(newsroom: Newsroom) -> None:
    newsroom.cite()
    newsroom.check()
    newsroom.web.unresolved["rail.example"] = -2  # the resolver knows no host at all
    for _ in range(6):
        newsroom.check(later=DAY)
    assert newsroom.shown().sources[0].gone_since is None
    assert newsroom.events == []
    newsroom.publish({"url": newsroom.web.add("other.example", "/", FINE)}, entry_id="ferries")
    newsroom.check(entry_id="ferries")
    newsroom.check()
    assert newsroom.shown().sources[0].gone_since, "others answer, so it is the source"


def test_a_page_that_did_not_change_is_not_sent_again(newsroom: Newsroom) -> None:
    page_ = Page(FINE.body, headers={"ETag": '"v1"'})
    newsroom.cite(answer=page_)
    newsroom.check()
    assert newsroom.check(later=DAY) == "ok found"
    first, second = [it for it in newsroom.web.of("rail.example") if it.path == "/report"]
    assert "if-none-match" not in first.headers
    assert second.headers["if-none-match"] == '"v1"'
    record = newsroom.checks.of_entry("night-trains")
    assert record
    before, after = record.sources[0].checks
    assert after.at - before.at == DAY
    assert after.model_copy(update={"at": before.at}) == before
    newsroom.web.add("rail.example", "/report", Page(OTHER.body, headers={"ETag": '"v2"'}))
    assert newsroom.check(later=DAY) == "ok missing"
    newsroom.check(later=DAY)
    last = newsroom.web.of("rail.example")[-1]
    assert "if-none-match" not in last.headers, "what was not found is looked for anew"


def test_the_history_has_first_and_last_of_each_state(newsroom: Newsroom) -> None:
    newsroom.cite()
    for _ in range(10):
        newsroom.check(later=DAY)
    for number in range(MAX_CHECKS + 5):
        newsroom.web.add("rail.example", "/report", DOWN if number % 2 else FINE)
        newsroom.check(later=DAY)
    record = newsroom.checks.of_entry("night-trains")
    assert record
    assert len(record.sources[0].checks) == MAX_CHECKS
    times = [it.at for it in record.sources[0].checks]
    assert times == sorted(times)


def test_a_long_outage_keeps_its_first_day(newsroom: Newsroom) -> None:
    newsroom.cite()
    newsroom.check()
    newsroom.web.add("rail.example", "/report", GONE)
    for _ in range(MAX_CHECKS + 5):
        newsroom.check(later=DAY)
    assert newsroom.shown().sources[0].gone_since == date(2026, 5, 4)
    assert newsroom.annotates() == 2


def test_another_quote_begins_without_a_past(newsroom: Newsroom) -> None:
    url = newsroom.cite()
    newsroom.check()
    newsroom.publish({"url": url, "quote": "The institute counted passengers"})
    newsroom.check(later=DAY)
    record = newsroom.checks.of_entry("night-trains")
    assert record
    assert [len(it.checks) for it in record.sources] == [1]
    assert newsroom.shown().sources[0].quote_found_on == date(2026, 5, 4)


def test_sources_of_the_draft_are_checked_and_not_shown(newsroom: Newsroom) -> None:
    url = newsroom.cite()
    other = newsroom.web.add("audit.example", "/", FINE)
    newsroom.save({"url": url}, {"url": other})
    newsroom.checks = newsroom.open_checks()
    found = newsroom.checks.check_entry("night-trains")
    assert [(it.number, it.url) for it in found.sources] == [(1, url), (2, other)]
    assert len(newsroom.shown().sources) == 1


def test_one_page_is_requested_once_for_all_its_quotes(newsroom: Newsroom) -> None:
    url = newsroom.web.add("rail.example", "/report", FINE)
    newsroom.publish({"url": url}, {"url": f"{url}#p3", "quote": "The institute counted"},
                     {"url": url, "quote": "Nobody said this."})  # fmt: skip
    found = newsroom.checks.check_entry("night-trains")
    assert [it.newest.quote for it in found.sources if it.newest] == ["found", "found", "missing"]
    assert [it.path for it in newsroom.web.of("rail.example")] == ["/robots.txt", "/report"]


def test_what_was_withdrawn_for_legal_reasons_is_forgotten(newsroom: Newsroom) -> None:
    newsroom.editorial.forgetting.append(newsroom.checks.forget)
    newsroom.cite()
    newsroom.check()
    newsroom.editorial.withdraw("night-trains", actor="ada", legal=True)
    assert newsroom.checks.records.get("night-trains") is None
    assert newsroom.checks.of_entry("night-trains") is None
    with pytest.raises(NotFound):
        newsroom.checks.check_entry("night-trains")
    assert newsroom.documents.count("sources") == 0


def test_an_entry_that_does_not_exist_is_not_checked(newsroom: Newsroom) -> None:
    with pytest.raises(NotFound):
        newsroom.checks.check_entry("nothing")
    with pytest.raises(NotFound):
        newsroom.checks.request_check("nothing")
    assert newsroom.documents.count("sources") == 0


def test_a_host_that_asks_for_a_pause_gets_one(newsroom: Newsroom) -> None:
    busy = Page(b"Later.", "503 Busy", {"Retry-After": "7200"})
    newsroom.cite(answer=busy)
    assert newsroom.check() == "failed unread"
    before = newsroom.checks.of_entry("night-trains")
    count = len(newsroom.web.requests)
    after = newsroom.checks.check_entry("night-trains")
    assert len(newsroom.web.requests) == count
    assert before
    assert after.sources == before.sources


def test_who_asks_says_so_and_where_to_turn_to(newsroom: Newsroom) -> None:
    newsroom.settings = newsroom.settings.model_copy(
        update={"base_url": "https://insights.example"}
    )
    newsroom.cite()
    newsroom.check()
    for request in newsroom.web.of("rail.example"):
        assert request.headers["user-agent"].startswith("insights-sources/")
        assert "(+https://insights.example)" in request.headers["user-agent"]
        assert "cookie" not in request.headers
        assert "referer" not in request.headers


def test_a_check_is_in_utc(newsroom: Newsroom) -> None:
    newsroom.at = datetime(2026, 5, 3, 1, tzinfo=UTC)
    newsroom.cite()
    newsroom.check()
    assert newsroom.shown().sources[0].quote_found_on == date(2026, 5, 3)
    assert QUOTE not in str(newsroom.documents.page("sources", limit=1)), "no text is stored"
