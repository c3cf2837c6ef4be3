"""Kill and fail a folder in a change of many entries: each is there as a whole, or not at all."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from crash_child import BATCH
from crash_support import Plain, Rig, plain, rig
from log_support import assert_logged
from store_support import rules

from widget.store import open_store

pytestmark = [pytest.mark.process, pytest.mark.crash]

__all__ = ["plain", "rig"]  # the fixtures


@pytest.fixture(scope="module")
def batch(rig: Rig, plain: Plain) -> Plain:
    """The calls of a batch in which nothing fails; strace counts those of each thread."""
    run = rig.run(rig.root(plain.template), scenario="batch")
    assert run.acked == 1, run.events
    return Plain(plain.template, run.calls, [])


def batch_points(batch: Plain, kind: str) -> list[tuple[str, int]]:
    counts: Counter[tuple[str, str]] = Counter()
    found = set()
    for line in batch.calls:
        match = re.match(rf"(\d+ +)?({kind}(?:at2?)?)\(", line)
        if match and not (kind == "unlink" and "/index/" in line):
            counts[match[1] or "", match[2]] += 1
            found.add((match[2], counts[match[1] or "", match[2]]))
    assert found, f"a batch makes no call of the kind {kind}: the test is blind"
    return sorted(found)


def whole_entries(root: Path) -> list[str]:
    """Return which entries of the batch are there; each is there as a whole, or not at all."""
    store = open_store(f"dir:{root}", rules)
    there = []
    for history in BATCH:
        entry_id = history[0].entry.id
        live, draft = store.live(entry_id), store.draft(entry_id)
        if store.history(entry_id) == []:
            assert (live, draft, store.find(history[0].entry.article.url)) == (None, None, None)
            continue
        assert store.history(entry_id) == history[::-1]
        assert (live.revision if live else None) == (None if entry_id == "draft" else 2)
        assert (draft.revision if draft else None) == {"both": 3, "draft": 1}.get(entry_id)
        there.append(entry_id)
    # Whoever does it again ends with everything, and nothing twice.
    missing = [it for it in BATCH if it[0].entry.id not in there]
    assert store.adopt_all(missing) == [None] * len(missing)
    assert store.problems(thorough=True) == []
    assert store.heads() == {"other": 2, "both": 3, "live": 2, "draft": 1}
    assert store.find(BATCH[1][0].entry.article.url) == "live"
    left = [path for path in root.rglob("*") if path.name.endswith("-tmp")]
    assert left + list((root / "journal").iterdir()) == []
    for history in BATCH:
        assert store.history(history[0].entry.id) == history[::-1]
    assert_logged(store, "other", "both", "live", "draft")
    store.close()
    return there


@pytest.mark.parametrize("kind", ["openat", "write", "fsync", "rename", "unlink", "mkdir"])
def test_killed_at_any_call_of_a_batch_it_has_whole_entries(
    rig: Rig, batch: Plain, kind: str
) -> None:
    numbers = set()
    for call, count in batch_points(batch, kind):
        root = rig.root(batch.template)
        run = rig.run(root, f"{call}:signal=KILL:when={count}", scenario="batch")
        assert run.first("broke") is None, run.events
        there = whole_entries(root)
        assert len(there) == len(BATCH) or not run.acked, (call, count, run.events)
        numbers.add(len(there))
        shutil.rmtree(root.parent)
    if kind == "rename":
        assert numbers == {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("kind", "error"),
    [("write", "ENOSPC"), ("fsync", "EIO"), ("rename", "EIO"), ("mkdir", "ENOSPC")],
)
def test_where_a_call_of_a_batch_fails_nothing_is_acknowledged_that_is_not_there(
    rig: Rig, batch: Plain, kind: str, error: str
) -> None:
    refusals = 0
    for call, count in batch_points(batch, kind):
        root = rig.root(batch.template)
        run = rig.run(root, f"{call}:error={error}:when={count}", scenario="batch")
        assert run.first("broke") is None, run.events
        refused = run.first("refused")
        there = whole_entries(root)
        if refused is None:
            assert len(there) == len(BATCH), (call, count)
        elif "nothing was saved" in str(refused[2]):
            assert there == [], (call, count, refused)
        refusals += refused is not None
        shutil.rmtree(root.parent)
    assert refusals > 0
