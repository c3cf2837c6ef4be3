"""A backup that is taken while publishing goes on restores into a store that lost nothing."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path

import postgres
import pytest
from running import until
from samples import ROOT

from widget import demo
from widget.app import rules
from widget.config import Settings
from widget.entry import Entry
from widget.storage.documents import Document, open_documents
from widget.store import Live, Store, open_store
from widget.store.log_line import NO_LINE

ORDER = ("revisions", "journal", "drafts", "live")
SCRIPT = ROOT / "examples" / "deploy" / "backup.sh"


def opened(data: Path) -> Store:
    settings = Settings.model_validate(
        {"store": f"dir:{data}", "publications": [{"review": "optional"}]}
    )
    return open_store(settings.store, rules(settings))


def titled(entry: Entry, title: str) -> Entry:
    """Return an entry whose title tells which version it is."""
    return entry.model_copy(update={"article": entry.article.model_copy(update={"title": title})})


def ferry() -> Entry:
    return next(entry for entry in demo.entries() if entry.id == "ferry-fares")


@dataclass(frozen=True)
class State:
    """What one entry shows: titles, None where there is nothing."""

    live: str | None
    draft: str | None


def state(store: Store, entry_id: str) -> State:
    live, draft = store.live(entry_id), store.draft(entry_id)
    return State(
        live.entry.article.title if isinstance(live, Live) else None,
        draft.entry.article.title if draft else None,
    )


def assert_logged(store: Store) -> None:
    """The log is one chain, and has a line for each publication that is there."""
    lines = store.log_lines(after=0, limit=100_000)
    digests = [NO_LINE, *(it.digest() for it in lines)]
    assert [it.previous for it in lines] == digests[:-1]
    logged = {(it.entry, it.revision) for it in lines}
    for entry_id in store.ids():
        for revision in store.history(entry_id):
            if revision.action in ("publish", "withdraw"):
                assert (entry_id, revision.number) in logged


@pytest.mark.unit
def test_the_script_copies_in_this_order() -> None:
    assert f" {' '.join(ORDER)} " in SCRIPT.read_text("utf-8")


CHANGES: dict[str, Callable[[Store], object]] = {
    "save": lambda store: store.save(titled(ferry(), "third"), actor="pia"),
    "discard": lambda store: store.discard("ferry-fares", actor="pia"),
    "publish": lambda store: store.publish("ferry-fares", actor="pia"),
    "withdraw": lambda store: store.withdraw("ferry-fares", actor="pia", reason="Wrong."),
}


def copied(
    data: Path, out: Path, order: tuple[str, ...], between: dict[str, Callable[[], object]]
) -> None:
    """Copy folder after folder; ``between`` says what happens before which."""
    out.mkdir()
    for name in order:
        between.get(name, lambda: None)()
        shutil.copytree(data / name, out / name)


def prepared(data: Path) -> Store:
    store = opened(data)
    store.save(titled(ferry(), "first"), actor="pia")
    store.publish("ferry-fares", actor="pia")
    store.save(titled(ferry(), "second"), actor="pia")
    return store


@pytest.mark.unit
@pytest.mark.parametrize("before", ORDER)
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_between_any_two_folders_is_there_or_not_and_harms_nothing(
    tmp_path: Path, change: str, before: str
) -> None:
    store = prepared(tmp_path / "data")
    then, history = state(store, "ferry-fares"), store.history("ferry-fares")
    copied(
        tmp_path / "data",
        tmp_path / "restored",
        ORDER,
        {before: lambda: CHANGES[change](store)},
    )
    after = state(store, "ferry-fares")
    store.close()
    assert then != after
    restored = opened(tmp_path / "restored")
    found = state(restored, "ferry-fares")
    assert found.live in (then.live, after.live)
    assert found.draft in (then.draft, after.draft)
    assert restored.history("ferry-fares")[-len(history) :] == history
    assert restored.problems(thorough=True) == []
    restored.close()


@pytest.mark.unit
def test_in_the_other_order_a_panel_that_was_withdrawn_comes_back(tmp_path: Path) -> None:
    """Why the order matters: what is live without a revision that says so is an edit by hand."""
    store = prepared(tmp_path / "data")
    withdraw = {"revisions": lambda: CHANGES["withdraw"](store)}
    copied(tmp_path / "data", tmp_path / "restored", ORDER[::-1], withdraw)
    store.close()
    restored = opened(tmp_path / "restored")
    newest = restored.history("ferry-fares")[0]
    assert (newest.actor, newest.action) == ("file", "publish")
    assert state(restored, "ferry-fares").live == "first"
    restored.close()


@dataclass
class Writer:
    """Changes entries all the time; ``acknowledged`` is what happened to each, and when."""

    store: Store
    entries: list[Entry]
    acknowledged: dict[str, list[tuple[float, int, State]]] = field(default_factory=dict)
    stopped: threading.Event = field(default_factory=threading.Event)
    errors: list[BaseException] = field(default_factory=list)

    def run(self) -> None:
        try:
            for number in count():
                for place, entry in enumerate(self.entries):
                    if self.stopped.is_set():
                        return
                    self._change(titled(entry, f"{entry.id} {number}"), number + place)
        except BaseException as error:
            self.errors.append(error)

    def _change(self, entry: Entry, turn: int) -> None:
        self._note(entry.id, self.store.save(entry, actor="pia").number)
        if turn % 4 != 3:
            self._note(entry.id, self.store.publish(entry.id, actor="pia").number)
        if turn % 4 == 2:
            self._note(entry.id, self.store.withdraw(entry.id, actor="pia", legal=True).number)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Write while the block runs, from before it begins until after it ends."""
        thread = threading.Thread(target=self.run)
        thread.start()
        try:
            until(lambda: self.noted() > 60)
            yield
            so_far = self.noted()
            until(lambda: self.noted() > so_far + 10)
        finally:
            self.stopped.set()
            thread.join(timeout=60)
        assert self.errors == []

    def noted(self) -> int:
        """Return how many changes were acknowledged."""
        return sum(map(len, list(self.acknowledged.values())))

    def _note(self, entry_id: str, number: int) -> None:
        noted = (time.monotonic(), number, state(self.store, entry_id))
        self.acknowledged.setdefault(entry_id, []).append(noted)


