"""With very many files that nobody read yet, what is asked for is answered before all are read."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from store_support import document, rules, until

from widget.entry import Entry, Withdrawn
from widget.errors import Breach, StoreUnavailable
from widget.store import Live, Query, Rules, open_store
from widget.store.directory.scanner import Scanner

pytestmark = pytest.mark.unit

MANY = 40
PATIENCE = 60.0
ADDRESS = "https://harborcourier.example/opinion/{}"


def test_a_first_start_answers_what_is_ready_and_says_what_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("widget.store.directory.refresher.READ_AT_ONCE", 10)
    url = f"dir:{tmp_path / 'data'}"
    before = open_store(url, rules)
    for name in ("withdrawn-by-hand", "in-print"):
        before.save(Entry.model_validate_json(document(name)), actor="ed")
        before.publish(name, actor="ed")
    before.close()
    live = tmp_path / "data" / "live"
    (live / "withdrawn-by-hand.json").unlink()
    for number in range(MANY):
        (live / f"new-{number}.json").write_bytes(document(f"new-{number}"))

    going_on = threading.Event()
    read_all = Scanner._update_all

    def slowly(self: Scanner, ids: list[str]) -> None:
        assert going_on.wait(PATIENCE)
        read_all(self, ids)

    monkeypatch.setattr(Scanner, "_update_all", slowly)
    store = open_store(url, rules, wait=False)
    try:
        # Whatever the thread beside is at, these are answered.
        assert isinstance(store.live("in-print"), Live)
        assert isinstance(store.live(f"new-{MANY - 1}"), Live)
        until(
            lambda: isinstance(store.live("withdrawn-by-hand"), Withdrawn),
            within=PATIENCE,
        )
        store.withdraw("in-print", actor="ed", reason="Taken down.")
        assert isinstance(store.live("in-print"), Withdrawn)
        store.withdraw(f"new-{MANY - 2}", actor="ed", reason="Taken down.")
        assert isinstance(store.live(f"new-{MANY - 2}"), Withdrawn)
        with pytest.raises(StoreUnavailable, match="still being read"):
            store.rows(Query(), limit=10)
        with pytest.raises(StoreUnavailable, match="still being read"):
            store.find(ADDRESS.format("nobody-knows"))
        assert "still being read" in store.problems()[0].breaches[0].message
        going_on.set()
        until(lambda: not store.problems(), within=PATIENCE)
        assert store.find(ADDRESS.format("new-3")) == "new-3"
        assert store.counts(Query()).total == MANY + 2
        until(lambda: all(store.head(f"new-{n}") for n in range(MANY)), within=PATIENCE)
    finally:
        going_on.set()
        store.close()


def test_closing_does_not_wait_until_all_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("widget.store.directory.refresher.READ_AT_ONCE", 0)
    live = tmp_path / "data" / "live"
    open_store(f"dir:{tmp_path / 'data'}", rules).close()
    for number in range(MANY):
        (live / f"new-{number}.json").write_bytes(document(f"new-{number}"))
    judged: list[str] = []
    begun, closing = threading.Event(), threading.Event()

    def slow_rules(candidate: Entry) -> list[Breach]:
        judged.append(candidate.id)
        begun.set()
        assert closing.wait(PATIENCE)
        return []

    store = open_store(f"dir:{tmp_path / 'data'}", Rules(slow_rules), wait=False)
    assert begun.wait(PATIENCE)
    closer = threading.Thread(target=store.close)
    closer.start()
    until(store._scanner.closing.is_set, within=PATIENCE)  # type: ignore[attr-defined]
    closing.set()
    closer.join(PATIENCE)
    assert not closer.is_alive()
    assert len(judged) < MANY
