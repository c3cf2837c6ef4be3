"""The log of publications, corrections and withdrawals: the same in every store."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from contract_support import ID, published
from log_support import assert_chain, correction, lines, served_digest, summary
from store_support import OpenStore, entry, rules

from widget.errors import Conflict, InvalidEntry
from widget.store import Revision, Store, Workflow, open_store


def test_an_empty_store_has_an_empty_log(store: Store) -> None:
    assert store.log_lines(after=0, limit=10) == []
    assert store.log_changes(limit=10) == []


def test_each_publication_and_withdrawal_has_its_line(store: Store) -> None:
    published(store)
    published(store, title="Another title")
    published(store, corrections=[correction()])
    store.withdraw(ID, actor="ana", reason="Wrong.")
    published(store, corrections=[correction(), correction("And that.")])
    published(store, "tram", "Trams")
    assert summary(store) == [
        (ID, 2, "publish", 0),
        (ID, 4, "publish", 0),
        (ID, 6, "correct", 1),
        (ID, 7, "withdraw", 1),
        (ID, 9, "restore", 2),
        ("tram", 2, "publish", 0),
    ]
    found = lines(store)
    assert_chain(found)
    assert found[3].sha256 == ""
    assert found[4].sha256 == served_digest(store, ID)
    assert found[5].sha256 == served_digest(store, "tram")
    assert not any(it.late for it in found)
    times = [store.revision(it.entry, it.revision).at for it in found]
    assert [it.at for it in found] == times


def test_what_no_reader_sees_has_no_line(store: Store) -> None:
    published(store)
    store.save(entry(title="A draft"), actor="ana")
    store.discard(ID, actor="ana")
    with pytest.raises(Conflict):
        store.withdraw(ID, actor="ana", head=1)
    store.save(entry(article={"title": ""}), actor="ana")
    with pytest.raises(InvalidEntry):
        store.publish(ID, actor="ana")
    assert summary(store) == [(ID, 2, "publish", 0)]


def test_lines_come_in_pages(store: Store) -> None:
    for number in range(7):
        published(store, f"entry-{number}", f"Title {number}")
    pages = [store.log_lines(after=after, limit=3) for after in (0, 3, 6, 7, 10**30)]
    assert [[it.number for it in page] for page in pages] == [[1, 2, 3], [4, 5, 6], [7], [], []]
    assert store.log_lines(after=0, limit=0) == []


def test_changes_are_the_newest_corrections_withdrawals_and_restorations(store: Store) -> None:
    for _ in range(3):
        published(store)
        published(store, corrections=[correction()])
        store.withdraw(ID, actor="ana")
    actions = [(it.number, it.action) for it in store.log_changes(limit=10)]
    assert actions == [
        (9, "withdraw"),
        (8, "correct"),
        (7, "restore"),
        (6, "withdraw"),
        (5, "correct"),
        (4, "restore"),
        (3, "withdraw"),
        (2, "correct"),
    ]
    assert [it.number for it in store.log_changes(limit=2)] == [9, 8]
    assert [it.number for it in store.log_changes(before=8, limit=2)] == [7, 6]
    assert [it.number for it in store.log_changes(before=3, limit=5)] == [2]
    assert store.log_changes(before=0, limit=5) == []


def test_another_process_meets_each_line_at_once(store: Store, open_another: OpenStore) -> None:
    other = open_another()
    for number in range(1, 4):
        published(store, title=f"Title {number}")
        assert len(lines(other)) == 2 * number - 1
        other.withdraw(ID, actor="ana")
        assert len(lines(store)) == 2 * number
    assert_chain(lines(other))


def test_a_batch_has_its_lines_in_the_order_of_its_changes(store: Store) -> None:
    published(store, "first", "First")
    entries = [entry(f"batch-{number}", f"Title {number}") for number in range(20)]
    changed = [*entries, entry("first", "First again", corrections=[correction()])]
    refusals = store.put_all(
        changed, actor="ana", publish=True, prepare=lambda document, _: document
    )
    assert refusals == [None] * len(changed)
    found = lines(store)
    assert_chain(found)
    assert {(it.entry, it.action) for it in found[1:]} == {
        ("first", "correct"),
        *((it.id, "publish") for it in entries),
    }
    assert len(found) == 22
    for line in found[1:]:
        assert line.sha256 == served_digest(store, line.entry)


AT = datetime(2026, 2, 28, 12, 0, 0, 123456, UTC)


def history() -> list[Revision]:
    old, new = entry(title="Old"), entry(title="New", corrections=[correction()])
    saved = Workflow(saved_by="ana")
    return [
        Revision(1, AT, "ana", "save", "", old, workflow=saved),
        Revision(2, AT, "ana", "publish", "", old),
        Revision(3, AT, "ana", "save", "", new, workflow=saved),
        Revision(4, AT, "ana", "publish", "", new),
        Revision(5, AT, "ana", "withdraw", "", new, legal=True),
        Revision(6, AT, "ana", "save", "", new, workflow=saved),
        Revision(7, AT, "ana", "publish", "", new),
    ]


@pytest.mark.parametrize("as_a_whole", [True, False])
def test_what_is_copied_from_another_store_makes_a_chain(store: Store, as_a_whole: bool) -> None:
    published(store, "here", "Here before")
    if as_a_whole:
        assert store.adopt_all([history()]) == [None]
    else:
        for revision in history():
            store.adopt(revision)
    assert summary(store)[1:] == [
        (ID, 2, "publish", 0),
        (ID, 4, "correct", 1),
        (ID, 5, "withdraw", 1),
        (ID, 7, "restore", 1),
    ]
    found = lines(store)
    assert_chain(found)
    assert found[-1].sha256 == served_digest(store, ID)
    assert {it.at for it in found[1:]} == {AT.replace(microsecond=123000)}


def test_the_same_history_has_the_same_hashes_in_every_store(
    store: Store, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = open_store(f"dir:{tmp_path_factory.mktemp('other')}", rules)
    for each in (store, other):
        each.adopt_all([history()])
    ours, theirs = lines(store), lines(other)
    assert [it.sha256 for it in ours] == [it.sha256 for it in theirs]
    assert ours[-1].digest() == theirs[-1].digest()
    other.close()


def test_a_line_tells_nothing_of_the_text(store: Store) -> None:
    published(store, "plain-id", "Zebrafinch", corrections=[correction("Quillwort")])
    store.withdraw("plain-id", actor="ana", reason="Marigold", legal=True)
    text = b"\n".join(it.encode() for it in lines(store)).lower()
    for word in (b"zebrafinch", b"quillwort", b"marigold", b"ana", b"harborcourier"):
        assert word not in text


def test_numbers_have_no_gaps_where_changes_were_refused(store: Store) -> None:
    published(store)
    store.save(entry("other", article={"url": entry().article.url}), actor="ana")
    for _ in range(3):
        with pytest.raises(InvalidEntry):
            store.publish("other", actor="ana")
    published(store, title="Once more")
    found = lines(store)
    assert [b.number - a.number for a, b in pairwise(found)] == [1]


def test_the_log_of_another_store_is_continued_and_its_revisions_have_no_second_line(
    store: Store, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = open_store(f"dir:{tmp_path_factory.mktemp('other')}", rules)
    other.adopt_all([history()])
    published(other, "late", "Another")
    copied = lines(other)
    assert not store.adopt_log(copied[1:])
    assert lines(store) == []
    assert store.adopt_log(copied[:2])
    assert store.adopt_log(copied[2:])
    assert not store.adopt_log(copied[2:])
    assert store.adopt_all([history()]) == [None]
    for revision in reversed(other.history("late")):
        store.adopt(revision)
    assert lines(store) == copied
    published(store, "late", "Yet another")
    assert_chain(lines(store))
    assert summary(store)[len(copied) :] == [("late", 4, "publish", 0)]
    other.close()


def test_a_log_of_its_own_is_not_continued_by_that_of_another(
    store: Store, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = open_store(f"dir:{tmp_path_factory.mktemp('other')}", rules)
    published(other, "one", "One")
    published(other, "two", "Two")
    published(store, "here", "Here")
    assert not store.adopt_log(lines(other))
    assert not store.adopt_log(lines(other)[1:])
    assert [it.entry for it in lines(store)] == ["here"]
    other.close()
