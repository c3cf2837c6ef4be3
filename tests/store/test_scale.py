"""What keeps the directory store quick and small among very many entries."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from store_support import document, entry, put, rules, until

from widget.errors import InvalidEntry
from widget.store import Live, Query, Store, Withdrawn, open_store
from widget.store.directory import entry_cache, scanner
from widget.store.directory.store import DirStore

pytestmark = pytest.mark.unit

NAMES = [f"entry-{number}" for number in range(12)]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def files(data: Path) -> DirStore:
    store = open_store(f"dir:{data}", rules)
    assert isinstance(store, DirStore)
    return store


def publish(store: Store, name: str, **more: object) -> None:
    store.save(entry(name, **more), actor="ana")  # type: ignore[arg-type]  # passed on
    store.publish(name, actor="ana")


def rest(store: DirStore) -> None:
    """Wait until nothing that was written is so new that it has to be read again."""
    until(lambda: store.problems() == [] and set(NAMES) <= store._cache._fingerprints.keys())


def test_only_some_entries_are_held_in_memory(
    files: DirStore, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry_cache, "CACHED_ENTRIES", 4)
    for name in NAMES:
        publish(files, name)
    files.withdraw(NAMES[0], actor="ana", reason="Wrong.")
    files.save(entry(NAMES[1], "Draft"), actor="ana")
    rest(files)
    until(lambda: files.live(NAMES[2]) and len(files._cache.entries) <= 5)
    again = open_store(f"dir:{data}", rules)
    for name in NAMES:
        assert files.live(name) == again.live(name)
        assert files.draft(name) == again.draft(name)
        assert files.find(entry(name).article.url) == name
    assert isinstance(files.live(NAMES[0]), Withdrawn)
    assert files.ids() == sorted(NAMES)


def test_what_did_not_change_is_not_read_at_start(
    files: DirStore, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in NAMES:
        publish(files, name)
    files.withdraw(NAMES[0], actor="ana", reason="Wrong.")
    rest(files)
    put(data / "live" / f"{NAMES[5]}.json", document(NAMES[5], "By hand"))
    (data / "live" / f"{NAMES[6]}.json").unlink()
    read: list[tuple[object, str]] = []
    look = entry_cache.EntryCache.update

    def watched(self: entry_cache.EntryCache, entry_id: str, **more: object) -> object:
        read.append((self, entry_id))
        return look(self, entry_id, **more)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(entry_cache.EntryCache, "update", watched)
    again = open_store(f"dir:{data}", rules)
    # Stores of other tests may be closing yet.
    own = {entry_id for cache, entry_id in read if cache is again._cache}
    assert own == {NAMES[5], NAMES[6]}
    live = again.live(NAMES[5])
    assert isinstance(live, Live)
    assert live.entry.article.title == "By hand"
    assert isinstance(again.live(NAMES[6]), Withdrawn)
    assert isinstance(again.live(NAMES[0]), Withdrawn)


def test_what_was_moved_back_in_time_is_read_at_start(files: DirStore, data: Path) -> None:
    for name in NAMES:
        publish(files, name)
    rest(files)
    path = data / "live" / f"{NAMES[3]}.json"
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"ferry free", b"FERRY FREE"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    live = open_store(f"dir:{data}", rules).live(NAMES[3])
    assert isinstance(live, Live)
    assert live.entry.article.title == "Make the FERRY FREE"


@pytest.mark.parametrize("indexed", [True, False], ids=["by its row", "by its pending mark"])
def test_an_address_that_another_process_just_gave_away_is_taken(
    files: DirStore, monkeypatch: pytest.MonkeyPatch, indexed: bool
) -> None:
    """Publishing looks at no more than who may own the addresses."""
    other = open_store(f"dir:{files._refresher._live.path}/..", rules)
    assert isinstance(other, DirStore)
    address = {"url": "https://harborcourier.example/same"}
    files.save(entry("mine", article=address), actor="ana")
    if not indexed:  # as if the other had been killed before it wrote to the index
        monkeypatch.setattr(other._sync, "flush", lambda: None)
        monkeypatch.setattr(other._sync, "clear_pending", lambda _: None)
    publish(other, "theirs", article=address)
    monkeypatch.setattr(files._scanner, "scan_now", lambda: pytest.fail("looked at all files"))
    monkeypatch.setattr(files._scanner, "scanned", float("inf"))
    with pytest.raises(InvalidEntry, match="already the URL"):
        files.publish("mine", actor="ana")


def test_a_list_during_a_look_at_all_files_is_answered(
    files: DirStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(files, "ferry")
    monkeypatch.setattr(scanner, "MANY", 0)
    with files._scanner.running:
        files._scanner.scanned = float("-inf")
        assert [row.id for row in files.rows(Query(), limit=5)] == ["ferry"]
        assert files.find(entry("ferry").article.url) == "ferry"
        publish(files, "gull")
        assert files.counts(Query()).total == 2
