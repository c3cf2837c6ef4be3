"""Scaling of the directory store: start, memory, look-ups, lists, searches, publishing."""

from __future__ import annotations

import json
import random
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.newsroom import PAPER, PUBLICATION
from benchmarks.pages import quantile
from benchmarks.serving import serving
from widget.app import rules
from widget.config import Settings
from widget.entry import parse_entry
from widget.store import Key, Query, Sort, Store, open_store
from widget.store.query import key

_SHARES = {"p50": 0.5, "p99": 0.99}


def measure(data: Path, *, rebuild: bool = True) -> dict[str, object]:
    """Return the measurements; times of single calls in milliseconds."""
    found: dict[str, object] = {}
    if rebuild:
        shutil.rmtree(data / "index", ignore_errors=True)
        before = time.perf_counter()
        _open(data).close()
        found["index made anew, seconds"] = round(time.perf_counter() - before, 2)
    before = time.perf_counter()
    store = _open(data)
    found["open, seconds"] = round(time.perf_counter() - before, 2)
    found.update(_calls(store))
    store.close()
    with serving(f"dir:{data}", workers=2) as service:
        found["start to ready, seconds"] = round(service.ready_seconds, 2)
        found["memory of each worker, MB"] = service.memory()
    size = sum(file.stat().st_size for file in (data / "index").iterdir())
    found["index, MB"] = size // 1_000_000
    return found


def _open(data: Path) -> Store:
    settings = Settings.model_validate({"store": f"dir:{data}", "publications": [PUBLICATION]})
    return open_store(settings.store, rules(settings))


def _calls(store: Store) -> Iterator[tuple[str, dict[str, float]]]:
    chance = random.Random(3)  # noqa: S311  # any entries will do
    ids = store.ids()
    some = chance.sample(ids, min(len(ids), 500))
    few = chance.sample(ids, 30)
    yield "look up by id, first time", timed(some, store.live)
    yield "look up by id, again", timed(some[-200:] * 10, store.live)
    yield "find by URL", timed(some, lambda name: store.find(f"{PAPER}/opinion/{name}"))
    yield "find an unknown URL", timed(some, lambda name: store.find(f"{PAPER}/news/{name}"))
    for name, query in {
        "list": Query(),
        "list, filtered": Query(state="live", lean="left", section="Letters"),
        "search: two words": Query(search="ropeway observatory"),
        "search: a word in every entry": Query(search="the"),
        "search: two letters that no text has": Query(search="zz"),
        "search: two letters of every text": Query(search="th"),
        "search: two letters, filtered": Query(search="th", lean="left", section="Letters"),
        "search: one letter": Query(search="z"),
        "search: digits inside numbers": Query(search="7777"),
        "search: an entry's name": Query(search=few[0]),
    }.items():
        yield name, timed(few, lambda _, query=query: listed(store, query))  # type: ignore[misc]  # called at once
    last = len(ids) - 50
    yield "list, last page", timed(few, lambda _: store.rows(Query(), limit=50, offset=last))
    yield from pages_by_key(store, len(ids), 30)
    numbers = [str(time.time_ns() + number) for number in range(60)]
    yield "save a new draft", timed(numbers, lambda number: save(store, number))
    yield (
        "publish it",
        timed(numbers, lambda number: store.publish(f"measured-{number}", actor="ana")),
    )
    for number in numbers:
        store.withdraw(f"measured-{number}", actor="ana", legal=True)


def pages_by_key(store: Store, total: int, number: int) -> Iterator[tuple[str, dict[str, float]]]:
    """Time the pages that follow rows anywhere in the list, in each order."""
    chance = random.Random(5)  # noqa: S311  # any rows will do
    sorts: tuple[Sort, ...] = ("changed", "title", "id")
    for sort in sorts:
        query = Query(sort=sort)
        keys = {}
        for name in map(str, range(number)):
            (row,) = store.rows(query, limit=1, offset=chance.randrange(total))
            keys[name] = key(sort, row)

        def look(name: str, query: Query = query, keys: dict[str, Key] = keys) -> None:
            store.rows(query, limit=50, after=keys[name])

        yield f"list by {sort}, a page by key", timed(list(keys), look)


def listed(store: Store, query: Query) -> None:
    store.counts(query)
    store.rows(query, limit=50)


def save(store: Store, number: str) -> None:
    document = {
        "schema": 1,
        "id": f"measured-{number}",
        "language": "en",
        "article": {
            "url": f"{PAPER}/opinion/measured-{number}",
            "title": "Measured",
            "kind": "opinion",
            "section": "Opinion",
        },
        "viewpoint": {"lean": "center"},
        "perspectives": [{"role": "ideas", "points": [{"text": "It takes a while [1]."}]}],
        "sources": [{"title": "A clock", "url": "https://clock.example/"}],
        "provenance": {"origin": "human"},
    }
    store.save(parse_entry(json.dumps(document).encode()), actor="ana")


def timed(names: list[str], call: Callable[[str], object]) -> dict[str, float]:
    times = []
    for name in names:
        before = time.perf_counter()
        call(name)
        times.append((time.perf_counter() - before) * 1000)
    return {label: round(quantile(times, share), 3) for label, share in _SHARES.items()}


def table(results: dict[int, dict[str, object]]) -> str:
    """Return the results side by side."""
    lines = [f"  {'entries':36}" + "".join(f"{count:>22,}" for count in results)]
    for name in next(iter(results.values())):
        cells = "".join(f"{_cell(found.get(name)):>22}" for found in results.values())
        lines.append(f"  {name:36}{cells}")
    return "\n".join(lines)


def _cell(value: object) -> str:
    if isinstance(value, dict):
        return f"{value['p50']:.2f} / {value['p99']:.2f}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
