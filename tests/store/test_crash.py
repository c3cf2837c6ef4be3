"""Kill and fail the store at every system call of a change that touches its state."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from crash_child import CHANGES, ID, state
from crash_support import Plain, Rig, State, log_points, names, plain, points, rig
from log_support import assert_logged, lines
from store_support import entry, rules, until

from widget.store import open_store

pytestmark = [pytest.mark.process, pytest.mark.crash]

__all__ = ["plain", "rig"]  # the fixtures

KINDS = ("openat", "write", "fsync", "link", "rename", "unlink", "mkdir", "flock")
ERRORS = [
    ("fsync", "EIO"),
    ("write", "EIO"),
    ("write", "ENOSPC"),
    ("openat", "ENOSPC"),
    ("openat", "EMFILE"),
    ("link", "EIO"),
    ("link", "ENOSPC"),
    ("rename", "EIO"),
    ("unlink", "EIO"),
    ("mkdir", "ENOSPC"),
    ("flock", "ENOLCK"),
]


def test_each_acknowledgement_comes_after_the_fsyncs_of_all_that_it_rests_on(plain: Plain) -> None:
    waiting: set[str] = set()
    acks = synced = 0
    for line in plain.calls:
        call, _, rest = line.partition("(")
        paths = re.findall(r'"([^"]+)"', rest)
        if call == "openat" and "O_CREAT" in rest and paths[0].endswith("-tmp"):
            waiting.add(paths[0])
        elif call.startswith(("link", "rename", "unlink")):
            target = Path(paths[-1])
            assert call.startswith("unlink") or paths[0] not in waiting, line
            if (target.suffix == ".json" and target.parent.name != "journal") or call[:4] == "link":
                waiting.add(str(target.parent))
        elif call.startswith(("fsync", "fdatasync")):
            match = re.search(r"<(.+)>", rest)
            assert match
            synced += match[1] in waiting
            waiting.discard(match[1])
        elif call == "writev":
            acks += 1
            assert waiting == set(), line
    assert acks == len(CHANGES)
    assert synced > 4 * acks


def test_killed_while_a_hand_edit_is_logged_it_makes_up_for_the_line(
    rig: Rig, plain: Plain
) -> None:
    edited = rig.root(plain.template)
    (edited / "live" / "other.json").write_bytes(entry("other", "By hand").to_json())
    (edited / "live" / "new.json").write_bytes(entry("new", "By hand, too").to_json())
    calls = rig.run(rig.root(edited), scenario="open").calls
    late = set()
    for call, count in log_points(calls):
        root = rig.root(edited)
        rig.run(root, f"{call}:signal=KILL:when={count}", scenario="open")
        store = open_store(f"dir:{root}", rules)
        assert_logged(store, "other", "new")
        assert [it.actor for it in store.history("new")] == ["file"]
        late |= {it.entry for it in lines(store) if it.late}
        store.close()
        shutil.rmtree(root.parent)
    assert late == {"other", "new"}


def test_a_line_is_met_only_once_it_is_on_disk(plain: Plain) -> None:
    """What a power failure can take back is still zero where the line begins."""
    shown, synced = False, False
    for line in plain.calls:
        call, _, rest = line.partition("(")
        if "/log.jsonl>" not in rest:
            continue
        if call == "fsync":
            synced = True
        elif call == "write":
            if re.search(r', "{', rest):
                assert synced, line
                assert rest.endswith("= 1"), line
                shown = True
            else:
                assert re.search(r', "\\0', rest), line
                synced = False
    assert shown


def after(root: Path) -> State:
    """Return what readers see once the store was opened again; nothing may be left over."""
    store = open_store(f"dir:{root}", rules)
    seen = state(store)
    assert store.problems(thorough=True) == []
    other = store.live("other")
    assert other is not None
    assert other.revision == 2
    left = [path for path in root.rglob("*") if path.name.endswith("-tmp")]
    left += list((root / "journal").iterdir())
    assert left == []
    for path in (root / "revisions" / ID).glob("*"):
        assert path.stat().st_nlink == 1
    assert_logged(store, ID, "other")
    store.close()
    assert state(open_store(f"dir:{root}", rules)) == seen
    return seen


@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_any_call_it_has_the_old_state_or_the_new_one(
    rig: Rig, plain: Plain, kind: str
) -> None:
    for call, count in points(plain, kind):
        root = rig.root(plain.template)
        run = rig.run(root, f"{call}:signal=KILL:when={count}")
        assert run.acked < len(CHANGES) or kind == "openat", (call, count, run.events)
        assert run.first("broke") is None, run.events
        seen = after(root)
        assert seen in plain.states[run.acked : run.acked + 2], (call, count, run.events)
        shutil.rmtree(root.parent)


def test_killed_between_a_change_and_its_line_it_makes_up_for_the_line(
    rig: Rig, plain: Plain
) -> None:
    late = []
    for call, count in log_points(plain.calls):
        root = rig.root(plain.template)
        rig.run(root, f"{call}:signal=KILL:when={count}")
        after(root)
        store = open_store(f"dir:{root}", rules)
        found = lines(store)
        # Only the line that was due, and no other, is marked.
        assert not any(it.late for it in found[:-1])
        late.append(found[-1].late)
        store.close()
        shutil.rmtree(root.parent)
    # Of each of three changes: room is made; the line is written, synced and shown. Where it was
    # written, it counts.
    assert late == [False, True, False, False] * 3


@pytest.mark.parametrize(("kind", "error"), ERRORS)
def test_where_a_call_fails_nothing_is_acknowledged_that_is_not_there(
    rig: Rig, plain: Plain, kind: str, error: str
) -> None:
    refusals = 0
    for call, count in points(plain, kind):
        root = rig.root(plain.template)
        run = rig.run(root, f"{call}:error={error}:when={count}")
        where = (call, count, run.events)
        assert run.first("broke") is None, where
        refused = run.first("refused")
        seen = after(root)
        if refused is None:
            assert run.acked == len(CHANGES), where
            assert seen == plain.states[-1], where
            continue
        refusals += 1
        retried = run.first("done at the second try")
        message = str(refused[2])
        reached = run.acked + (1 if retried else 0)
        if "nothing was saved" in message or retried:
            assert seen == plain.states[reached], where
        else:
            assert seen in plain.states[reached : reached + 2], where
        read = run.first("state")
        if read is not None:
            # The process that failed goes on reading: the old state or the new one.
            live = [each[0] for each in plain.states[run.acked : run.acked + 2]]
            assert read[1][0] in live, where  # type: ignore[index]  # a list, by state()
        shutil.rmtree(root.parent)
    assert refusals > 0


def test_a_failed_fsync_is_never_tried_again_nor_acknowledged(rig: Rig, plain: Plain) -> None:
    for call, count in points(plain, "fsync"):
        root = rig.root(plain.template)
        run = rig.run(root, f"{call}:error=EIO:when={count}")
        where = (call, count, run.events)
        failed = next(index for index, line in enumerate(run.calls) if "(INJECTED)" in line)
        later = Counter(names([it for it in run.calls[failed + 1 :] if "/index/" not in it]))
        assert later["fsync"] + later["fdatasync"] == 0, where
        assert later["rename"] + later["link"] + later["linkat"] + later["unlink"] == 0, where
        refused, again = run.first("refused"), run.first("refused again")
        assert refused is not None, where
        assert again is not None, where
        assert "restart the service" in str(refused[2]), where
        assert "nothing was saved" not in str(refused[2]), where
        shutil.rmtree(root.parent)


@pytest.mark.parametrize("kind", ["rename", "unlink", "fsync"])
def test_recovery_can_be_cut_short_as_well(rig: Rig, plain: Plain, kind: str) -> None:
    call, total = points(plain, "rename")[-1]
    for count in range(1, total + 1):
        torn = rig.root(plain.template)
        run = rig.run(torn, f"{call}:signal=KILL:when={count}")
        calm = rig.root(torn)
        counted = rig.run(calm, scenario="open")
        seen = after(calm)
        for step, often in Counter(names(counted.calls)).items():
            if not step.startswith(kind):
                continue
            for again in range(1, often + 1):
                root = rig.root(torn)
                rig.run(root, f"{step}:signal=KILL:when={again}", scenario="open")
                assert after(root) == seen, (count, step, again, run.events)
                shutil.rmtree(root.parent)


def test_a_reader_beside_killed_writers_meets_whole_states(rig: Rig, plain: Plain) -> None:
    root = rig.root(plain.template)
    first = open_store(f"dir:{root}", rules)
    first.save(entry(title="first"), actor="ana")
    first.publish(ID, actor="ana")
    _, out = rig.start(root, "read", background=True)
    rig.let_go()
    until(lambda: "met" in out.read_text(), within=10)
    try:
        for call, counts in (
            ("fsync", range(1, 31)),
            ("rename", range(1, 9)),
            ("linkat", (1, 2, 3)),
            ("unlink", range(1, 12)),
        ):
            for count in counts:
                rig.run(root, f"{call}:signal=KILL:when={count}", scenario="publish")
    finally:
        (root.parent / "stop").touch()
    until(lambda: "problems" in out.read_text() or "broke" in out.read_text(), within=10)
    events = [json.loads(line) for line in out.read_text().splitlines()]
    assert events[-1] == ["problems", []]
    met = [what for what in events if what[0] == "met"]
    assert len(met) > 20
    assert all(whole for _, _, whole in met)
    assert [number for _, number, _ in met] == sorted(number for _, number, _ in met)
    history = open_store(f"dir:{root}", rules).history(ID)
    assert {revision.actor for revision in history} == {"ana"}
    assert [revision.number for revision in history] == list(range(len(history), 0, -1))
