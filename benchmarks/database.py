"""The PostgreSQL store with very many entries: the same calls as of the directory store."""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import postgres
import psycopg

from benchmarks import newsroom, scale
from benchmarks.serving import serving
from widget.app import rules
from widget.config import Settings
from widget.entry import parse_entry
from widget.store import Draft, Live, Store, Withdrawn, open_store
from widget.store.listing import moment_key
from widget.store.postgres.tables import FOLDED
from widget.store.rows import keys_of, row_of, search_text

BATCH = 5_000
SETTINGS = {
    "shared_buffers": "2GB",
    "maintenance_work_mem": "2GB",
    "max_wal_size": "16GB",
    "effective_cache_size": "12GB",
    "random_page_cost": "1.1",  # as on any disk without moving parts
}

_COLUMNS = {
    "revision": "entry_id, number, at, actor, action, note, legal, entry",
    "entry": "id, head, live, draft, title, folded, url, state, waiting, lean, section,"
    " language, changed",
    "words": "id, text",
    "address": "key, entry_id",
}


def measure(count: int, data: Path | None = None) -> dict[str, object]:
    """Return what was measured with ``count`` entries; times of calls in milliseconds."""
    with database(count, data) as (url, filled):
        found: dict[str, object] = {"filled in, seconds": filled} if filled else {}
        before = time.perf_counter()
        store = _open(url)
        found["open, seconds"] = round(time.perf_counter() - before, 2)
        found.update(scale.calls(store))
        store.close()
        with serving(url, workers=2) as service:
            found["start to ready, seconds"] = round(service.ready_seconds, 2)
            found["memory of each worker, MB"] = service.memory()
        with psycopg.connect(url) as connection:
            size = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        assert size
        found["database, MB"] = size[0] // 1_000_000
        return found


@contextmanager
def database(count: int, data: Path | None) -> Iterator[tuple[str, float]]:
    """Give the URL of a database with ``count`` entries, and how long filling took, if it did.

    In ``data`` it stays for the next time.
    """
    with tempfile.TemporaryDirectory() as passing:
        folder = (data or Path(passing)) / f"postgres-{count}"
        folder.mkdir(parents=True, exist_ok=True)
        for each in (folder, *folder.parents):
            if each.is_relative_to(tempfile.gettempdir()):
                each.chmod(0o755)
        with postgres.server(folder, **SETTINGS) as server:
            took = 0.0
            if not (folder / "filled").exists():
                before = time.perf_counter()
                fill(server.url, count)
                took = round(time.perf_counter() - before, 1)
                (folder / "filled").touch()
            yield server.url, took


def fill(url: str, count: int) -> None:
    """Put the newsroom into an empty database, straight into its tables; then make the indexes."""
    _open(url).close()
    kinds: Counter[tuple[Any, ...]] = Counter()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        asked = (
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE NOT indisunique AND indrelid = ANY (%s::regclass[])"
        )
        indexes = connection.execute(asked, (list(_COLUMNS),)).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}".encode())
        made = newsroom.entries(count)
        while batch := list(islice(made, BATCH)):
            _copy(connection, batch, kinds)
        connection.cursor().executemany(
            "INSERT INTO kind (state, waiting, lean, section, language, rows)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [(*kind, number) for kind, number in kinds.items()],
        )
        for _, definition in indexes:
            connection.execute(definition.encode())
        connection.execute("VACUUM ANALYZE")


def _copy(
    connection: psycopg.Connection[Any], batch: list[newsroom.Made], kinds: Counter[tuple[Any, ...]]
) -> None:
    lines: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _COLUMNS}
    for made in batch:
        _lines(made, lines, kinds)
    for table, columns in _COLUMNS.items():
        with connection.cursor().copy(f"COPY {table} ({columns}) FROM STDIN".encode()) as copy:
            for line in lines[table]:
                copy.write_row(line)


def _lines(
    made: newsroom.Made, lines: dict[str, list[tuple[Any, ...]]], kinds: Counter[tuple[Any, ...]]
) -> None:
    live: Live | Withdrawn | None = None
    draft: Draft | None = None
    live_number = draft_number = None
    entries = {id(it): parse_entry(json.dumps(it).encode()) for _, it in made.history}
    entry = shown = next(iter(entries.values()))
    for number, (action, document) in enumerate(made.history, 1):
        at = made.at + timedelta(minutes=number)
        entry = entries[id(document)]
        text = entry.to_json().decode()
        lines["revision"].append((made.id, number, at, "ana", action, "", False, text))
        if action == "save":
            draft, draft_number = Draft(entry, number, at, "ana"), number
        elif action == "publish":
            live, live_number, shown = Live(entry, number, at, ""), number, entry
            draft = draft_number = None
        else:
            article = entry.article
            live_number = number
            live = Withdrawn(made.id, entry.language, article.url, article.title, number, at, "")
    row = row_of(made.id, live, draft, entry)
    kind = (row.state, row.waiting, row.lean or "", row.section, row.language)
    kinds[kind] += 1
    folded = row.title.casefold()[:FOLDED]
    given = (made.id, len(made.history), live_number, draft_number, row.title, folded, row.url)
    lines["entry"].append((*given, *kind, moment_key(row.changed)))
    lines["words"].append((made.id, search_text(made.id, entry)))
    if live:
        lines["address"] += [(hashlib.sha256(key.encode()).digest(), made.id) for key in keys_of(shown)]


def _open(url: str) -> Store:
    settings = Settings.model_validate({"store": url, "publications": [newsroom.PUBLICATION]})
    return open_store(settings.store, rules(settings))
