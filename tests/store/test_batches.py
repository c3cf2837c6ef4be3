"""Changes of many entries at once end where the same changes one by one do, in every store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from store_support import OpenStore, entry, rules

from widget.entry import Entry
from widget.errors import Breach, Conflict, InvalidEntry
from widget.store import (
    Action,
    Live,
    Query,
    Revision,
    Rules,
    Store,
    StoredEntry,
    Workflow,
    open_store,
)
from widget.store.workflow import Approval, document_digest

URL = "https://harborcourier.example/opinion/{}"
AT = datetime(2020, 2, 29, 12, 0, 0, 123000, UTC)

STORIES: dict[str, list[tuple[Action, str]]] = {
    "a-draft": [("save", "1")],
    "discarded": [("save", "1"), ("discard", "1")],
    "published": [("save", "1"), ("publish", "1")],
    "again": [("save", "1"), ("publish", "1"), ("save", "2"), ("publish", "2"), ("save", "3")],
    "withdrawn": [("save", "1"), ("publish", "1"), ("save", "2"), ("withdraw", "1")],
}


def history(entry_id: str, story: list[tuple[Action, str]], **changes: object) -> list[Revision]:
    return [
        Revision(
            number,
            AT + timedelta(minutes=number),
            "ana",
            action,
            f"é {number}",
            entry(entry_id, title=title, **changes),
        )
        for number, (action, title) in enumerate(story, 1)
    ]


def stories() -> list[list[Revision]]:
    return [history(*it) for it in STORIES.items()]


def seen(store: Store) -> dict[str, object]:
    """Return all that a store shows."""
    ids = store.ids()
    found: dict[str, object] = {
        "rows": store.rows(Query(sort="id"), limit=99),
        "counts": store.counts(Query()),
        "found": store.counts(Query(search="ferry")).found,
        "heads": store.heads(),
        "owners": {it: store.find(URL.format(it)) for it in ids},
    }
    for entry_id in ids:
        live, draft = store.live(entry_id), store.draft(entry_id)
        found[entry_id] = (live, draft, store.history(entry_id))
    return found


def test_a_batch_leaves_what_single_changes_leave(store: Store, store_url: str) -> None:
    assert store.adopt_all(stories()) == [None] * len(STORIES)
    at_once = seen(store)
    assert store.problems(thorough=True) == []
    again = open_store(store_url, rules)
    assert seen(again) == at_once
    again.close()


@pytest.fixture
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store in which the same is done one by one."""
    store = open_store(f"dir:{tmp_path_factory.mktemp('reference') / 'data'}", rules)
    yield store
    store.close()


@pytest.mark.parametrize("reopened", [False, True])
def test_what_a_batch_left_is_what_one_by_one_leaves(
    reference: Store, store: Store, open_another: OpenStore, reopened: bool
) -> None:
    for revision in sorted((it for each in stories() for it in each), key=lambda it: it.at):
        reference.adopt(revision)
    assert store.adopt_all(stories()) == [None] * len(STORIES)
    assert seen(open_another() if reopened else store) == seen(reference)


def test_what_is_read_at_once_is_what_is_read_one_by_one(store: Store) -> None:
    store.adopt_all(stories())
    found = store.read_many([*STORIES, "nobody"])
    assert found.pop("nobody") == StoredEntry()
    assert list(found) == list(STORIES)
    for entry_id, stored in found.items():
        assert stored.head == store.head(entry_id) == len(STORIES[entry_id])
        assert list(reversed(stored.history)) == store.history(entry_id)
        assert (stored.live, stored.draft) == (store.live(entry_id), store.draft(entry_id))


def test_entries_that_exist_are_continued(store: Store) -> None:
    whole = stories()
    assert store.adopt_all([each[:1] for each in whole]) == [None] * len(whole)
    rest = [each[1:] for each in whole if each[1:]]
    assert store.adopt_all(rest) == [None] * len(rest)
    for each in whole:
        assert store.history(each[0].entry.id) == each[::-1]
    assert isinstance(store.live("published"), Live)


