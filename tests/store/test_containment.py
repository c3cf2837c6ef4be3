"""What one entry makes the code do stays with it: all others are served, listed, withdrawn."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from store_support import document, entry, put, rules, until

from widget.entry import Entry, Withdrawn
from widget.errors import Breach, InvalidEntry
from widget.store import Live, Query, Rules, Store, open_store
from widget.store.postgres import PostgresStore

POISON = "poison"
ADDRESS = "https://harborcourier.example/opinion/{}"


def failing(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``function``, but that it fails over whatever is about the entry POISON."""

    def fails(*args: object, **kwargs: object) -> object:
        assert POISON not in repr((args, kwargs)), "made to fail on purpose"
        return function(*args, **kwargs)

    return fails


def break_step(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    module, _, name = step.rpartition(".")
    loaded = sys.modules[f"widget.store.{module}"]
    monkeypatch.setattr(loaded, name, failing(getattr(loaded, name)))


def publish(store: Store, entry_id: str) -> None:
    store.save(entry(entry_id), actor="ed")
    store.publish(entry_id, actor="ed")


def all_others_are_as_they_were(store: Store) -> None:
    assert isinstance(store.live("ferry-fares"), Live)
    assert store.find(ADDRESS.format("ferry-fares")) == "ferry-fares"
    assert "ferry-fares" in store.ids()
    listed = {row.id: row.state for row in store.rows(Query(), limit=50)}
    assert listed["ferry-fares"] == "live"
    assert store.counts(Query()).total >= 1
    assert [it.action for it in store.history("ferry-fares")] == ["publish", "save"]
    store.problems(thorough=True)
    name = f"new-{len(store.ids())}"
    publish(store, name)
    assert isinstance(store.live(name), Live)
    store.withdraw(name, actor="ed", reason="Taken down.")
    assert isinstance(store.live(name), Withdrawn)


OF_FILES = [
    "directory.entry_folder.read_regular",
    "directory.entry_folder.parse_entry",
    "directory.snapshot.lookup_keys",
    "directory.entry_cache.live_from",
    "directory.entry_cache.hand_edit",
    "directory.entry_cache.url_conflicts",
    "directory.index_rows.summarize",
    "directory.index_rows.search_text",
    "directory.entry_cache.same",
    "directory.entry_cache.fingerprint",
    "directory.committer.next_revision",
]


@pytest.mark.parametrize("step", OF_FILES)
def test_a_file_that_makes_a_step_fail_touches_no_other_entry(
    tmp_path: Path,
    open_another: Callable[[], Store],
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    store = open_another()
    publish(store, "ferry-fares")
    break_step(monkeypatch, step)
    put(tmp_path / "data" / "live" / f"{POISON}.json", document(POISON))
    all_others_are_as_they_were(store)
    store.live(POISON)
    all_others_are_as_they_were(store)
    all_others_are_as_they_were(open_another())


@pytest.mark.parametrize(
    "step",
    [
        "directory.entry_folder.parse_entry",
        "directory.revision_log.decode",
        "directory.snapshot.lookup_keys",
    ],
)
@pytest.mark.usefixtures("tmp_path")
def test_what_is_live_and_makes_a_step_fail_touches_no_other_entry(
    open_another: Callable[[], Store],
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    store = open_another()
    publish(store, "ferry-fares")
    publish(store, POISON)
    break_step(monkeypatch, step)
    all_others_are_as_they_were(store)
    all_others_are_as_they_were(open_another())


@pytest.mark.parametrize(
    "step", ["directory.entry_folder.parse_entry", "directory.entry_folder.read_regular"]
)
def test_a_file_that_cannot_be_read_leaves_live_what_was_and_is_named(
    tmp_path: Path,
    open_another: Callable[[], Store],
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    store = open_another()
    publish(store, POISON)
    break_step(monkeypatch, step)
    put(tmp_path / "data" / "live" / f"{POISON}.json", document(POISON, "Another title"))
    for each in (store, open_another()):
        until(each.problems)
        shown = each.live(POISON)
        assert isinstance(shown, Live)
        assert shown.entry.article.title == "Make the ferry free"
        (problem,) = each.problems()
        assert problem.where == f"live/{POISON}.json"
        assert "made to fail on purpose" in problem.breaches[0].message
        row = next(row for row in each.rows(Query(), limit=50) if row.id == POISON)
        assert (row.state, bool(row.problem)) == ("invalid", True)
    store.withdraw(POISON, actor="ed", reason="It cannot be read.")
    assert isinstance(store.live(POISON), Withdrawn)


def failing_rules(candidate: Entry) -> list[Breach]:
    if candidate.id == POISON:
        raise RecursionError("made to fail on purpose")
    return rules.content(candidate)


def test_rules_that_fail_over_an_entry_keep_it_back_and_nothing_else(store_url: str) -> None:
    store = open_store(store_url, Rules(failing_rules))
    try:
        publish(store, "ferry-fares")
        store.save(entry(POISON), actor="ed")
        with pytest.raises(InvalidEntry, match="made to fail on purpose"):
            store.publish(POISON, actor="ed")
        assert store.live(POISON) is None
        all_others_are_as_they_were(store)
    finally:
        store.close()


def test_a_file_over_which_the_rules_fail_is_set_aside_and_named(
    tmp_path: Path, store_url: str
) -> None:
    for _ in range(2):  # the second time as after a restart
        store = open_store(store_url, Rules(failing_rules))
        if store.live("ferry-fares") is None:
            publish(store, "ferry-fares")
        put(tmp_path / "data" / "live" / f"{POISON}.json", document(POISON))
        until(store.problems)
        assert store.live(POISON) is None
        assert store.find(ADDRESS.format(POISON)) is None
        (problem,) = store.problems()
        assert (problem.where, problem.breaches[0].path) == (f"live/{POISON}.json", "$")
        all_others_are_as_they_were(store)
        store.close()


@pytest.mark.database
@pytest.mark.parametrize(
    "step",
    [
        "postgres.entry_tables.search_text",
        "postgres.entry_tables.lookup_keys",
        "postgres.revision_rows._entry",
    ],
)
def test_a_row_that_makes_a_step_fail_touches_no_other_entry(
    database_url: str, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    store = PostgresStore(database_url, rules)
    publish(store, "ferry-fares")
    publish(store, POISON)
    break_step(monkeypatch, step)
    other = PostgresStore(database_url, rules)
    for each in (store, other):
        all_others_are_as_they_were(each)
    other.close()
    if not step.endswith("_entry"):  # what nobody can read has no content for a record of it
        store.withdraw(POISON, actor="ed", reason="It makes the code fail.")
        assert isinstance(store.live(POISON), Withdrawn)
    else:
        assert {POISON in it.where for it in store.problems(thorough=True)} == {True}
    store.close()


def test_a_listener_that_fails_undoes_no_change(store_url: str) -> None:
    def fails(_: object) -> None:
        raise AssertionError("made to fail on purpose")

    store = open_store(store_url, rules, fails)
    publish(store, "ferry-fares")
    store.withdraw("ferry-fares", actor="ed", reason="Taken down.")
    assert isinstance(store.live("ferry-fares"), Withdrawn)
    store.close()
