"""The process that is killed: it imports once and forks one child for each run.

Reads one JSON object a line, ``{"root", "scenario", "out", "go"}``; forks a child that waits
for a byte in the named pipe ``go``, plays the scenario and writes what happened to ``out``.
Prints the child's process id, and its exit status when it is gone.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from store_support import entry, rules

from widget.errors import StoreUnavailable
from widget.storage import files
from widget.store import Action, Live, Revision, Store, open_store
from widget.store.directory import batch_writer

ID = "ferry-fares"
PR_SET_PTRACER = 0x59616D61
CLOCK_REALTIME_COARSE = 5  # of Linux; the module time does not name it

CHANGES: list[Callable[[Store], object]] = [
    lambda store: store.save(entry(title="one"), actor="ana"),
    lambda store: store.publish(ID, actor="ana"),
    lambda store: store.save(entry(title="two"), actor="ben"),
    lambda store: store.publish(ID, actor="ben"),
    lambda store: store.save(entry(title="three"), actor="cem"),
    lambda store: store.withdraw(ID, actor="cem", reason="Wrong."),
    lambda store: store.discard(ID, actor="cem"),
]


AT = datetime(2020, 2, 29, 12, 0, 0, 123000, UTC)


def history(entry_id: str, *actions: Action) -> list[Revision]:
    return [
        Revision(number, AT, "ana", action, "", entry(entry_id, title=f"number {number}"))
        for number, action in enumerate(actions, 1)
    ]


BATCH = [
    history("both", "save", "publish", "save"),
    history("live", "save", "publish"),
    history("draft", "save"),
]


def state(store: Store) -> list[object]:
    """Return all that readers can tell of the entry, without times."""
    live, draft = store.live(ID), store.draft(ID)
    if isinstance(live, Live):
        seen = ["live", live.revision, live.entry.article.title, live.digest]
    else:
        seen = ["withdrawn", live.revision, live.reason] if live else ["nothing"]
    history = [
        [each.number, each.actor, each.action, each.note, each.entry.article.title]
        for each in store.history(ID)
    ]
    draft_state = [draft.revision, draft.actor, draft.entry.article.title] if draft else None
    return [seen, draft_state, history]


class Teller:
    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND)

    def close(self) -> None:
        os.close(self._file)

    def tell(self, *what: object) -> None:
        # Not write(): that is one of the calls in which the tests kill and fail.
        os.writev(self._file, [json.dumps(what).encode() + b"\n"])


def play(root: str, scenario: str, teller: Teller) -> None:
    if scenario == "changes":
        files.RACY_SECONDS = 0  # else the number of reads depends on the clock
    try:
        store = open_store(f"dir:{root}", rules)
    except StoreUnavailable as error:
        teller.tell("refused", 0, str(error))
        return
    if scenario == "changes":
        play_changes(store, teller)
    elif scenario == "open":
        teller.tell("state", state(store))
    elif scenario == "publish":
        for _ in range(3):
            store.save(entry(title=f"head {store.head(ID)}"), actor="ana")
            store.publish(ID, actor="ana")
    elif scenario == "batch":
        batch_writer._AT_ONCE = 1  # the order of calls of several threads depends on the clock
        play_batch(store, teller)
    elif scenario == "read":
        read(store, teller, Path(root).parent / "stop")


def tick() -> None:
    """Return in the next tick of the clock that files get their times from; makes no call.

    Without RACY_SECONDS the store cannot see two changes in one tick, and in memory a whole change
    takes less than one.
    """
    now = time.clock_gettime_ns(CLOCK_REALTIME_COARSE)
    while time.clock_gettime_ns(CLOCK_REALTIME_COARSE) == now:
        pass


def play_changes(store: Store, teller: Teller) -> None:
    for number, change in enumerate(CHANGES, 1):
        tick()
        try:
            change(store)
        except StoreUnavailable as error:
            teller.tell("refused", number, str(error))
            # Reads go on, and a second try does not turn a failed fsync into a success.
            teller.tell("state", state(store))
            tick()
            try:
                change(store)
            except StoreUnavailable:
                teller.tell("refused again", number)
            else:
                teller.tell("done at the second try", number)
            return
        teller.tell("ack", number)


def play_batch(store: Store, teller: Teller) -> None:
    try:
        refusals = store.adopt_all(BATCH)
    except StoreUnavailable as error:
        teller.tell("refused", 1, str(error))
        return
    assert refusals == [None] * len(BATCH)
    teller.tell("ack", 1)


def read(store: Store, teller: Teller, stop: Path) -> None:
    """Tell every live state met until one is told to stop, and whether it was whole."""
    last = None
    while not stop.exists():
        live = store.live(ID)
        if live is not last:
            last = live
            assert isinstance(live, Live)
            source = store.revision(ID, live.revision)
            whole = source.entry == live.entry and source.action == "publish"
            teller.tell("met", live.revision, whole)
        store.draft(ID)
        store.find(entry().article.url)
        time.sleep(0.001)
    teller.tell("problems", [problem.where for problem in store.problems(thorough=True)])


def main() -> None:
    global teller_path
    ctypes.CDLL(None).prctl(PR_SET_PTRACER, ctypes.c_ulong(-1), 0, 0, 0)
    for line in sys.stdin:
        task = json.loads(line)
        # Opened here: the child's own first call is to be the store's.
        teller = Teller(task["out"])
        go = os.open(task["go"], os.O_RDWR)
        pid = os.fork()
        if pid == 0:
            ctypes.CDLL(None).prctl(PR_SET_PTRACER, ctypes.c_ulong(-1), 0, 0, 0)
            os.read(go, 1)
            try:
                play(task["root"], task["scenario"], teller)
            except BaseException as error:
                teller.tell("broke", repr(error))
            os._exit(0)
        print(pid, flush=True)
        if not task.get("background"):
            print(os.waitpid(pid, 0)[1], flush=True)
        os.close(go)
        teller.close()


if __name__ == "__main__":
    main()
