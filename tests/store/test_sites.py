"""Lists of the entries of some sites only, in every store."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from store_support import entry, put, rules, until

from widget.store import Query, Sites, Store, open_store

COURIER = "courier.example"
GAZETTE = "gazette.example"
URLS = {
    "ferry": "https://www.courier.example/opinion/ferry",
    "gull": "http://courier.example/opinion/gull",
    "heron": "https://gazette.example/opinion/heron",
    "ibis": "https://herald.example:8443/opinion/ibis",
}


def keep(store: Store, name: str, url: str = "", *, live: bool = False) -> None:
    article = {"url": url or URLS[name], "section": f"Section of {name}"}
    store.save(entry(name, f"About {name}", article=article, language="de"), actor="ana")
    if live:
        store.publish(name, actor="ana")


@pytest.fixture
def filled(store: Store) -> Store:
    for name in URLS:
        keep(store, name, live=name != "gull")
    return store


def found(store: Store, query: Query) -> list[str]:
    names = sorted(row.id for row in store.rows(query, limit=100))
    counts = store.counts(query)
    assert counts.found == len(names)
    return names


def of(*origins: str, others: bool = False) -> Query:
    return Query(sites=(Sites(origins, others),))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        (of(COURIER), ["ferry", "gull"]),
        (of(COURIER, GAZETTE), ["ferry", "gull", "heron"]),
        (of(COURIER, others=True), ["heron", "ibis"]),
        (of("herald.example:8443"), ["ibis"]),
        (of("herald.example"), []),
        (of(), []),
        (of(others=True), ["ferry", "gull", "heron", "ibis"]),
        (Query(sites=(Sites((COURIER, GAZETTE)), Sites((COURIER,), others=True))), ["heron"]),
        (Query(search="about", sites=(Sites((GAZETTE,)),)), ["heron"]),
        (Query(search="ferry", sites=(Sites((GAZETTE,)),)), []),
        (Query(search="ab", sites=(Sites((COURIER,)),)), ["ferry", "gull"]),
        (Query(state="draft", sites=(Sites((COURIER,)),)), ["gull"]),
        (Query(section="Section of ferry", sites=(Sites((GAZETTE,)),)), []),
    ],
)
def test_only_entries_of_the_sites_are_listed_and_counted(
    filled: Store, query: Query, names: list[str]
) -> None:
    assert found(filled, query) == names


def test_counts_and_the_values_to_filter_by_are_those_of_the_sites(filled: Store) -> None:
    counts = filled.counts(Query(search="heron", sites=(Sites((COURIER,)),)))
    assert (counts.found, counts.total) == (0, 2)
    assert counts.sections == ("Section of ferry", "Section of gull")
    assert filled.counts(of(GAZETTE)).languages == ("de",)
    assert filled.counts(of()).languages == ()


def test_an_entry_that_moves_to_another_site_is_in_the_list_of_neither_until_it_is_live_there(
    filled: Store,
) -> None:
    keep(filled, "ferry", "https://gazette.example/opinion/ferry")
    assert found(filled, of(COURIER)) == ["gull"]
    assert found(filled, of(GAZETTE)) == ["heron"]
    filled.publish("ferry", actor="ana")
    assert found(filled, of(GAZETTE)) == ["ferry", "heron"]
    filled.withdraw("ferry", actor="ana")
    keep(filled, "ferry", "https://courier.example/opinion/ferry")
    assert found(filled, of(COURIER)) == ["gull"]
    assert found(filled, of(others=True)) == ["ferry", "gull", "heron", "ibis"]


def test_a_file_that_cannot_be_read_belongs_to_no_site(store: Store, tmp_path: Path) -> None:
    put(tmp_path / "data" / "live" / "jay.json", b"{")
    until(lambda: store.counts(Query()).found)
    assert found(store, Query()) == ["jay"]
    assert found(store, of(others=True)) == []
    assert found(store, of()) == []


@pytest.fixture
def of_the_release_before(store_url: str, tmp_path: Path) -> Callable[[], None]:
    """Return what makes a store, which nobody has open, one that knows no sites yet."""

    def in_folder() -> None:
        path = tmp_path / "data" / "index" / "entries.sqlite3"
        with closing(sqlite3.connect(path)) as index, index:
            index.execute("ALTER TABLE entry RENAME COLUMN origin TO other")
            index.execute("PRAGMA user_version = 3")

    def in_database() -> None:
        with psycopg.connect(store_url) as connection:
            connection.execute("ALTER TABLE entry DROP COLUMN origin, DROP COLUMN live_origin")
            connection.execute("DELETE FROM migration WHERE name = '0008-origin.sql'")

    return in_folder if store_url.startswith("dir:") else in_database


@pytest.fixture
def upgraded(store_url: str, of_the_release_before: Callable[[], None]) -> Iterator[Store]:
    store = open_store(store_url, rules)
    for name in URLS:
        keep(store, name, live=name != "gull")
    keep(store, "ferry", "https://gazette.example/opinion/ferry")
    store.close()
    of_the_release_before()
    store = open_store(store_url, rules)
    yield store
    store.close()


@pytest.mark.database
def test_a_store_of_the_release_before_learns_its_sites_when_it_is_opened(upgraded: Store) -> None:
    assert found(upgraded, of(COURIER)) == ["gull"]
    assert found(upgraded, of(GAZETTE)) == ["heron"]
    assert found(upgraded, of(others=True)) == sorted(URLS)
    assert upgraded.find(URLS["ferry"]) == "ferry"