@pytest.mark.process
def test_a_backup_taken_while_publishing_goes_on_loses_nothing_acknowledged(
    tmp_path: Path,
) -> None:
    data, out = tmp_path / "data", tmp_path / "out"
    out.mkdir()
    store = opened(data)
    writer = Writer(store, [entry for entry in demo.entries() if entry.article.kind != "news"][:8])
    began: list[float] = []
    files: list[Path] = []

    def changed_meanwhile() -> int:
        noted = [at for each in list(writer.acknowledged.values()) for at, _, _ in list(each)]
        return sum(at > began[0] for at in noted)

    with writer.going_on():
        while len(files) < 4 or (changed_meanwhile() < 6 and len(files) < 100):
            began.append(time.monotonic())
            done = subprocess.run(
                ["sh", str(SCRIPT), str(data), str(out)],
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            files.append(Path(done.stdout.strip()).rename(out / f"{len(files)}.tar.gz"))
        assert changed_meanwhile() >= 6, "nothing was changed meanwhile"
    store.close()
    for file, start in zip(files, began, strict=True):
        folder = tmp_path / file.name.removesuffix(".tar.gz")
        folder.mkdir()
        subprocess.run(["tar", "-C", str(folder), "-xzf", str(file)], check=True)
        restored = opened(folder)
        assert restored.problems(thorough=True) == []
        for entry_id, changes in writer.acknowledged.items():
            before = [each for each in changes if each[0] < start]
            stored = {revision.number for revision in restored.history(entry_id)}
            assert {number for _, number, _ in before} <= stored
            possible = [each[2] for each in changes[max(0, len(before) - 1) :]]
            found = state(restored, entry_id)
            assert found.live in {each.live for each in possible}, entry_id
            assert found.draft in {each.draft for each in possible}, entry_id
        assert_logged(restored)
        restored.close()


@pytest.mark.database
def test_a_dump_of_a_database_taken_meanwhile_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """As docs/store.md has it; a dump is of one moment, whatever order it is written in."""
    with postgres.server() as server, postgres.database(server.url) as url:
        store = open_store(
            url, rules(Settings.model_validate({"publications": [{"review": "optional"}]}))
        )
        writer = Writer(store, [entry for entry in demo.entries() if entry.article.kind != "news"])
        with writer.going_on():
            began = time.monotonic()
            file = tmp_path / "insights.dump"
            dump = [str(server.programs / "pg_dump"), "-Fc", url, "-f", str(file)]
            subprocess.run(dump, check=True)
        store.close()
        with postgres.database(server.url) as empty:
            subprocess.run(
                [str(server.programs / "pg_restore"), "-d", empty, str(file)], check=True
            )
            restored = open_store(
                empty, rules(Settings.model_validate({"publications": [{"review": "optional"}]}))
            )
            for entry_id, changes in writer.acknowledged.items():
                before = [each for each in changes if each[0] < began]
                history = restored.history(entry_id)
                assert len(history) >= len(before)
                assert [each.number for each in history] == list(range(len(history), 0, -1))
                assert state(restored, entry_id) in [each[2] for each in changes[len(before) - 1 :]]
            restored.save(ferry(), actor="pia")
            restored.close()


@pytest.mark.process
def test_what_a_backup_holds_is_for_nobody_else(tmp_path: Path) -> None:
    prepared(tmp_path / "data").close()
    (tmp_path / "data" / "accounts.json").write_text("{}")
    done = subprocess.run(
        ["sh", str(SCRIPT), str(tmp_path / "data"), str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    created = Path(done.stdout.strip())
    assert created.stat().st_mode & 0o777 == 0o600
    listed = subprocess.run(
        ["tar", "-tzf", str(created)], capture_output=True, text=True, check=True
    )
    tops = list(dict.fromkeys(line.split("/")[0] for line in listed.stdout.splitlines()))
    assert tops == [*ORDER, "accounts.json", "log.jsonl"]


@pytest.mark.process
def test_a_backup_that_cannot_be_made_says_so_and_leaves_none(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", str(SCRIPT), str(tmp_path / "nothing"), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert not list(tmp_path.glob("*.tar.gz"))


@pytest.mark.process
def test_records_beside_the_entries_are_whole_in_a_backup_taken_while_they_are_written(
    tmp_path: Path,
) -> None:
    data, out, restored = tmp_path / "data", tmp_path / "out", tmp_path / "restored"
    out.mkdir()
    restored.mkdir()
    prepared(data).close()
    records, stopped = open_documents(f"dir:{data}"), threading.Event()
    written: list[int] = []

    def write() -> None:
        for number in count():
            key = f"{number:06d}"
            records.update("note", key, partial(_note, key))
            written.append(number)
            if stopped.is_set():
                return

    thread = threading.Thread(target=write)
    thread.start()
    try:
        until(lambda: len(written) > 20)
        before = len(written)
        command = ["sh", str(SCRIPT), str(data), str(out)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    finally:
        stopped.set()
        thread.join()
        records.close()
    subprocess.run(["tar", "-C", str(restored), "-xzf", done.stdout.strip()], check=True)
    found = open_documents(f"dir:{restored}")
    keys = [it.key for it in found.page("note", limit=100_000)]
    found.close()
    assert keys == [f"{number:06d}" for number in range(len(keys))]
    assert before <= len(keys) <= len(written)
    assert [path.name for path in out.iterdir()] == [Path(done.stdout.strip()).name]


def _note(key: str, _: Document | None) -> Document:
    return Document(key, "{}")
