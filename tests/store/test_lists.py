"""Lists of every store, and the index that the directory store makes them from."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from store_support import OpenStore, document, entry, put, until

from widget.store import Live, Query, Sort, Step, Store, Workflow
from widget.store.query import key

NAMES = ["ferry", "gull", "heron", "ibis", "jay"]


def keep(store: Store, name: str, title: str = "", *, live: bool = False) -> None:
    store.save(entry(name, title or name.title()), actor="ana")
    if live:
        store.publish(name, actor="ana")


def ids(store: Store, query: Query | None = None) -> list[str]:
    return [row.id for row in store.rows(query or Query(sort="id"), limit=100)]


@pytest.mark.parametrize("sort", ["changed", "title", "id"])
def test_pages_by_place_join_without_gap_or_repetition(store: Store, sort: Sort) -> None:
    for name in NAMES:
        keep(store, name, title="Same" if name in "gull heron" else "")
    query = Query(sort=sort)
    whole = store.rows(query, limit=100)
    assert len(whole) == len(NAMES)
    joined = store.rows(query, limit=2)
    while page := store.rows(query, limit=2, after=key(sort, joined[-1])):
        joined += page
    assert joined == whole
    assert store.rows(query, limit=2, offset=1) == whole[1:3]
    backwards = replace(query, backwards=True)
    assert store.rows(backwards, limit=100) == whole[::-1]
    for offset in range(len(NAMES)):
        row = whole[offset]
        assert store.rows(query, limit=2, after=key(sort, row)) == whole[offset + 1 :][:2]
        before = store.rows(backwards, limit=2, after=key(sort, row))
        assert before[::-1] == whole[max(0, offset - 2) : offset]
        assert store.rows(backwards, limit=2, offset=offset) == whole[::-1][offset:][:2]


@pytest.mark.parametrize(
    "search", ['"', "a*", "%", "_", "' OR 1=1", "NOT zz", "AND", "(", "é", "\0", "title:x", "-"]
)
def test_a_search_takes_every_character_as_it_is(store: Store, search: str) -> None:
    keep(store, "plain", "Nothing of the kind")
    keep(store, "odd", f"It says {search.replace(chr(0), '?')} here é * % _ AND")
    found = ids(store, Query(search=search))
    assert "plain" not in found or search in "\0-"
    assert found == ["odd"] or search in "\0-"


def test_a_search_finds_short_words_and_any_script(store: Store) -> None:
    keep(store, "one", "Öl für 東京都庁")
    keep(store, "two", "Gas")
    for search in ("öl", "東京", "京都庁", "ÖL FÜR", "l"):
        assert "one" in ids(store, Query(search=search)), search
    assert ids(store, Query(search="東京")) == ["one"]


def test_whatever_is_asked_for_is_counted_as_it_is_listed(store: Store) -> None:
    for number, name in enumerate(NAMES):
        section = "Ports" if number % 2 else "Birds"
        store.save(
            entry(name, f"About {name}", article={"section": section}, language="de"), actor="ana"
        )
        if number > 1:
            store.publish(name, actor="ana")
        if number == 4:
            store.withdraw(name, actor="ana")
    store.save(entry("heron", "About herons"), actor="ana")
    everything = store.counts(Query())
    assert (everything.sections, everything.languages) == (("Birds", "Ports"), ("de", "en"))
    assert (everything.found, everything.total, everything.more) == (5, 5, False)
    for query, names in {
        Query(search="about"): NAMES,
        Query(search="about HERON"): ["heron"],
        Query(search="rr"): ["ferry"],
        Query(search="a b"): NAMES,
        Query(search="about", section="Ports"): ["gull", "ibis"],
        Query(search="rr", state="draft"): ["ferry"],
        Query(search="ibis", state="withdrawn"): [],
        Query(state="both"): ["heron"],
        Query(state="live", language="de"): ["ibis"],
        Query(state="withdrawn"): ["jay"],
        Query(lean="left"): [],
        Query(lean="center", section="Birds"): ["ferry", "jay"],
    }.items():
        assert sorted(ids(store, query)) == names, query
        assert store.counts(query).found == len(names), query


def test_a_change_elsewhere_is_listed_within_a_second(
    store: Store, open_another: OpenStore
) -> None:
    other = open_another()
    assert ids(other) == []
    keep(store, "ferry")
    until(lambda: ids(other) == ["ferry"])
    store.publish("ferry", actor="ana")
    until(lambda: other.rows(Query(), limit=1)[0].state == "live")
    store.discard(store.save(entry("gull"), actor="ana").entry.id, actor="ana")
    assert ids(store) == ["ferry"]
    assert store.counts(Query()).total == 1


def index(tmp_path: Path) -> Path:
    return tmp_path / "data" / "index"


def test_a_file_put_there_by_hand_is_listed(store: Store, tmp_path: Path) -> None:
    put(tmp_path / "data" / "live" / "ferry.json", document("ferry"))
    until(lambda: ids(store) == ["ferry"])
    (tmp_path / "data" / "live" / "ferry.json").write_text("{")
    until(lambda: store.rows(Query(), limit=1)[0].state == "invalid")


@pytest.mark.parametrize("how", ["removed", "file removed", "torn", "emptied", "garbage", "link"])
def test_the_index_may_be_removed_or_broken_at_any_time(
    store: Store, open_another: OpenStore, tmp_path: Path, how: str
) -> None:
    for name in NAMES:
        keep(store, name, live=True)
    file = index(tmp_path) / "entries.sqlite3"
    assert file.exists()
    if how == "removed":
        shutil.rmtree(index(tmp_path))
    elif how == "file removed":
        file.unlink()
    elif how == "link":
        shutil.rmtree(index(tmp_path))
        index(tmp_path).symlink_to("/nonexistent")
    else:
        store.close()
        data = file.read_bytes()
        torn = {"torn": data[: len(data) // 2], "emptied": b"", "garbage": b"x" * len(data)}
        file.write_bytes(torn[how])
        store = open_another()
    assert ids(store) == NAMES
    keep(store, "kite")
    assert ids(store) == [*NAMES, "kite"]
    again = open_another()
    assert ids(again) == [*NAMES, "kite"]
    assert ids(again, Query(search="heron", sort="id")) == ["heron"]
    assert all(isinstance(store.live(name), Live) for name in NAMES)


def test_what_went_while_nobody_looked_is_not_listed(
    store: Store, open_another: OpenStore, tmp_path: Path
) -> None:
    keep(store, "ferry")
    keep(store, "gull")
    assert ids(store) == ["ferry", "gull"]
    shutil.rmtree(tmp_path / "data" / "revisions" / "gull")
    (tmp_path / "data" / "drafts" / "gull.json").unlink()
    assert ids(open_another()) == ["ferry"]


def test_old_revisions_are_looked_at_where_that_is_asked_for(store: Store, tmp_path: Path) -> None:
    keep(store, "ferry", live=True)
    (tmp_path / "data" / "revisions" / "ferry" / "000001.json").write_text("{")
    assert store.problems() == []
    assert [it.where for it in store.problems(thorough=True)] == ["revisions/ferry/000001.json"]


def test_a_list_finds_what_is_due_and_what_has_open_comments(store: Store) -> None:
    for name in NAMES:
        keep(store, name)
    now = Workflow(saved_by="ana")
    for name, day in (("ferry", 1), ("gull", 2), ("heron", 3)):
        step = Step(now.model_copy(update={"due": date(2026, 12, day), "open_comments": day - 1}))
        store.change_workflow(name, "assign", lambda *_, it=step: it, actor="bo")
    assert ids(store, Query(sort="id", due_until=date(2026, 12, 2))) == ["ferry", "gull"]
    assert ids(store, Query(sort="id", due_until=date.max)) == ["ferry", "gull", "heron"]
    assert ids(store, Query(sort="id", commented=True)) == ["gull", "heron"]
    both = Query(sort="id", commented=True, due_until=date(2026, 12, 2))
    assert ids(store, both) == ["gull"]
    assert store.counts(both).found == 1
    assert ids(store, Query(sort="id", commented=True, search="heron")) == ["heron"]
    (row,) = store.rows(both, limit=2)
    assert (row.due, row.open_comments) == (date(2026, 12, 2), 1)
    store.publish("gull", actor="ana")
    assert ids(store, Query(sort="id", due_until=date.max)) == ["ferry", "heron"]
    assert ids(store, Query(sort="id", commented=True)) == ["gull", "heron"]
