"""A store of an earlier release, which made other keys of some addresses, is found by today's."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg.types.json import Jsonb
from store_support import entry, rules

from widget.store import Live, Store, open_store

pytestmark = pytest.mark.database

# An address, the key that the release before 2026-11-29 made of it, and how else it is written.
ADDRESSES = {
    "tilde": (
        "https://paper.example/%7Eokafor/ferry",
        "paper.example/%7Eokafor/ferry",
        "https://paper.example/~okafor/ferry",
    ),
    "sharp-s": (
        "https://straße.example/meinung",
        "strasse.example/meinung",
        "https://xn--strae-oqa.example/meinung",
    ),
    "doubled": (
        "https://paper.example/opinion//harbor",
        "paper.example/opinion//harbor",
        "https://paper.example/opinion/harbor",
    ),
    "plain": (
        "https://paper.example/opinion/plain?p=1",
        "paper.example/opinion/plain?p=1",
        "http://www.paper.example/opinion/plain/?p=1&srsltid=x",
    ),
}

AsBefore = Callable[[], None]
"""Gives the store, which nobody has open, the keys of the earlier release."""


def publish(store: Store, entry_id: str, url: str) -> None:
    article = {"url": url, "title": "A piece", "section": "Opinion", "kind": "opinion"}
    store.save(entry(entry_id, article=article), actor="ana")
    store.publish(entry_id, actor="ana")


@pytest.fixture
def as_before(store_url: str, tmp_path: Path) -> AsBefore:
    def in_folder() -> None:
        path = tmp_path / "data" / "index" / "entries.sqlite3"
        with closing(sqlite3.connect(path)) as index, index:
            for entry_id, (_, key, _) in ADDRESSES.items():
                renamed = "UPDATE address SET key = ? WHERE n = (SELECT n FROM entry WHERE id = ?)"
                index.execute(renamed, (key, entry_id))
            index.execute("PRAGMA user_version = 2")

    def in_database() -> None:
        with psycopg.connect(store_url) as connection:
            for entry_id, (_, key, _) in ADDRESSES.items():
                digest = hashlib.sha256(key.encode()).digest()
                renamed = "UPDATE address SET key = %s WHERE entry_id = %s"
                connection.execute(renamed, (digest, entry_id))
            connection.execute("UPDATE address_keys SET rules = ''")

    return in_folder if store_url.startswith("dir:") else in_database


@pytest.fixture
def reopened(store_url: str, as_before: AsBefore) -> Iterator[Store]:
    store = open_store(store_url, rules)
    for entry_id, (url, _, _) in ADDRESSES.items():
        publish(store, entry_id, url)
    store.close()
    as_before()
    store = open_store(store_url, rules)
    yield store
    store.close()


@pytest.mark.parametrize("entry_id", ADDRESSES)
def test_every_entry_is_found_as_it_was_and_as_it_is_written_today(
    reopened: Store, entry_id: str
) -> None:
    url, _, other = ADDRESSES[entry_id]
    assert reopened.find(url) == entry_id
    assert reopened.find(other) == entry_id


def test_a_key_that_nobody_makes_any_more_is_nobody_s(reopened: Store) -> None:
    assert reopened.find("https://strasse.example/meinung") is None
    publish(reopened, "the-other", "https://strasse.example/meinung")
    assert reopened.find("https://strasse.example/meinung") == "the-other"


def test_the_keys_are_made_once(store_url: str, reopened: Store) -> None:
    if store_url.startswith("dir:"):
        return
    with psycopg.connect(store_url) as connection:
        sql = "SELECT array_agg(ctid::text ORDER BY ctid) FROM address"
        before = connection.execute(sql).fetchone()
    open_store(store_url, rules).close()
    assert reopened.find(ADDRESSES["tilde"][2]) == "tilde"
    with psycopg.connect(store_url) as connection:
        assert connection.execute(sql).fetchone() == before


def test_where_nothing_may_be_written_readers_are_served_by_the_old_keys(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    store = open_store(database_url, rules)
    publish(store, "plain", ADDRESSES["plain"][0])
    store.close()
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE address_keys SET rules = ''")
    standby = f"{database_url}?options=-c%20default_transaction_read_only%3Don"
    store = open_store(standby, rules)
    assert store.find(ADDRESSES["plain"][2]) == "plain"
    assert "until a process with write access has started" in caplog.text
    store.close()


# Two live entries whose addresses are one by today's rules


def addressed_alike(store_url: str, tmp_path: Path, entry_id: str, url: str) -> None:
    """Give a live entry another's address, as no release does since; nobody has it open."""
    if not store_url.startswith("dir:"):
        with psycopg.connect(store_url) as connection:
            changed = "UPDATE revision SET entry = jsonb_set(entry, '{article,url}', %s)"
            connection.execute(f"{changed} WHERE entry_id = %s", (Jsonb(url), entry_id))
            connection.execute("UPDATE address_keys SET rules = ''")
        return
    data = tmp_path / "data"
    for path in [data / "live" / f"{entry_id}.json", *(data / "revisions" / entry_id).iterdir()]:
        document = json.loads(path.read_bytes())
        document.get("entry", document)["article"]["url"] = url
        path.write_text(json.dumps(document))
    (data / "index" / "entries.sqlite3").unlink()


@pytest.mark.parametrize("first", ["aaa", "zzz"])
def test_two_entries_at_one_address_stay_live_and_the_first_by_id_has_it(
    store_url: str, tmp_path: Path, first: str
) -> None:
    store = open_store(store_url, rules)
    other = {"aaa": "zzz", "zzz": "aaa"}[first]
    publish(store, first, "https://paper.example/one")
    publish(store, other, "https://paper.example/two")
    store.close()
    addressed_alike(store_url, tmp_path, other, "https://paper.example//one")
    for _ in range(2):  # made anew, then taken over
        store = open_store(store_url, rules)
        assert store.find("https://paper.example/one") == "aaa"
        assert all(isinstance(store.live(it), Live) for it in ("aaa", "zzz"))
        store.close()


def test_an_address_that_its_owner_gives_up_is_the_other_s(tmp_path: Path) -> None:
    store_url = f"dir:{tmp_path / 'data'}"
    store = open_store(store_url, rules)
    publish(store, "aaa", "https://paper.example/one")
    publish(store, "zzz", "https://paper.example/two")
    store.close()
    addressed_alike(store_url, tmp_path, "zzz", "https://paper.example//one")
    store = open_store(store_url, rules)
    publish(store, "aaa", "https://paper.example/three")
    assert store.find("https://paper.example/one") == "zzz"
    assert store.find("https://paper.example/three") == "aaa"
    store.close()
