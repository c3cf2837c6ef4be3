"""Corrections and chains for the tests of the log."""

from __future__ import annotations

import hashlib

from widget.store import EntryReader, Live, LogLine
from widget.store.log_line import NO_LINE
from widget.store.public_document import public_document

ALL = 100_000


def correction(note: str = "Said 3, is 4.") -> dict[str, str]:
    return {"at": "2026-05-03T10:00:00Z", "kind": "correction", "note": note}


def lines(store: EntryReader) -> list[LogLine]:
    return store.log_lines(after=0, limit=ALL)


def summary(store: EntryReader) -> list[tuple[str, int, str, int]]:
    """Return what the log says of entries: id, revision, action, corrections."""
    return [(it.entry, it.revision, it.action, it.corrections) for it in lines(store)]


def assert_chain(found: list[LogLine]) -> None:
    previous = NO_LINE
    for number, line in enumerate(found, 1):
        assert (line.number, line.previous) == (number, previous)
        previous = hashlib.sha256(line.encode()).hexdigest()


def served_digest(store: EntryReader, entry_id: str) -> str:
    live = store.live(entry_id)
    assert isinstance(live, Live)
    return hashlib.sha256(public_document(live)).hexdigest()


def assert_logged(store: EntryReader, *entry_ids: str) -> None:
    """Each publication and withdrawal has one line, and all lines make a chain."""
    found = lines(store)
    assert_chain(found)
    for entry_id in entry_ids:
        numbers = [
            it.number
            for it in reversed(store.history(entry_id))
            if it.action in ("publish", "withdraw")
        ]
        assert [it.revision for it in found if it.entry == entry_id] == numbers
        last = [it for it in found if it.entry == entry_id][-1:]
        if isinstance(store.live(entry_id), Live):
            assert last[0].sha256 == served_digest(store, entry_id)
    assert {it.entry for it in found} <= set(entry_ids)
