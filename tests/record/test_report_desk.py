"""Editors look at reports, assign, decide and answer them; what may not be kept is removed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from report_support import DAY, ID, Clock, Desk
from samples import sample_entry

from widget.errors import InsightsError, InvalidRequest, NotFound
from widget.record import report_counting, report_desk, report_removal
from widget.record.forgetting import forget_withdrawn
from widget.record.reports import ADDRESS_DAYS, REPORT_DAYS, RESOLVED
from widget.store import Live, Withdrawn

pytestmark = pytest.mark.database


class Post:
    """A mail server that refuses some addresses."""

    def __init__(self, *refused: str) -> None:
        self.sent: list[tuple[str, str]] = []
        self.refused = refused

    def __call__(self, publication: str, recipient: str, subject: str, text: str) -> None:
        assert publication == "The Paper"
        assert "Bring the night trains back" in subject
        if recipient in self.refused:
            raise InsightsError("refused")
        self.sent.append((recipient, text))


def test_the_queue_has_the_newest_first_in_pages(desk: Desk, clock: Clock) -> None:
    found = []
    for kind in ("wrong", "source", "unfair", "offensive", "other"):
        clock.now += 1
        found.append(desk.send(kind=kind))
    desk.desk.assign(found[2], "ben")
    pages, place = [], None
    while True:
        page = desk.desk.page(limit=2, before=place)
        pages.append([it.id for it in page.items])
        place = page.next
        if place is None:
            break
    newest = found[::-1]
    assert pages == [newest[:2], newest[2:4], newest[4:]]
    assert desk.desk.count_waiting() == 5


def test_to_count_what_waits_each_entry_is_looked_at_once(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in ("wrong", "source", "unfair"):
        clock.now += 1
        desk.send(kind=kind)
    looked_at: list[str] = []
    really = desk.store.live

    def recorded(entry_id: str) -> Live | Withdrawn | None:
        looked_at.append(entry_id)
        return really(entry_id)

    monkeypatch.setattr(desk.store, "live", recorded)
    monkeypatch.setattr(report_desk, "MAX_COUNTED", 2)
    assert desk.desk.count_waiting() == 2
    assert set(looked_at) == {ID}
    once = len(looked_at)
    looked_at.clear()
    desk.desk.page(limit=2)
    assert len(looked_at) > once


def test_lists_are_filtered(desk: Desk) -> None:
    one, two = desk.send(kind="wrong"), desk.send(kind="unfair")
    desk.desk.assign(one, "ben")
    desk.desk.reject(two, actor="ana", answer="No.")
    page = desk.desk.page
    assert [it.id for it in page(assignee="ben").items] == [one]
    assert [it.id for it in page(states=RESOLVED).items] == [two]
    assert [it.id for it in page(states=("open",)).items] == []
    assert [it.id for it in page(publication="The Paper").items] == [one]
    assert page(publication="Another").items == []
    assert page(entry="ferries").items == []


def test_a_report_is_decided_once(desk: Desk) -> None:
    key = desk.send("It is from 2019.")
    with pytest.raises(InvalidRequest, match="why"):
        desk.desk.reject(key, actor="ana", answer=" ")
    report = desk.desk.reject(key, actor="ana", answer="It is from 2025.").report
    assert (report.state, report.resolved_by, report.answer) == (
        "rejected",
        "ana",
        "It is from 2025.",
    )
    with pytest.raises(InvalidRequest, match="ana"):
        desk.desk.uphold(key, actor="ben")
    with pytest.raises(InvalidRequest, match="ana"):
        desk.desk.assign(key, "ben")
    assert desk.upheld() == 0


def test_the_panel_counts_what_was_upheld(desk: Desk) -> None:
    first, second = desk.send(kind="wrong"), desk.send(kind="unfair")
    desk.desk.uphold(first, actor="ana")
    assert desk.upheld() == 1
    desk.desk.uphold(second, actor="ana")
    assert desk.upheld() == 2
    assert desk.report(first).counted


def test_a_count_that_a_process_left_undone_is_made_up_for_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = desk.send()

    def stop(*_: object, **__: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(report_counting, "count", stop)
        with pytest.raises(KeyboardInterrupt):
            desk.desk.uphold(key, actor="ana")
    assert (desk.report(key).state, desk.upheld()) == ("upheld", 0)
    desk.removal.run()
    assert desk.upheld() == 1
    # It may also end between the revision and the mark.
    desk.reports.update(key, lambda it: it and it.model_copy(update={"counted": False}))
    desk.removal.run()
    assert desk.upheld() == 1
    assert desk.report(key).counted


def test_what_is_upheld_while_nothing_is_live_counts_when_it_is_again(desk: Desk) -> None:
    key = desk.send()
    desk.store.withdraw(ID, actor="ana", reason="It was wrong.")
    assert desk.desk.uphold(key, actor="ana").report.state == "upheld"
    desk.store.save(sample_entry(), actor="ana")
    desk.store.publish(ID, actor="ana")
    assert desk.upheld() == 0
    desk.removal.run()
    assert desk.upheld() == 1


def test_the_point_is_shown_as_it_was_and_as_it_is(desk: Desk) -> None:
    key = desk.send(point="1-1")
    listed = desk.desk.get(key)
    then = "Sleepers replace short flights."
    assert desk.desk.point(listed).then == then
    assert desk.desk.point(listed).at == "1-1"
    entry = sample_entry()
    groups = [it.model_dump(mode="json") for it in entry.perspectives]
    groups[0]["points"].reverse()
    _publish(desk, perspectives=groups)
    assert (desk.desk.point(listed).at, desk.desk.point(listed).now) == ("1-2", then)
    groups[0]["points"][1]["text"] = "Sleepers replace some flights [1]."
    groups[0]["points"].reverse()
    _publish(desk, perspectives=groups)
    point = desk.desk.point(listed)
    assert (point.then, point.now, point.at) == (then, "Sleepers replace some flights.", "")


def _publish(desk: Desk, **changes: object) -> None:
    desk.store.save(sample_entry(**changes), actor="ana")
    desk.store.publish(ID, actor="ana")


def test_an_answer_goes_to_whoever_wants_one_and_their_addresses_go(desk: Desk) -> None:
    key = desk.send("From 2019.", address="mia@mail.example")
    desk.send("From 2019.", address="Mia@mail.example")
    desk.send("From 2019.", address="ben@mail.example")
    desk.send("From 2019.")
    assert sorted(it.casefold() for it in desk.desk.addresses(key)) == [
        "ben@mail.example",
        "mia@mail.example",
    ]
    post = Post()
    assert desk.desk.answer(key, "It is corrected.", send=post) == 2
    assert {text for _, text in post.sent} == {"It is corrected."}
    assert desk.desk.addresses(key) == []
    assert desk.report(key).answer == "It is corrected."


def test_whoever_got_no_mail_can_be_answered_again(desk: Desk) -> None:
    key = desk.send("From 2019.", address="mia@mail.example")
    with pytest.raises(InsightsError, match="refused"):
        desk.desk.answer(key, "It is corrected.", send=Post("mia@mail.example"))
    assert desk.desk.addresses(key) == ["mia@mail.example"]
    desk.desk.remove_addresses(key)
    assert desk.desk.addresses(key) == []


def test_addresses_go_after_their_time(desk: Desk, clock: Clock) -> None:
    key = desk.send("From 2019.", address="mia@mail.example")
    clock.now += (ADDRESS_DAYS - 1) * DAY
    desk.removal.run()
    assert desk.desk.addresses(key) == ["mia@mail.example"]
    clock.now += 2 * DAY
    desk.removal.run()
    assert desk.desk.addresses(key) == []


def test_reports_go_after_their_time_and_of_upheld_ones_the_texts(desk: Desk, clock: Clock) -> None:
    waiting, rejected = desk.send("One text."), desk.send("Another one.", kind="unfair")
    upheld = desk.send("A third.", kind="offensive")
    desk.desk.reject(rejected, actor="ana", answer="No.")
    desk.desk.uphold(upheld, actor="ana", answer="Yes.")
    clock.now += (REPORT_DAYS - 1) * DAY
    desk.removal.run()
    assert desk.report(waiting).statements
    clock.now += 2 * DAY
    desk.removal.run()
    assert [desk.reports.get(it) for it in (waiting, rejected)] == [None, None]
    assert desk.report(upheld).statements == ()
    assert desk.upheld() == 1


def forget(desk: Desk) -> None:
    report_removal.forget(desk.documents, ID)


def later(desk: Desk) -> None:
    forget_withdrawn(desk.store, desk.documents)


@pytest.mark.parametrize("remove", [forget, later])
def test_a_withdrawal_for_legal_reasons_takes_the_texts_along(
    desk: Desk, remove: Callable[[Desk], None]
) -> None:
    key = desk.send("They quote: Sleepers replace short flights.", address="mia@mail.example")
    other = desk.send("Kept.", kind="unfair")
    desk.desk.reject(other, actor="ana", answer="They quote: Sleepers replace flights.")
    desk.store.withdraw(ID, actor="ana", reason="", legal=True)
    for listed in desk.desk.page(states=("open", "rejected")).items:
        assert listed.legal
        assert (listed.title, listed.report.statements, listed.report.answer) == ("", (), "")
        assert desk.desk.point(listed).then == ""
    remove(desk)
    stored = "".join(
        it.body
        for name in ("reports", "report-addresses")
        for it in desk.documents.page(name, limit=99)
    )
    assert "Sleepers" not in stored
    assert "mia@" not in stored
    assert desk.report(key).digest == ""


def test_a_withdrawal_for_other_reasons_leaves_them(desk: Desk) -> None:
    key = desk.send("From 2019.", address="mia@mail.example")
    desk.store.withdraw(ID, actor="ana", reason="It was wrong.")
    desk.removal.run()
    forget_withdrawn(desk.store, desk.documents)
    assert desk.report(key).statements
    assert desk.desk.addresses(key)


def test_what_is_no_report_is_not_found(desk: Desk) -> None:
    for name in ("", ID, f"{ID}.0123456789abcdef", "../x", "x" * 500):
        with pytest.raises(NotFound):
            desk.desk.get(name)
