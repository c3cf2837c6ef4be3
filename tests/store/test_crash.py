"""Kill and fail the store at every system call that touches its state.

One process imports the package and forks; strace attaches to each child and injects.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from crash_child import BATCH, CHANGES, ID, state
from store_support import PATHS, entry, rules, until

from widget.store import open_store

pytestmark = [pytest.mark.process, pytest.mark.crash]

# Calls that change something, or take the lock. Which of them exist depends on the machine.
CALLS = (
    "openat",
    "write",
    "fsync",
    "fdatasync",
    "link",
    "linkat",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "mkdir",
    "mkdirat",
    "ftruncate",
    "flock",
)
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

State = list[object]


@dataclass
class Run:
    events: list[list[object]]
    calls: list[str]

    @property
    def acked(self) -> int:
        return sum(what[0] == "ack" for what in self.events)

    def first(self, word: str) -> list[object] | None:
        return next((what for what in self.events if what[0] == word), None)


class Rig:
    """Forks children on demand and runs each under strace with one injection."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        command = [
            sys.executable,
            "-c",
            f"import sys; sys.path[:0] = {PATHS}\nimport crash_child\ncrash_child.main()",
        ]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.go = folder / "go"
        os.mkfifo(self.go)
        self.number = 0

    def root(self, template: Path | None = None) -> Path:
        """Return a new folder for a store, with what is in ``template``."""
        self.number += 1
        root = self.folder / f"run{self.number}" / "data"
        if template:
            shutil.copytree(template, root)
        else:
            root.mkdir(parents=True)
        return root

    def start(self, root: Path, scenario: str, *, background: bool = False) -> tuple[int, Path]:
        out = root.parent / f"{scenario}.out"
        out.write_bytes(b"")
        task = {
            "root": str(root),
            "scenario": scenario,
            "out": str(out),
            "go": str(self.go),
            "background": background,
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()
        return int(self._line()), out

    def run(self, root: Path, inject: str | None = None, scenario: str = "changes") -> Run:
        pid, out = self.start(root, scenario)
        log = root.parent / "strace.log"
        options = [
            "-e",
            "trace=" + ",".join(f"?{call}" for call in (*CALLS, "writev")),
            "-e",
            "signal=none",
            "-y",
        ]
        if scenario == "batch":
            options += ["-f"]  # it writes in a thread
        if inject:
            options += ["-e", f"inject={inject}"]
        with subprocess.Popen(
            ["strace", "-o", str(log), *options, "-p", str(pid)], stderr=subprocess.PIPE, text=True
        ) as strace:
            assert strace.stderr is not None
            line = strace.stderr.readline()
            assert "attached" in line, line
            self.let_go()
            self._line()
            strace.wait(30)
        events = [json.loads(line) for line in out.read_text().splitlines()]
        return Run(events, log.read_text().splitlines())

    def let_go(self) -> None:
        self.go.write_bytes(b"g")

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the forking process is gone"
        return line

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    if shutil.which("strace") is None:
        if os.environ.get("CI"):
            pytest.fail("strace is needed to run the crash tests; install it")
        pytest.skip("strace is not installed")
    rig = Rig(tmp_path_factory.mktemp("crash"))
    yield rig
    rig.close()


@dataclass
class Plain:
    """What happens where nothing fails: how often each call is made, each state after an ack."""

    template: Path
    calls: list[str]
    states: list[State]


@pytest.fixture(scope="module")
def plain(rig: Rig) -> Plain:
    """Run without injection, on a store that holds another live entry."""
    template = rig.root()
    store = open_store(f"dir:{template}", rules)
    store.save(entry("other"), actor="ana")
    store.publish("other", actor="ana")
    states = [state(store)]
    watched = open_store(f"dir:{rig.root(template)}", rules)
    for change in CHANGES:
        change(watched)
        states.append(state(watched))
    run = rig.run(rig.root(template))
    assert run.acked == len(CHANGES)
    return Plain(template, run.calls, states)


def names(calls: list[str]) -> list[str]:
    return [match[1] for line in calls if (match := re.match(r"(\w+)\(", line))]


def points(plain: Plain, kind: str) -> list[tuple[str, int]]:
    """Return every call of a kind with its count, as injections name it.

    How often files are read varies a little, so that the last call may not come.
    """
    alike = {"fsync": "f(?:data)?sync", "rename": "rename(?:at2?)?", "openat": "openat"}
    pattern = re.compile(alike.get(kind, f"{kind}(?:at)?"))
    counts: Counter[str] = Counter()
    found = []
    for line in plain.calls:
        call = line.partition("(")[0]
        counts[call] += 1
        # SQLite removes its own files when the process ends, after the last acknowledgement.
        if pattern.fullmatch(call) and not (kind == "unlink" and "/index/" in line):
            found.append((call, counts[call]))
    assert found, f"the store makes no call of the kind {kind}: the test is blind"
    return found


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


# Many entries at once


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
