"""Records beside the entries, in both stores."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pydantic import BaseModel

from widget.errors import StoreUnavailable
from widget.storage.documents import Collection, Document, Documents, open_documents

pytestmark = pytest.mark.database


class Note(BaseModel):
    text: str = ""
    state: str = "open"
    at: float = 0


@pytest.fixture
def notes(documents: Documents) -> Collection[Note]:
    return Collection(documents, "note", Note, group=lambda it: it.state, rank=lambda it: it.at)


def test_of_nothing_there_is_nothing(notes: Collection[Note]) -> None:
    assert notes.get("a") is None
    assert notes.page(limit=10) == []
    assert notes.newest(limit=10) == []
    assert notes.count() == 0


def test_a_record_is_read_as_it_was_written_by_another_process(
    store_url: str, notes: Collection[Note]
) -> None:
    notes.put("a", Note(text='Ü "x" \u2028', at=2.5))
    others = open_documents(store_url)
    assert Collection(others, "note", Note).get("a") == Note(text='Ü "x" \u2028', at=2.5)
    assert Collection(others, "other", Note).get("a") is None
    others.close()


def test_lists_sort_filter_and_page(notes: Collection[Note]) -> None:
    for number, state in enumerate(["open", "closed", "open", "open"]):
        notes.put(f"ferry/{number}", Note(state=state, at=10 - number))
    notes.put("ferry-fares/1", Note(at=5))
    assert [key for key, _ in notes.page(prefix="ferry/", limit=10)] == [
        f"ferry/{number}" for number in range(4)
    ]
    assert [key for key, _ in notes.page(prefix="ferry/", after="ferry/1", limit=1)] == ["ferry/2"]
    first = notes.newest(group="open", limit=2)
    assert [key for key, _ in first] == ["ferry/0", "ferry/2"]
    key, last = first[-1]
    rest = notes.newest(group="open", before=(last.at, key), limit=10)
    assert [key for key, _ in rest] == ["ferry/3", "ferry-fares/1"]
    assert (notes.count(group="open"), notes.count(prefix="ferry/"), notes.count()) == (4, 4, 5)


def test_removing_by_prefix_and_by_rank(notes: Collection[Note]) -> None:
    for number in range(4):
        notes.put(f"a/{number}", Note(at=number))
        notes.put(f"b/{number}", Note(at=number))
    assert notes.remove(prefix="a/") == 4
    assert notes.remove(below=2) == 2
    assert [key for key, _ in notes.page(limit=10)] == ["b/2", "b/3"]
    assert notes.update("b/2", lambda _: None) is None
    assert [key for key, _ in notes.page(limit=10)] == ["b/3"]


def test_no_change_is_lost_between_two_that_come_at_once(store_url: str) -> None:
    def count_up() -> None:
        own = open_documents(store_url)
        for _ in range(50):
            own.update("count", "a", add_one)
        own.close()

    def add_one(before: Document | None) -> Document:
        return Document("a", str(int(before.body) + 1 if before else 1))

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    opened = open_documents(store_url)
    found = opened.get("count", "a")
    opened.close()
    assert found is not None
    assert found.body == "200"


def test_a_change_that_raises_leaves_what_was(notes: Collection[Note]) -> None:
    notes.put("a", Note(text="before"))

    def failing(_: Note | None) -> Note:
        raise KeyError("no")

    with pytest.raises(KeyError):
        notes.update("a", failing)
    assert notes.get("a") == Note(text="before")


def test_a_record_of_another_release_is_named(
    documents: Documents, notes: Collection[Note]
) -> None:
    documents.update("note", "a", lambda _: Document("a", '{"at": "never"}'))
    with pytest.raises(StoreUnavailable, match="record 'a' of 'note'"):
        notes.get("a")


def test_only_the_service_may_read_the_file(tmp_path: Path) -> None:
    opened = open_documents(f"dir:{tmp_path}")
    opened.update("note", "a", lambda _: Document("a", "{}"))
    assert {it.name: it.stat().st_mode & 0o077 for it in tmp_path.iterdir()} == dict.fromkeys(
        ["records.sqlite3", "records.sqlite3-shm", "records.sqlite3-wal"], 0
    )
    opened.close()


ANOTHER = """
import sys
from widget.storage.documents import Document, open_documents
documents = open_documents(sys.argv[1])
documents.update("note", sys.argv[2], lambda _: Document(sys.argv[2], '{"text": "another"}'))
documents.close()
"""


def test_what_another_process_writes_is_seen_however_often_this_one_opened_the_records(
    store_url: str, notes: Collection[Note]
) -> None:
    """A process that closes last takes SQLite's log away: it must see that others are there."""
    notes.put("a", Note(text="own"))
    others = [open_documents(store_url) for _ in range(2)]
    for other in others:
        assert other.get("note", "a")
    for key in "bc":
        subprocess.run([sys.executable, "-c", ANOTHER, store_url, key], check=True)
        assert [it for it, _ in notes.page(limit=9)] == [*"abc"[: "abc".index(key) + 1]]
    notes.put("d", Note())
    for other in others:
        assert [it.key for it in other.page("note", limit=9)] == ["a", "b", "c", "d"]
        other.close()
