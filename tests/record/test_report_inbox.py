"""Reports arrive: duplicates are joined, and limits hold over all processes."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from report_support import DAY, ID, Clock, Desk

from widget.config import Settings
from widget.errors import Throttled
from widget.record import report_inbox, report_limits
from widget.record.report_inbox import ReportInbox
from widget.record.reports import (
    MAX_ADDRESSES,
    MAX_OF_A_KIND,
    MAX_TEXTS,
    Report,
    point_digest,
    point_text,
)
from widget.storage.documents import open_documents
from widget.store import Live, Store

pytestmark = pytest.mark.database


def test_a_report_names_its_point_and_repeats_no_text_of_it(desk: Desk) -> None:
    report = desk.report(desk.send("The number is from 2019.", point="1-2"))
    live = desk.store.live(ID)
    assert isinstance(live, Live)
    text = point_text(live.entry, "1-2")
    assert text == "A bed is a seat that moves, the author says."
    assert (report.entry, report.point, report.kind, report.state) == (ID, "1-2", "wrong", "open")
    assert (report.digest, report.revision) == (point_digest(text), live.revision)
    assert text not in report.model_dump_json()
    assert [it.text for it in report.statements] == ["The number is from 2019."]


def test_reports_of_one_problem_are_joined(desk: Desk) -> None:
    first = desk.send("The number of berths is from 2019.")
    assert desk.send("the NUMBER of berths is from 2019!") == first
    assert desk.send("The number of berths here is wrong, it is from 2019.") == first
    report = desk.report(first)
    assert report.count == 3
    assert len(report.statements) == 2, "the same words are kept once"


def test_reports_are_joined_in_scripts_without_spaces(desk: Desk) -> None:
    first = desk.send("泊位的数字是2019年的。")
    assert desk.send("泊位的数字来自2019年。") == first
    assert desk.send("作者从未说过这句话。") != first


@pytest.mark.parametrize(
    "other",
    [
        {"text": "The author never said this about beds."},
        {"text": "The number is from 2019.", "kind": "unfair"},
        {"text": "The number is from 2019.", "point": "1-2"},
        {"text": "The number is from 2019.", "point": ""},
    ],
)
def test_other_problems_are_reports_of_their_own(desk: Desk, other: dict[str, str]) -> None:
    first = desk.send("The number is from 2019.")
    assert desk.send(**other) != first  # type: ignore[arg-type]  # text, kind, point
    assert desk.reports.count(group="open") == 2


def test_many_of_one_kind_are_joined_whatever_they_say(desk: Desk) -> None:
    words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"]
    found = {desk.send(f"{word} {word}{word}") for word in words}
    assert len(found) == MAX_OF_A_KIND
    assert sum(desk.report(it).count for it in found) == len(words)


def test_a_decided_report_takes_nothing_more(desk: Desk) -> None:
    first = desk.send("The number is from 2019.")
    desk.desk.reject(first, actor="ana", answer="It is from 2025.")
    second = desk.send("The number is from 2019.")
    assert second != first
    assert desk.report(first).count == desk.report(second).count == 1


def test_texts_and_addresses_are_bounded(desk: Desk) -> None:
    key = desk.send("same words here in all of them")
    now = datetime.now(UTC)
    for number in range(MAX_TEXTS + 5):
        desk.inbox.limits.remove_old()
        assert desk.send(f"same words here in all of them {number}") == key
    report = desk.report(key)
    assert (len(report.statements), report.count) == (MAX_TEXTS, MAX_TEXTS + 6)
    for number in range(MAX_ADDRESSES + 3):
        desk.inbox._ask(key, f"reader{number}@mail.example")
    assert len(desk.desk.addresses(key)) == MAX_ADDRESSES
    assert report.first_at <= now


def test_equal_reports_at_the_same_moment_are_one(settings: Settings, desk: Desk) -> None:
    inboxes = [ReportInbox(open_documents(settings.store)) for _ in range(4)]
    live = desk.store.live(ID)
    assert isinstance(live, Live)
    submission = report_inbox.Submission(kind="wrong", point="1-1", text="It is from 2019.")
    start = threading.Barrier(len(inboxes))

    def send(number: int) -> None:
        start.wait()
        inboxes[number].submit(live, submission, address=f"10.9.{number}.1")

    threads = [threading.Thread(target=send, args=[it]) for it in range(len(inboxes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ((_, report),) = desk.reports.page(limit=10)
    assert report.count == len(inboxes)


def test_a_network_has_a_limit_that_all_processes_share(
    settings: Settings, desk: Desk, clock: Clock
) -> None:
    other = ReportInbox(open_documents(settings.store), clock)
    live = desk.store.live(ID)
    assert isinstance(live, Live)
    submission = report_inbox.Submission(kind="wrong")
    for number in range(report_limits.NETWORK_PER_HOUR):
        inbox = (desk.inbox, other)[number % 2]
        inbox.submit(live, submission, address=f"192.0.2.{number}")
    for inbox in (desk.inbox, other):
        with pytest.raises(Throttled):
            inbox.submit(live, submission, address="192.0.2.200")
    desk.send(sender="192.0.3.1")
    clock.now += 3_600
    desk.send(sender="192.0.2.200")


def test_networks_of_ipv6_are_as_wide_as_a_site(desk: Desk) -> None:
    for number in range(report_limits.NETWORK_PER_HOUR):
        desk.send(sender=f"2001:db8:1:{number:x}::1")
    with pytest.raises(Throttled):
        desk.send(sender="2001:db8:1:ffff::1")
    desk.send(sender="2001:db8:2::1")


def test_all_readers_together_have_a_limit(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_limits, "ALL_PER_HOUR", 5)
    for _ in range(5):
        desk.send()
    with pytest.raises(Throttled):
        desk.send()


def test_an_entry_has_a_limit_of_reports_that_wait(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_inbox, "MAX_PENDING", 2)
    first = desk.send(kind="wrong")
    desk.send(kind="unfair")
    with pytest.raises(Throttled, match="panel"):
        desk.send(kind="offensive")
    assert desk.send(kind="wrong") == first, "what is joined makes the queue no longer"
    desk.publish("ferries")
    desk.send(entry="ferries")


def test_what_is_joined_notifies_again_after_an_hour(desk: Desk, clock: Clock) -> None:
    heard: list[int] = []

    def hear(report_id: str, report: Report) -> None:
        assert report_id.startswith(f"{ID}.")
        heard.append(report.count)

    desk.inbox.listener = hear
    for _ in range(3):
        desk.send()
    assert heard == [1]
    clock.now += 3_601
    desk.send()
    desk.send()
    assert heard == [1, 4]


def test_a_form_is_signed_and_has_its_time(settings: Settings, desk: Desk, clock: Clock) -> None:
    keys, others = desk.inbox.keys, ReportInbox(open_documents(settings.store), clock).keys
    token = keys.form_token(ID)
    assert others.form_state(ID, token) == "early"
    clock.now += 3
    assert others.form_state(ID, token) == "valid"
    assert others.form_state("ferries", token) == "old"
    stamp, _, mac = token.partition(".")
    for forged in ("", "x", f"{int(stamp) - 9}.{mac}", f"{stamp}.", f"{stamp}.é", "9" * 400):
        assert others.form_state(ID, forged) == "old"
    clock.now += DAY - 10
    assert keys.form_state(ID, token) == "valid", "a form that was opened before midnight"
    clock.now += DAY
    assert keys.form_state(ID, token) == "old"


def test_the_key_of_networks_is_gone_with_its_day(
    settings: Settings, desk: Desk, clock: Clock, store: Store
) -> None:
    del store
    before = desk.inbox.keys.network("192.0.2.7")
    desk.send(sender="192.0.2.7")
    secrets = [it.body for it in desk.documents.page("report-keys", prefix="network/", limit=9)]
    clock.now += DAY
    assert desk.inbox.keys.network("192.0.2.7") != before
    left = [it.body for it in desk.documents.page("report-keys", prefix="network/", limit=9)]
    assert len(left) == 1
    assert left != secrets
    desk.removal.run()
    keys = [it.key for it in desk.documents.page("report-limits", limit=9)]
    assert not [it for it in keys if before in it]
    del settings
