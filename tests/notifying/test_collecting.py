"""Which revisions become events, for whom, and that none is lost or doubled, on both stores."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from notifying_support import settings_for
from samples import PAPER, PUBLICATION, sample_entry

from widget.accounts import open_accounts
from widget.app import rules
from widget.config import Publication, Settings
from widget.editorial.actors import draft_actor, schedule_actor
from widget.editorial.remarks import Remark
from widget.editorial.service import Editorial
from widget.errors import StoreUnavailable
from widget.notifying.collector import Collector
from widget.notifying.listing import Notifications
from widget.notifying.notifier import Notifier
from widget.notifying.outbox import open_outbox
from widget.notifying.protocol import NotificationOutbox
from widget.notifying.scanner import Scanner
from widget.store import (
    Approval,
    DeskAction,
    Draft,
    Live,
    Step,
    Store,
    Withdrawn,
    Workflow,
    document_digest,
    open_store,
)

ID = "night-trains"
OTHER = Publication(name="The Other", origins=("https://other.example",), review="optional")


def receiver(name: str = "room", **more: object) -> dict[str, object]:
    return {"name": name, "kind": "slack", "url": "http://127.0.0.1:1/hook", **more}


@pytest.fixture(
    params=[
        pytest.param("dir", marks=pytest.mark.unit),
        pytest.param("postgres", marks=pytest.mark.database),
    ]
)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "dir":
        return f"dir:{tmp_path / 'data'}"
    return str(request.getfixturevalue("database_url"))


@pytest.fixture
def settings(store_url: str) -> Settings:
    return settings_for(store_url, receiver(), publications=[PUBLICATION, OTHER])


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened = open_store(settings.store, rules(settings))
    yield opened
    opened.close()


@pytest.fixture
def outbox(settings: Settings, store: Store) -> Iterator[NotificationOutbox]:
    del store  # makes the folder or the tables
    with ExitStack() as stack:
        outbox = open_outbox(settings.store)
        if not settings.store.startswith("dir:"):
            from widget.storage.postgres import release

            stack.callback(release, outbox.database)  # type: ignore[attr-defined]
        yield outbox


def collected(store: Store, outbox: NotificationOutbox, settings: Settings) -> Collector:
    collector = Collector(store, outbox, settings)
    collector.begin()
    return collector


def events(outbox: NotificationOutbox, entry_id: str = ID) -> list[tuple[int, str]]:
    record = outbox.get(entry_id)
    return [(it.event.revision, it.event.type) for it in record.notifications] if record else []


def record(store: Store, action: DeskAction, actor: str, **changes: object) -> None:
    """Append a desk action that changes the workflow as given."""

    def plan(draft: Draft | None, live: Live | Withdrawn | None, workflow: Workflow) -> Step:
        del draft, live
        return Step(workflow.model_copy(update=changes))

    store.change_workflow(ID, action, plan, actor=actor, note=f"{action} it")


def test_a_review_with_comments_is_one_event_that_has_them(
    store: Store, outbox: NotificationOutbox, settings: Settings
) -> None:
    collector = collected(store, outbox, settings)
    editorial = Editorial(store, settings)
    store.save(sample_entry(), actor="ana")
    given = [Remark("Who says so?", "$.sources[0]"), Remark("Shorter, please.")]
    editorial.review.return_(ID, actor="ben", note="Nearly there.", comments=given)
    collector.collect(ID)
    assert events(outbox) == [(2, "returned")]
    found = outbox.get(ID)
    assert found is not None
    assert found.notifications[0].event.note == (
        "Nearly there.\n\n> Who sleeps on trains\nWho says so?\n\nShorter, please."
    )
    editorial.comments.add_all(ID, given, actor="ben")
    collector.collect(ID)
    assert events(outbox) == [(2, "returned"), (3, "commented")]


def test_every_action_that_persons_wait_for_is_an_event_and_no_other(
    store: Store, outbox: NotificationOutbox, settings: Settings
) -> None:
    collector = collected(store, outbox, settings)
    entry = sample_entry()
    store.save(entry, actor="ana")
    record(store, "assign", "ben", assignee="cem", due=date(2026, 5, 1))
    record(store, "submit", "ana", submitted_by="ana")
    record(store, "comment", "ben", open_comments=1)
    record(store, "resolve", "ana", open_comments=0)
    record(store, "return", "ben", returned_by="ben", submitted_by=None)
    store.save(entry, actor=draft_actor("ana", "quill"))
    record(store, "submit", "ana", submitted_by="ana")
    approval = Approval(
        reviewer="ben",
        role="publisher",
        proof="session",
        at=datetime.now(UTC),
        digest=document_digest(entry),
    )
    record(store, "approve", "ben", approvals=(approval,))
    record(store, "schedule", "ben", publish_at=datetime.now(UTC) + timedelta(days=1))
    store.publish(ID, actor="cem")
    store.withdraw(ID, actor="cem", reason="Wrong.")
    store.save(entry, actor="ana")
    store.discard(ID, actor="ana")
    collector.collect(ID)
    assert events(outbox) == [
        (3, "submitted"),
        (4, "commented"),
        (6, "returned"),
        (7, "draft-run-finished"),
        (8, "submitted"),
        (9, "approved"),
        (11, "published"),
        (12, "withdrawn"),
    ]
    found = outbox.get(ID)
    assert found
    assert found.read == 14
    assert [it.event.note for it in found.notifications][1] == "comment it"
    assert [it.event.note for it in found.notifications][-1] == "Wrong."
    concerned = {it.event.revision: it.event.persons for it in found.notifications}
    assert concerned[3] == ("cem",), "the person who acts is not told"
    assert concerned[6] == ("ana", "cem")
    assert concerned[9] == ("ana", "cem")
    assert concerned[7] == ("ana", "cem"), "who asked for a draft is told"
    assert concerned[11] == ("ana",), "the state of the draft is that before it was published"


def test_who_planned_a_publication_is_told_that_it_was_made(
    store: Store, outbox: NotificationOutbox, settings: Settings
) -> None:
    collector = collected(store, outbox, settings)
    store.save(sample_entry(), actor="ana")
    store.publish(ID, actor=schedule_actor("ben"))
    collector.collect(ID)
    found = outbox.get(ID)
    assert found
    assert found.notifications[0].event.persons == ("ana", "ben")


def test_events_go_to_those_who_ask_for_them(
    store_url: str, store: Store, outbox: NotificationOutbox
) -> None:
    settings = settings_for(
        store_url,
        receiver("all"),
        receiver("withdrawals", events=["withdrawn"]),
        receiver("other-paper", publications=["The Other"]),
        receiver("for-ana", persons=["Ana"]),
        receiver("for-ben", persons=["ben", "cem"]),
        publications=[PUBLICATION, OTHER],
    )
    collector = collected(store, outbox, settings)
    store.save(sample_entry(), actor="ana (token ci)")
    store.publish(ID, actor="ben")
    store.withdraw(ID, actor="ben", reason="Wrong.")
    elsewhere = {"article__url": "https://other.example/a", "article__aliases": []}
    store.save(sample_entry(id="elsewhere", **elsewhere), actor="cem")
    store.publish("elsewhere", actor="ana")
    asked = {}
    for entry_id in (ID, "elsewhere"):
        collector.collect(entry_id)
        found = outbox.get(entry_id)
        assert found
        for it in found.notifications:
            asked[it.event.type, entry_id] = [one.receiver for one in it.deliveries]
    assert asked == {
        ("published", ID): ["all", "for-ana"],
        ("withdrawn", ID): ["all", "withdrawals"],
        ("published", "elsewhere"): ["all", "other-paper", "for-ben"],
    }


def test_no_event_of_an_entry_reaches_who_does_not_work_for_its_publication(
    store_url: str, store: Store, outbox: NotificationOutbox
) -> None:
    settings = settings_for(
        store_url, receiver("for-ana", persons=["ana"]), publications=[PUBLICATION, OTHER]
    )
    accounts = open_accounts(store_url, create=False)
    accounts.add_user("ana", "editor", publications=[PUBLICATION.name])
    collector, editorial = collected(store, outbox, settings), Editorial(store, settings)

    def comment(text: str) -> None:
        editorial.comments.add(ID, actor="ben", text=text)
        collector.collect(ID)

    store.save(sample_entry(), actor="ana")
    record(store, "assign", "ben", assignee="ana")
    comment("Hers.")
    moved = {"article__url": "https://other.example/a", "article__aliases": []}
    store.save(sample_entry(**moved), actor="ben")
    comment("Of another publication.")
    accounts.set_publications("ana", [])
    comment("Of one of all.")
    found = outbox.get(ID)
    assert found is not None
    notes = [it.event.note for it in found.notifications if it.deliveries]
    assert notes == ["Hers.", "Of one of all."]


def test_what_is_older_than_the_switch_is_no_event_and_what_follows_is(
    store: Store, outbox: NotificationOutbox, settings: Settings
) -> None:
    store.save(sample_entry(), actor="ana")
    store.publish(ID, actor="ben")
    collector = collected(store, outbox, settings)
    collector.collect(ID)
    assert outbox.get(ID) is None
    store.withdraw(ID, actor="ben", reason="Wrong.")
    collector.collect(ID)
    assert events(outbox) == [(3, "withdrawn")]


def test_a_history_that_is_copied_from_another_store_is_no_event(
    store: Store, outbox: NotificationOutbox, settings: Settings
) -> None:
    collector = collected(store, outbox, settings)
    store.save(sample_entry(id="a", article__url=f"{PAPER}/a", article__aliases=[]), actor="ana")
    (own,) = store.history("a")
    entry = sample_entry()
    old = datetime(2025, 1, 1, tzinfo=UTC)
    for number, action in enumerate(("save", "publish"), 1):
        store.adopt(replace(own, number=number, at=old, action=action, entry=entry))
    collector.collect(ID)
    assert events(outbox) == []


def test_a_scan_finds_what_no_process_has_collected_and_nothing_twice(
    store: Store, outbox: NotificationOutbox, settings: Settings
) -> None:
    scanner = Scanner(store, collected(store, outbox, settings))
    store.save(sample_entry(), actor="ana")
    store.publish(ID, actor="ben")
    scanner.step()
    assert events(outbox) == [(2, "published")]
    first = outbox.get(ID)
    Scanner(store, collected(store, outbox, settings)).step()
    assert outbox.get(ID) == first


def test_processes_that_collect_at_once_record_each_event_once(
    store: Store, outbox: NotificationOutbox, settings: Settings
) -> None:
    collectors = [collected(store, outbox, settings) for _ in range(4)]
    store.save(sample_entry(), actor="ana")
    for _ in range(3):
        store.publish(ID, actor="ben")
        store.withdraw(ID, actor="ben", reason="Wrong.")
        store.save(sample_entry(), actor="ana")
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda it: it.collect(ID), collectors))
    assert [number for number, _ in events(outbox)] == [2, 3, 5, 6, 8, 9]
    assert len({it.entry for it in Notifications(outbox).pending()}) == 1


def test_an_entry_that_was_set_back_is_told_of_again_from_there(
    store: Store, outbox: NotificationOutbox, settings: Settings
) -> None:
    collector = collected(store, outbox, settings)
    store.save(sample_entry(), actor="ana")
    store.publish(ID, actor="ben")
    collector.collect(ID)
    outbox.update(ID, lambda it: it.model_copy(update={"read": 5}) if it else pytest.fail("none"))
    collector.collect(ID)
    assert events(outbox) == [(2, "published")]
    store.withdraw(ID, actor="ben", reason="Wrong.")
    collector.collect(ID)
    assert events(outbox) == [(2, "published"), (3, "withdrawn")]


@pytest.mark.unit
def test_noticing_a_change_touches_neither_store_nor_outbox(tmp_path: Path) -> None:
    settings = settings_for(f"dir:{tmp_path / 'data'}", receiver())
    store = open_store(settings.store, rules(settings))
    revision = store.save(sample_entry(), actor="ana")
    (tmp_path / "data" / "notifications").write_text("in the way")
    outbox = open_outbox(settings.store)
    with pytest.raises(StoreUnavailable):
        outbox.begin()
    notifier = Notifier(store, Collector(store, outbox, settings), outbox, [])
    store.close()
    notifier.changed(revision)  # raises nothing
