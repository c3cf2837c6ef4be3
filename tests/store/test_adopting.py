"""Revisions that another store made, taken over by every store as they are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from store_support import OpenStore, entry, rules

from widget.errors import Conflict, InvalidEntry
from widget.store import Action, Live, Query, Revision, Store, open_store

ID = "ferry-fares"

STORY: list[tuple[Action, str, str, bool]] = [
    ("save", "ana", "1", False),
    ("publish", "file", "2", False),
    ("publish", "ben", "1", False),
    ("save", "ana", "3", False),
    ("withdraw", "file", "1", True),
    ("discard", "ana", "3", False),
    ("save", "ana", "4", False),
    ("publish", "ana", "4", False),
]


def revisions() -> list[Revision]:
    at = datetime(2020, 2, 29, 23, 59, 59, 123000, UTC)
    return [
        Revision(number, at, actor, action, f"note {number}", entry(title=title), legal)
        for number, (action, actor, title, legal) in enumerate(STORY, 1)
    ]


def test_revisions_of_another_store_are_adopted_as_they_are(
    store: Store, open_another: OpenStore
) -> None:
    seen = []
    for revision in revisions():
        store.adopt(revision)
        live, draft = store.live(ID), store.draft(ID)
        seen.append((live and live.revision, draft and draft.revision))
    assert list(reversed(store.history(ID))) == revisions()
    # What a person put into live/ dropped no draft, there as here.
    withdrawn = (5, None)
    assert seen == [(None, 1), (2, 1), (3, None), (3, 4), (5, 4), withdrawn, (5, 7), (8, None)]
    last = store.live(ID)
    assert isinstance(last, Live)
    assert last.at == revisions()[-1].at
    again = open_another()
    assert (again.live(ID), again.history(ID)) == (store.live(ID), store.history(ID))
    assert [row.state for row in again.rows(Query(), limit=9)] == ["live"]
    assert again.problems(thorough=True) == []
    assert store.publish(store.save(entry(), actor="ana").entry.id, actor="ana").number == 10


def test_only_the_next_revision_can_be_adopted(store: Store) -> None:
    first, second, third, *_ = revisions()
    with pytest.raises(Conflict):
        store.adopt(second)
    store.adopt(first)
    for other in (first, third):
        with pytest.raises(Conflict) as caught:
            store.adopt(other)
        assert caught.value.head == 1
    assert store.head(ID) == 1


def test_an_address_of_another_entry_is_not_adopted(store: Store) -> None:
    taken = entry("other", article={"url": "https://harborcourier.example/opinion/ferry-fares"})
    store.save(taken, actor="ana")
    store.publish("other", actor="ana")
    first, second, *_ = revisions()
    store.adopt(first)
    with pytest.raises(InvalidEntry, match="'other'"):
        store.adopt(second)
    assert (store.head(ID), store.live(ID)) == (1, None)


def test_what_is_adopted_is_told(store_url: str) -> None:
    notified: list[Revision] = []
    listening = open_store(store_url, rules, notified.append)
    for revision in revisions():
        listening.adopt(revision)
    assert notified == revisions()
    listening.close()
