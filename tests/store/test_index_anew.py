"""Very many entries are read by several processes; what comes of it is what one would have read."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from store_support import document, entry, rules, settle

from widget.entry import parse_entry
from widget.store import Live, Query, Revision, Store, Withdrawn, open_store
from widget.store.directory import index_pool
from widget.store.directory.entry_folder import ABSENT, EntryFile
from widget.store.directory.revision_log import decode, encode

pytestmark = pytest.mark.process

MANY = 90
_CHUNK = 40
"""So that there are three."""
URL = "https://harborcourier.example/opinion/{}"


def fill(root: Path) -> None:
    """Make a store with entries of every kind, some of which need more than reading."""
    store = open_store(f"dir:{root}", rules)
    for number in range(MANY):
        name = f"entry-{number}"
        store.save(entry(name, title=f"Title {number}"), actor="ana")
        if number % 4:
            store.publish(name, actor="ana")
        if number % 4 == 2:
            store.save(entry(name, title=f"Better title {number}"), actor="ben")
        if number % 4 == 3:
            store.withdraw(name, actor="ana", reason="Wrong.")
    store.close()
    live = root / "live"
    (live / "by-hand.json").write_bytes(document("by-hand"))
    (live / "entry-1.json").write_bytes(document("entry-1", title="Edited by hand"))
    (live / "entry-5.json").write_bytes(b"{")
    (live / "entry-9.json").unlink()
    (live / "entry-13.json").write_bytes(document("entry-13", title=""))  # breaks a rule
    (root / "revisions" / "entry-17" / "000002.json").write_bytes(b"torn")
    settle(*live.iterdir(), *(root / "drafts").iterdir(), *(root / "revisions").iterdir())


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("store") / "data"
    fill(root)
    shutil.rmtree(root / "index")
    return root


def seen(store: Store) -> list[object]:
    """Return all that a store shows of its entries, but not the times of hand edits."""
    rows = store.rows(Query(sort="id"), limit=1_000)
    found: list[object] = [
        (it.id, it.title, it.url, it.state, it.waiting, it.problem, it.origin, it.saved_by)
        for it in rows
    ]
    found += [store.find(URL.format(row.id)) for row in rows]  # before any of them is read
    for row in rows:
        live, draft = store.live(row.id), store.draft(row.id)
        shown: object = live
        if isinstance(live, Live):
            shown = (live.entry, live.revision, live.digest)
        elif isinstance(live, Withdrawn):
            shown = (live.revision, live.reason)
        found.append((shown, draft and draft.entry))
        found.append([(it.number, it.actor, it.action) for it in store.history(row.id)])
    found.append(sorted((it.where, it.breaches) for it in store.problems()))
    return found


def indexed(root: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return what is in the index, without the order in which it was written."""
    database = sqlite3.connect(root / "index" / "entries.sqlite3")
    found = {}
    for table, columns in {
        "entry": "id, seen IS NULL, title, folded, url, state, waiting, lean, section, language,"
        " problem, phase, saved_by, origin, live_origin",
        "words": "text",
        "address": "key, (SELECT id FROM entry WHERE entry.n = address.n)",
        "whole": "said",
    }.items():
        rows = database.execute(f"SELECT {columns} FROM {table}")  # noqa: S608  # no input
        found[table] = sorted(rows, key=repr)
    database.close()
    return found


def read_by_one(template: Path, root: Path) -> tuple[list[object], dict[str, list[object]]]:
    shutil.copytree(template, root)
    store = open_store(f"dir:{root}", rules)
    found = seen(store)
    store.close()
    return found, indexed(root)  # type: ignore[return-value]


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Use processes for few entries, too; returns the numbers of rows that they read."""
    numbers: list[int] = []
    read: Callable[..., list[object]] = index_pool._Worker.read

    def counting(self: index_pool._Worker, ids: list[str]) -> list[object]:
        found = read(self, ids)
        numbers.append(len(found))
        return found

    monkeypatch.setattr(index_pool, "WORTH_PROCESSES", 10)
    monkeypatch.setattr(index_pool, "_CHUNK", _CHUNK)
    monkeypatch.setattr(index_pool._Worker, "read", counting)
    return numbers


def test_several_processes_read_what_one_does(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = read_by_one(template, tmp_path / "one")
    numbers = counted(monkeypatch)
    root = tmp_path / "many"
    assert read_by_one(template, root) == expected
    assert sum(numbers) == MANY - 5  # all but those that need more than reading
    assert len(numbers) == 3
    store = open_store(f"dir:{root}", rules)
    assert seen(store) == expected[0]
    store.close()
    assert len(numbers) == 3  # nothing is read again


def test_an_index_that_is_removed_while_the_store_is_open_is_filled_by_them_too(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(template, tmp_path / "data")
    store = open_store(f"dir:{tmp_path / 'data'}", rules)
    expected = seen(store)
    store.close()
    store = open_store(f"dir:{tmp_path / 'data'}", rules)
    numbers = counted(monkeypatch)
    for path in (tmp_path / "data" / "index").iterdir():
        path.unlink()
    assert seen(store) == expected
    assert sum(numbers) > MANY - 10
    store.close()


@pytest.mark.parametrize("executable", ["/bin/false", "/usr/bin/python-of-nobody", None])
def test_without_processes_the_store_reads_all_of_it_alone(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, executable: str | None
) -> None:
    expected = read_by_one(template, tmp_path / "one")
    numbers = counted(monkeypatch)
    if executable == "/bin/false":  # it starts, and dies
        monkeypatch.setattr(index_pool, "_is_python", bool)
    monkeypatch.setattr(sys, "executable", executable)
    assert read_by_one(template, tmp_path / "alone") == expected
    assert sum(numbers) == 0


@pytest.mark.parametrize(
    "note",
    ["", "plain", '", "entry": ', '{"entry": null}'],
)
def test_a_revision_is_the_same_whether_or_not_its_document_is_parsed_again(note: str) -> None:
    raw = entry("one", title="One").to_json()
    revision = Revision(3, datetime(2026, 1, 2, tzinfo=UTC), "ana", "save", note, parse_entry(raw))
    file = EntryFile((1, 2, 3, 4), parse_entry(raw), raw)
    data = encode(revision)
    known = decode(data, [ABSENT, file])
    assert known == decode(data) == revision
    assert known.entry is file.entry


def test_the_same_text_elsewhere_in_a_revision_is_not_its_document() -> None:
    raw = entry("one").to_json()
    file = EntryFile((1, 2, 3, 4), parse_entry(raw), raw)
    other = encode(Revision(1, datetime(2026, 1, 2, tzinfo=UTC), "a", "save", "", entry("two")))
    for tail in (b', "extra": ', b', "x\\"entry": ', b', "workflow": {}, "more": {"entry": '):
        closing = b"}}" if b"more" in tail else b"}"
        data = other.rstrip()[:-1] + tail + raw + closing
        assert decode(data, [file]).entry.id == "two"
