"""What every store promises (widget/store/protocol.py), run over each implementation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from contract_support import ID, published, shown
from store_support import OpenStore, entry, rules

from widget.errors import Conflict, InvalidEntry, InvalidSettings, NotFound
from widget.store import Live, Store, Withdrawn, open_store

# An empty store


def test_an_empty_store_knows_nothing(store: Store) -> None:
    assert store.live(ID) is None
    assert store.draft(ID) is None
    assert store.find("https://harborcourier.example/opinion/ferry-fares") is None
    assert store.ids() == []
    assert store.head(ID) == 0
    assert store.history(ID) == []
    assert store.problems() == []
    with pytest.raises(NotFound):
        store.revision(ID, 1)


@pytest.mark.parametrize(
    "odd", ["", "../ferry", "Ferry", "a\n", "a/b", ".", "-a", "a" * 81, "a\0", "é"]
)
def test_what_can_be_no_id_is_simply_not_there(store: Store, odd: str) -> None:
    assert store.live(odd) is None
    assert store.draft(odd) is None
    assert store.head(odd) == 0
    assert store.history(odd) == []
    for change in (store.publish, store.discard, store.withdraw):
        with pytest.raises(NotFound):
            change(odd, actor="ana")
    with pytest.raises(NotFound):
        store.revision(odd, 1)


def test_what_is_no_address_is_found_nowhere(store: Store) -> None:
    published(store)
    for url in ("", "ferry-fares", "ftp://harborcourier.example/", "https://[", "\0"):
        assert store.find(url) is None


@pytest.mark.unit
@pytest.mark.parametrize("url", ["", "dir:", "ferry", "sqlite:///x", "dir:\0", "DIR:x"])
def test_a_url_that_names_no_store_is_refused_with_what_is_accepted(url: str) -> None:
    with pytest.raises(InvalidSettings, match="dir:PATH"):
        open_store(url, rules)


# Each action


def test_a_saved_draft_is_no_ones_to_read(store: Store) -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    revision = store.save(entry(), actor="ana", note="first")
    draft = store.draft(ID)
    assert draft is not None
    assert (draft.entry, draft.revision, draft.actor) == (entry(), 1, "ana")
    assert (revision.number, revision.action, revision.note) == (1, "save", "first")
    assert before <= revision.at <= datetime.now(UTC)
    assert draft.at == revision.at
    assert store.live(ID) is None
    assert store.find(entry().article.url) is None
    assert (store.ids(), store.head(ID)) == ([ID], 1)


def test_publishing_makes_the_draft_live_and_drops_it(store: Store) -> None:
    store.save(entry(), actor="ana")
    revision = store.publish(ID, actor="ben", note="go")
    live = shown(store)
    assert (live.entry, live.revision, live.at) == (entry(), 2, revision.at)
    assert (revision.action, revision.actor, revision.note) == ("publish", "ben", "go")
    assert store.draft(ID) is None


def test_a_draft_beside_a_live_entry_changes_nothing_for_readers(store: Store) -> None:
    published(store)
    before = shown(store)
    store.save(entry(title="Other"), actor="ana")
    assert shown(store) == before


def test_discarding_drops_the_draft_and_keeps_it_in_the_history(store: Store) -> None:
    published(store)
    store.save(entry(title="Other"), actor="ana")
    revision = store.discard(ID, actor="cem", note="no")
    assert (revision.action, revision.entry.article.title) == ("discard", "Other")
    assert store.draft(ID) is None
    assert shown(store).entry == entry()


def test_withdrawing_leaves_a_notice_with_the_public_reason(store: Store) -> None:
    published(store)
    revision = store.withdraw(ID, actor="ana", reason="It was wrong.", legal=True)
    assert store.live(ID) == Withdrawn(
        id=ID,
        language="en",
        article_url=entry().article.url,
        article_title="Make the ferry free",
        revision=3,
        at=revision.at,
        reason="It was wrong.",
        legal=True,
    )
    assert (revision.legal, revision.note, revision.entry) == (True, "It was wrong.", entry())
    assert store.history(ID)[0] == revision
    assert store.find(entry().article.url) == ID


def test_withdrawing_keeps_the_draft(store: Store) -> None:
    published(store)
    store.save(entry(title="Better"), actor="ana")
    store.withdraw(ID, actor="ana")
    draft = store.draft(ID)
    assert draft is not None
    assert draft.entry.article.title == "Better"
    assert isinstance(store.live(ID), Withdrawn)


def test_a_withdrawn_entry_can_be_published_again(store: Store) -> None:
    published(store)
    store.withdraw(ID, actor="ana")
    store.save(entry(title="Better"), actor="ana")
    assert isinstance(store.live(ID), Withdrawn)
    store.publish(ID, actor="ana")
    assert shown(store).entry.article.title == "Better"


def test_the_same_document_can_be_published_again(store: Store) -> None:
    published(store)
    first = shown(store)
    published(store)
    assert shown(store).revision == 4
    assert shown(store).digest == first.digest


def test_the_digest_changes_with_the_document(store: Store) -> None:
    published(store)
    first = shown(store).digest
    published(store, title="Other")
    assert shown(store).digest != first
    assert len(first) == 64


def test_what_is_not_there_cannot_be_published_discarded_or_withdrawn(store: Store) -> None:
    for change in (store.publish, store.discard, store.withdraw):
        with pytest.raises(NotFound):
            change(ID, actor="ana")
    published(store)
    for change in (store.publish, store.discard):
        with pytest.raises(NotFound):
            change(ID, actor="ana")
    store.withdraw(ID, actor="ana")
    with pytest.raises(NotFound):
        store.withdraw(ID, actor="ana")
    assert store.head(ID) == 3


def test_the_history_is_complete_and_newest_first(store: Store) -> None:
    published(store)
    store.save(entry(title="Other"), actor="ana")
    store.discard(ID, actor="ana")
    store.withdraw(ID, actor="ana")
    history = store.history(ID)
    assert [revision.action for revision in history] == [
        "withdraw",
        "discard",
        "save",
        "publish",
        "save",
    ]
    assert [revision.number for revision in history] == [5, 4, 3, 2, 1]
    assert [store.revision(ID, revision.number) for revision in history] == history
    with pytest.raises(NotFound):
        store.revision(ID, 6)


def test_notes_and_actors_of_any_script_come_back_as_they_were(store: Store) -> None:
    note = 'Œ "quoted" \\ \n \u2028 \U0001f6a2 "entry": {'
    revision = store.save(entry(title="Fähre 🚢 لماذا"), actor="Ünal", note=note)
    assert store.history(ID) == [revision]
    assert store.revision(ID, 1).note == note


def test_several_entries_do_not_touch_each_other(store: Store) -> None:
    published(store, "one")
    published(store, "two")
    store.save(entry("three"), actor="ana")
    store.withdraw("one", actor="ana")
    assert isinstance(store.live("one"), Withdrawn)
    assert isinstance(store.live("two"), Live)
    assert store.ids() == ["one", "three", "two"]
    assert (store.head("one"), store.head("two"), store.head("three")) == (3, 2, 1)


# Rules and addresses


def test_what_breaks_the_rules_is_not_published_and_all_of_it_is_listed(store: Store) -> None:
    published(store, "other")
    twice = entry(title="", article={"aliases": ["https://harborcourier.example/opinion/other"]})
    store.save(twice, actor="ana")
    with pytest.raises(InvalidEntry) as caught:
        store.publish(ID, actor="ana")
    assert [breach.path for breach in caught.value.breaches] == [
        "$.article.title",
        "$.article.aliases[0]",
    ]
    assert "'other'" in caught.value.breaches[1].message
    assert store.live(ID) is None
    assert store.head(ID) == 1
    assert store.draft(ID) is not None


@pytest.mark.parametrize("taken_down", [False, True])
def test_an_address_belongs_to_one_live_or_withdrawn_entry(store: Store, taken_down: bool) -> None:
    published(store, article={"aliases": ["https://harborcourier.example/short"]})
    if taken_down:
        store.withdraw(ID, actor="ana")
    store.save(
        entry("other", article={"url": "http://www.HarborCourier.example/short/?utm_source=x"}),
        actor="ana",
    )
    with pytest.raises(InvalidEntry) as caught:
        store.publish("other", actor="ana")
    assert [breach.path for breach in caught.value.breaches] == ["$.article.url"]


def test_an_address_is_free_again_once_its_entry_has_another(store: Store) -> None:
    published(store, article={"url": "https://harborcourier.example/first"})
    published(store, article={"url": "https://harborcourier.example/second"})
    published(store, "other", article={"url": "https://harborcourier.example/first"})
    assert store.find("https://harborcourier.example/first") == "other"
    assert store.find("https://harborcourier.example/second") == ID


def test_an_entry_is_found_by_every_spelling_of_its_addresses(store: Store) -> None:
    published(store, article={"aliases": ["https://harborcourier.example/short?id=1"]})
    for url in (
        "http://www.harborcourier.example/opinion/ferry-fares/",
        "https://HARBORCOURIER.example/opinion/ferry-fares?utm_medium=mail#top",
        "https://harborcourier.example/short?fbclid=2&id=1",
    ):
        assert store.find(url) == ID
    assert store.find("https://harborcourier.example/short?id=2") is None


# Conflicts


def test_whoever_comes_second_learns_who_came_first(store: Store) -> None:
    store.save(entry(), actor="ana", head=0)
    with pytest.raises(Conflict, match="ana came first") as caught:
        store.save(entry(title="Mine"), actor="ben", head=0)
    assert caught.value.head == 1
    draft = store.draft(ID)
    assert draft is not None
    assert draft.actor == "ana"


def test_every_change_compares_the_head(store: Store) -> None:
    published(store)
    store.save(entry(title="Other"), actor="ana")
    for change in (store.publish, store.discard, store.withdraw):
        with pytest.raises(Conflict) as caught:
            change(ID, actor="ben", head=2)
        assert caught.value.head == 3
    assert store.head(ID) == 3
    assert store.publish(ID, actor="ben", head=3).number == 4


def test_without_a_head_a_change_applies_to_whatever_is_newest(store: Store) -> None:
    assert [store.save(entry(), actor="ana").number for _ in range(3)] == [1, 2, 3]


def test_of_two_stores_with_the_same_head_one_wins(store: Store, open_another: OpenStore) -> None:
    other = open_another()
    store.save(entry(), actor="ana", head=0)
    with pytest.raises(Conflict):
        other.save(entry(), actor="ben", head=0)
