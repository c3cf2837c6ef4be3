"""What every store promises to several threads, processes and machines at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from contract_support import ID, published, shown
from store_support import OpenStore, entry, finish, rules, start_python, until

from widget.errors import Conflict, InvalidEntry
from widget.store import UNKNOWN, Live, Store, Withdrawn, open_store


def test_threads_never_lose_an_update(store: Store) -> None:
    def work(name: str) -> int:
        tries = 0
        done = 0
        while done < 5:
            head = store.head(ID)
            tries += 1
            try:
                store.save(entry(title=f"{name} {done}"), actor=name, head=head)
                done += 1
            except Conflict:
                continue
        return tries

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, "abcd"))
    history = store.history(ID)
    assert [revision.number for revision in reversed(history)] == list(range(1, 21))
    titles = {revision.entry.article.title for revision in history}
    assert titles == {f"{name} {count}" for name in "abcd" for count in range(5)}


def test_of_two_threads_that_publish_one_address_one_wins(
    store: Store, open_another: OpenStore
) -> None:
    stores = [store, open_another()]
    for each, name in zip(stores, ("one", "two"), strict=True):
        each.save(entry(name, article={"url": "https://harborcourier.example/same"}), actor="ana")

    def publish(pair: tuple[Store, str]) -> bool:
        try:
            pair[0].publish(pair[1], actor="ana")
        except InvalidEntry:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(publish, zip(stores, ("one", "two"), strict=True))) == [False, True]


def test_readers_in_threads_meet_whole_states_only(store: Store) -> None:
    published(store, title="0")
    stop = False

    def read() -> set[int]:
        seen = set()
        while not stop:
            live = shown(store)
            assert int(live.entry.article.title) * 2 + 2 == live.revision
            seen.add(live.revision)
        return seen

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        for number in range(1, 15):
            published(store, title=str(number))
        stop = True
        assert all(reader.result(10) for reader in readers)


def test_another_store_serves_a_change_within_a_second(
    store: Store, open_another: OpenStore
) -> None:
    other = open_another()
    assert other.live(ID) is None
    published(store)
    until(lambda: isinstance(other.live(ID), Live))
    assert shown(other) == shown(store)
    until(lambda: other.find(entry().article.url) == ID)
    published(store, title="Other")
    until(lambda: shown(other).entry.article.title == "Other")
    store.save(entry(title="Third"), actor="ana")
    until(lambda: other.draft(ID) == store.draft(ID))
    store.withdraw(ID, actor="ana", reason="Wrong.")
    until(lambda: other.live(ID) == store.live(ID))
    assert isinstance(other.live(ID), Withdrawn)
    store.discard(ID, actor="ana")
    until(lambda: other.draft(ID) is None)
    assert other.history(ID) == store.history(ID)
    assert other.ids() == [ID]


def test_what_is_said_at_once_is_so(store: Store, open_another: OpenStore) -> None:
    other, address = open_another(), entry().article.url
    stores = (store, other)

    def says(each: Store) -> bool:
        each.live(ID)
        each.find(address)
        return each.live_cached(ID) == shown(store) and each.find_cached(address) == ID

    def says_nothing_else(each: Store) -> bool:
        return each.live_cached(ID) in (UNKNOWN, store.live(ID))

    for title in ("First", "Second"):
        published(store, title=title)
        for _ in range(50):
            assert says_nothing_else(store)
        until(lambda: says_nothing_else(other))
        for each in stores:
            until(lambda each=each: says(each), within=5)
    store.withdraw(ID, actor="ana", reason="Wrong.")
    assert says_nothing_else(store)
    until(lambda: says_nothing_else(other))
    assert other.find_cached("no address") is None


def test_a_second_withdrawal_elsewhere_is_noticed(store: Store, open_another: OpenStore) -> None:
    published(store)
    store.withdraw(ID, actor="ana", reason="First.")
    other = open_another()
    published(store)
    store.withdraw(ID, actor="ana", reason="Second.")
    until(lambda: other.live(ID) == store.live(ID))


def test_a_store_opened_again_is_the_same(store: Store, open_another: OpenStore) -> None:
    published(store)
    published(store, "other", article={"aliases": ["https://harborcourier.example/short"]})
    store.withdraw("other", actor="ana", reason="Wrong.", legal=True)
    store.save(entry(title="Better"), actor="cem")
    again = open_another()
    for entry_id in (ID, "other"):
        assert again.live(entry_id) == store.live(entry_id)
        assert again.draft(entry_id) == store.draft(entry_id)
        assert again.history(entry_id) == store.history(entry_id)
        assert again.head(entry_id) == store.head(entry_id)
    assert again.ids() == store.ids()
    assert again.find("https://harborcourier.example/short") == "other"
    assert again.problems() == []


@pytest.mark.process
def test_another_process_changes_the_same_store(store: Store, store_url: str) -> None:
    script = (
        "import sys, store_support as s\n"
        "from widget.store import open_store\n"
        "store = open_store(sys.argv[1], s.rules)\n"
        "store.save(s.entry(), actor='cem', head=0)\n"
        "store.publish('ferry-fares', actor='cem', head=1)\n"
    )
    assert store.live(ID) is None
    finish(start_python(script, store_url))
    until(lambda: isinstance(store.live(ID), Live))
    with pytest.raises(Conflict, match="cem"):
        store.save(entry(), actor="ana", head=0)


def test_whoever_asked_is_told_of_each_revision_once_it_is_kept(store_url: str) -> None:
    notified: list[tuple[str, int]] = []
    listening = open_store(store_url, rules, lambda it: notified.append((it.action, it.number)))
    listening.save(entry(), actor="ana")
    listening.publish(ID, actor="ana")
    with pytest.raises(Conflict):
        listening.withdraw(ID, actor="ana", head=1)
    listening.withdraw(ID, actor="ana")
    assert notified == [("save", 1), ("publish", 2), ("withdraw", 3)]
    listening.close()