def test_one_refused_entry_keeps_no_other_back_and_leaves_nothing(store: Store) -> None:
    good, bad = stories()[2], history("gap", [("save", "1"), ("publish", "1")])
    bad[1] = replace(bad[1], number=3)
    taker = history(
        "taker", [("save", "1"), ("publish", "1")], article={"url": URL.format("published")}
    )
    refusals = store.adopt_all([good, bad, taker])
    assert refusals[0] is None
    assert isinstance(refusals[1], Conflict)
    assert isinstance(refusals[2], InvalidEntry)
    assert "'published'" in str(refusals[2])
    assert store.ids() == ["published"]
    assert store.find(URL.format("published")) == "published"


def test_a_url_passes_from_one_entry_to_another_within_a_batch(store: Store) -> None:
    first = history("first", [("save", "1"), ("publish", "1")], article={"url": URL.format("x")})
    moved = entry("first", article={"url": URL.format("y")})
    first += [
        Revision(3, AT + timedelta(hours=1), "ana", "save", "", moved),
        Revision(4, AT + timedelta(hours=1), "ana", "publish", "", moved),
    ]
    second = history("second", [("save", "1"), ("publish", "1")], article={"url": URL.format("x")})
    assert store.adopt_all([first, second]) == [None, None]
    assert [store.find(URL.format(it)) for it in "xy"] == ["second", "first"]


def approved(document: Entry) -> Workflow:
    proof = Approval(
        reviewer="ben", role="editor", proof="session", at=AT, digest=document_digest(document)
    )
    return Workflow(approvals=(proof,), saved_by="ana")


def test_nothing_is_live_without_the_approvals_it_needs(store_url: str) -> None:
    strict = Rules(
        rules.content, lambda _, approvals, __: [] if approvals else [Breach("$", "not approved")]
    )
    store = open_store(store_url, strict)
    bare = history("bare", [("save", "1"), ("publish", "1")])
    good = history("good", [("save", "1"), ("approve", "1"), ("publish", "1")])
    workflow = approved(good[1].entry)
    good[1] = replace(good[1], workflow=workflow)
    changed = history("changed", [("save", "1"), ("approve", "1"), ("publish", "2")])
    changed[1] = replace(changed[1], workflow=approved(changed[1].entry))
    refusals = store.adopt_all([bare, good, changed])
    assert [refusal and str(refusal) for refusal in refusals] == [
        "$: not approved",
        None,
        "$: not approved",
    ]
    assert store.ids() == ["good"]
    put = store.put_all([entry("by-import")], actor="ana", publish=True, prepare=lambda it, _: it)
    assert [str(it) for it in put] == ["$: not approved"]
    assert store.ids() == ["good"]
    store.close()


@pytest.mark.parametrize("publish", [False, True])
def test_entries_put_at_once_are_as_those_put_one_by_one(
    reference: Store, store: Store, publish: bool
) -> None:
    entries = [entry(f"e{number}") for number in range(4)]
    entries.append(entry("e1", title="Once more"))  # the same entry twice
    for each in entries:
        reference.save(each, actor="ana", note="Imported.")
        if publish:
            reference.publish(each.id, actor="ana", note="Imported.")
    put = store.put_all(
        entries, actor="ana", note="Imported.", publish=publish, prepare=lambda it, _: it
    )
    assert put == [None] * 5
    for entry_id in reference.ids():
        expected, found = reference.history(entry_id), store.history(entry_id)
        assert [replace(it, at=AT) for it in found] == [replace(it, at=AT) for it in expected]
    assert store.ids() == reference.ids()
    again = store.put_all([entry("e2", title="Later")], actor="ben", prepare=lambda it, _: it)
    assert again == [None]
    assert store.head("e2") == reference.head("e2") + 1


def test_an_entry_that_breaks_a_rule_is_not_even_saved(store: Store) -> None:
    entries = [entry("good"), entry("bad", title="")]
    refusals = store.put_all(entries, actor="ana", publish=True, prepare=lambda it, _: it)
    assert refusals[0] is None
    assert isinstance(refusals[1], InvalidEntry)
    assert store.ids() == ["good"]


def test_what_a_batch_appends_is_told(store_url: str) -> None:
    notified: list[Revision] = []
    listening = open_store(store_url, rules, notified.append)
    listening.adopt_all(stories())
    assert notified == [it for each in stories() for it in each]
    listening.close()
