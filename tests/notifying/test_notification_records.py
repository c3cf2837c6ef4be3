"""What the record of an entry becomes: order, attempts, pauses, and what stays listed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widget.notifying.events import Event
from widget.notifying.record import (
    MAX_DELIVERED,
    PAUSES,
    Due,
    EntryRecord,
    Outdated,
)

pytestmark = pytest.mark.unit

BOTH = ("desk", "hook")


def event(revision: int) -> Event:
    return Event.model_validate(
        {
            "type": "published",
            "entry": "night-trains",
            "revision": revision,
            "at": f"2026-03-02T08:{revision % 60:02}:00Z",
            "title": "Bring the night trains back",
            "url": "https://paper.example/opinion/night-trains",
            "publication": "The Paper",
            "actor": "ben",
        }
    )


def recorded(*revisions: int, receivers: tuple[str, ...] = BOTH) -> EntryRecord:
    events = [(event(number), receivers) for number in revisions]
    return EntryRecord(read=0).extended(max(revisions), events)


def due(record: EntryRecord, receiver: str, now: float = 0) -> Due:
    found = record.due(receiver, now)
    assert found
    return found


def attempted(record: EntryRecord, receiver: str, now: float) -> tuple[EntryRecord, Due]:
    found = due(record, receiver, now)
    return record.begun(found, now, now + 10), found


def test_each_receiver_gets_the_events_in_order_and_for_itself() -> None:
    record = recorded(1, 2, 3)
    seen = []
    for now in range(3):
        record, found = attempted(record, "hook", now)
        seen.append(found.event.revision)
        record = record.confirmed(found.delivery.id, now)
    assert seen == [1, 2, 3]
    assert record.due("hook", 1e9) is None
    assert due(record, "desk").event.revision == 1
    assert record.pending


def test_an_event_waits_until_the_one_before_is_confirmed_or_given_up() -> None:
    record, first = attempted(recorded(1, 2), "hook", 0)
    record = record.refused(first.delivery.id, 0, "status 500")
    assert record.due("hook", PAUSES[0] - 0.1) is None
    assert due(record, "hook", PAUSES[0]).event.revision == 1
    record = record.refused(first.delivery.id, 1, "status 410", final=True)
    assert due(record, "hook", 1).event.revision == 2
    assert record.failed


def test_an_attempt_is_begun_once() -> None:
    record = recorded(1)
    record, first = attempted(record, "hook", 0)
    with pytest.raises(Outdated):
        record.begun(first, 5, 15)
    # Its process has ended: nobody has recorded how the attempt did.
    again = record.begun(due(record, "hook", 10), 10, 20)
    confirmed = again.confirmed(first.delivery.id, 11)
    with pytest.raises(Outdated):
        confirmed.begun(first, 30, 40)


def test_what_is_refused_is_tried_after_growing_pauses_and_then_given_up() -> None:
    record, now, pauses = recorded(1, receivers=("hook",)), 0.0, []
    while record.pending:
        record, attempt = attempted(record, "hook", now)
        record = record.refused(attempt.delivery.id, now, "status 500")
        (delivery,) = record.deliveries
        if delivery.state == "pending":
            pauses.append(delivery.due - now)
            now = delivery.due
    assert pauses == list(PAUSES)
    assert sorted(pauses) == pauses
    assert pauses[0] <= 2
    assert 86_400 <= now <= 7 * 86_400
    (delivery,) = record.deliveries
    assert (delivery.state, delivery.trouble, delivery.ended) == ("failed", "status 500", now)
    again = record.retried(now + 1)
    assert due(again, "hook", now + 1).delivery.tries == 0


def test_a_receiver_that_asks_to_wait_is_waited_for() -> None:
    record, attempt = attempted(recorded(1), "hook", 0)
    record = record.refused(attempt.delivery.id, 0, "status 429", wait=500)
    assert record.due("hook", 499) is None
    assert record.due("hook", 500)


def test_a_retry_does_not_touch_an_attempt_that_is_under_way_or_was_confirmed() -> None:
    record, attempt = attempted(recorded(1), "hook", 0)
    assert record.retried(1) == record
    record = record.confirmed(attempt.delivery.id, 2)
    assert record.retried(3) == record


def test_a_retry_may_be_for_one_receiver() -> None:
    record = recorded(1)
    for receiver in BOTH:
        record, attempt = attempted(record, receiver, 0)
        record = record.refused(attempt.delivery.id, 0, "gone", final=True)
    record = record.retried(5, "desk")
    assert record.due("hook", 5) is None
    assert record.due("desk", 5)


def test_what_nobody_asks_for_and_what_is_recorded_already_adds_nothing() -> None:
    record = recorded(1, 2)
    assert record.extended(2, [(event(1), BOTH), (event(2), BOTH)]) == record
    assert record.extended(3, [(event(3), ())]).notifications == record.notifications
    assert record.extended(3, [(event(3), ())]).read == 3
    restored = EntryRecord(read=1, notifications=record.notifications)
    assert restored.extended(2, [(event(2), BOTH)]).notifications == record.notifications


@given(st.lists(st.sampled_from(["delivered", "failed", "pending"]), max_size=60))
def test_what_is_pending_is_never_dropped_and_what_is_delivered_is_bounded(
    ends: list[str],
) -> None:
    revisions = range(1, len(ends) + 1)
    record = recorded(0, *revisions, receivers=("hook",))
    ids = {it.id: end for it, end in zip(list(record.deliveries)[0:], ends, strict=False)}
    for delivery_id, end in ids.items():
        if end == "delivered":
            record = record.confirmed(delivery_id, 1)
        elif end == "failed":
            record = record.refused(delivery_id, 1, "gone", final=True)
    record = record.extended(100, [(event(100), ("hook",))])
    states = [it.state for it in record.deliveries]
    unfinished = [end for end in ends if end != "delivered"]
    assert states.count("delivered") == min(ends.count("delivered"), MAX_DELIVERED)
    assert states.count("failed") == unfinished.count("failed")
    assert states.count("pending") >= unfinished.count("pending") + 1
