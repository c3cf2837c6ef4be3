"""Many writers, one chain: services on a database, and workers on a folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from log_support import assert_logged, lines
from store_support import rules, start_python

from widget.store import open_store

pytestmark = pytest.mark.process

PUBLICATIONS = 1_000
PATIENCE = 600
PUBLISH = """
from widget.errors import NotFound
from store_support import entry, rules
from widget.store import open_store
url, number, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
store = open_store(url, rules, create=False)
print("ready", flush=True)
sys.stdin.readline()
for step in range(count):
    entry_id = f"entry-{step % 7}-{number if step % 2 else 'all'}"
    while True:
        store.save(entry(entry_id, f"{number} {step}"), actor="ana")
        try:
            store.publish(entry_id, actor="ana")
        except NotFound:  # another process published that draft
            continue
        break
store.close()
"""


def published_by(processes: int, url: str) -> None:
    """Publish a thousand times, in so many processes at once; each has its share."""
    share = PUBLICATIONS // processes
    children = [start_python(PUBLISH, url, str(it), str(share)) for it in range(processes)]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    for child in children:
        child.communicate(timeout=PATIENCE)
        assert child.returncode == 0
    store = open_store(url, rules, create=False)
    found = lines(store)
    assert len(found) == PUBLICATIONS
    assert not any(it.late for it in found)
    assert_logged(store, *store.ids())
    store.close()


def test_two_services_on_a_database_make_one_chain(database_url: str) -> None:
    open_store(database_url, rules).close()
    published_by(2, database_url)


def test_four_workers_on_a_folder_make_one_chain(tmp_path: Path) -> None:
    url = f"dir:{tmp_path / 'data'}"
    open_store(url, rules).close()
    published_by(4, url)
