"""``python -m benchmarks [SECTION] [--entries N…]``: print every measurement, or one section's."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from running import children

from benchmarks import (
    attacks,
    bulk,
    checking,
    commands,
    database,
    delivery,
    dictionary,
    gate,
    lighthouse,
    machine,
    newsroom,
    outages,
    pages,
    reader,
    reports,
    scale,
    serving,
    slow,
    soak,
    sources,
    structure,
    takedown,
    weights,
)
from widget.config import ENV_PREFIX

RESULTS = Path(__file__).parent / "results"
SECTIONS = (
    "weights",
    "delivery",
    "takedown",
    "checking",
    "pages",
    "scale",
    "lighthouse",
    "soak",
    "slow",
    "outages",
    "database",
    "attacks",
    "structure",
    "gate",
    "commands",
    "bulk",
    "reader",
    "reports",
    "dictionary",
    "sources",
)


def main() -> None:
    """Run the measurements that the command line selects."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("section", nargs="?", choices=SECTIONS, help="only this section")
    parser.add_argument("--entries", nargs="+", type=int, metavar="N")
    parser.add_argument("--texts", type=int, default=100_000, help="number of attack texts")
    parser.add_argument("--words", type=int, default=30, help="words of each entry in a database")
    parser.add_argument("--data", type=Path, help="create the stores here, or reuse those here")
    parser.add_argument("--only", choices=bulk.KINDS, help="of bulk work only this kind")
    parser.add_argument("--runs", type=int, default=3, help="how often each piece of bulk work")
    parser.add_argument("--keep-index", action="store_true", help="do not rebuild it first")
    parser.add_argument(
        "--root", type=Path, default=structure.ROOT, help="checkout whose structure is measured"
    )
    given = parser.parse_args()
    if given.section in (None, "structure"):
        _structure(given.root)
    if given.section in (None, "weights"):
        _weights()
    if given.section in (None, "delivery"):
        _delivery(given.entries or [1_000], given.data)
    if given.section in (None, "takedown"):
        _takedown()
    if given.section in (None, "checking"):
        _checking()
    if given.section in (None, "pages"):
        _pages(given.entries or [10_000], given.data)
    if given.section in (None, "lighthouse"):
        lighthouse.main()
    if given.section == "scale":
        counts = given.entries or [1_000, 10_000, 100_000]
        _scale(counts, given.data, rebuild=not given.keep_index)
    if given.section == "database":
        _database(given.entries or [1_000_000], given.words, given.data)
    if given.section == "bulk":
        _bulk(given.entries or [10_000], given.only, given.runs)
    if given.section in (None, "outages"):
        _outages()
    if given.section == "soak":
        _soak()
    if given.section == "attacks":
        _attacks(given.texts)
    if given.section == "slow":
        _slow()
    if given.section in (None, "gate"):
        _gate()
    if given.section in (None, "sources"):
        _sources()
    if given.section in (None, "commands"):
        _commands()
    if given.section == "reader":
        _reader()
    if given.section == "reports":
        _reports()
    if given.section == "dictionary":
        _dictionary()


def _sources() -> None:
    """Print recall and precision of *quote found*."""
    print(f"Quotes in {sources.PAGES:,} pages made from the small web")
    on = machine.description()
    result = sources.measure(sources.trials())
    print(*sources.table(result), sep="\n")
    figures = {**asdict(result), "recall": result.recall, "precision": result.precision}
    keep("sources", {"machine": on, **figures})


def _structure(root: Path) -> None:
    """Print the structure of the code: modules, packages, imports, long functions."""
    print("The structure of widget/")
    print(structure.table(structure.measure(root)))


def _weights() -> None:
    """Print the weights of a typical entry (9 points, 5 sources)."""
    print("Weights, in bytes on the wire")
    with tempfile.TemporaryDirectory() as folder:
        client = weights.service(folder)
        for weight in weights.WEIGHTS:
            size = weights.measure(client, weight)
            budget = f"of {weight.budget:,} allowed" if weight.budget else ""
            print(f"  {weight.name:28} {weight.coding:5} {size:6,} {budget}")
    for name, (make, allowed) in weights.SCRIPTS.items():
        size = weights.compressed(make())
        print(f"  {name:28} gzip  {size:6,} of {allowed:,} allowed")


def _delivery(counts: Iterable[int], data: Path | None) -> None:
    """Print the delivery rate of a panel relative to nginx serving a file, by CPU time."""
    for count in counts:
        on = machine.description()
        with store(count, data) as folder:
            found = delivery.measure(folder)
        print(
            "Delivery of one panel on one core, as fractions of nginx serving the same bytes; "
            f"a store of {count:,} entries"
        )
        print(delivery.table(found))
        keep(f"delivery-{count}", {"machine": on, **found})


def _takedown() -> None:
    """Print how long a withdrawn panel is served.

    Two hundred withdrawals each: at one machine, through Varnish, on two machines' services.
    """
    on = machine.description()
    times: dict[str, list[float]] = {}
    with store(1000, None) as folder:
        url = f"dir:{folder}"
        with serving.serving(url, workers=4) as served:
            editor = takedown.Editor(url, served.port)
            measured = takedown.withdrawals(takedown.live_ids(200), [served.port], editor)
            times["withdrawal to last byte, 4 workers"] = measured["last byte"]
            times["withdrawal to its acknowledgement"] = measured["acknowledged"]
        times["withdrawal to last byte, Varnish"] = takedown.through_varnish(folder)
    times["withdrawal to last byte, two services on PostgreSQL"] = takedown.on_postgresql()
    print("Taking down; milliseconds p50, p95, p99 and the worst")
    for name, each in times.items():
        print(takedown.line(name, each))
    rounded = {name: [round(it, 1) for it in each] for name, each in times.items()}
    keep("takedown", {"machine": on, "ms": rounded})


def _checking() -> None:
    """Print the CPU time of the rules, and of the stages of the first response after a change."""
    on = machine.description()
    times = {
        **checking.rules_of_typical_entries(),
        **checking.rules_of_costliest_entries(),
    }
    with store(1000, None) as folder:
        stages = checking.first_responses(folder)
        url = f"dir:{folder}"
        with serving.serving(url, workers=1) as served:
            firsts = takedown.firsts(100, served, url, takedown.Editor(url, served.port))
    print("Rules for publishing; CPU milliseconds, median, p95 and the worst")
    print(*checking.table(times), sep="\n")
    print("Stages of the first response after a change, in one process; the same")
    print(*checking.table(stages), sep="\n")
    print("The first request after a change, at insights serve; milliseconds")
    print(*checking.table(firsts), sep="\n")
    stages = {f"first response, {name}": each for name, each in stages.items()}
    measured = {**times, **stages, **firsts}
    rounded = {name: [round(it, 3) for it in each] for name, each in measured.items()}
    keep("checking", {"machine": on, "ms": rounded})


def _outages() -> None:
    """Print the failures, and their duration, while components are killed one by one."""
    on = machine.description()
    found = outages.measure()
    print("Outages under load: two services on one PostgreSQL, Varnish before the first")
    print(outages.table(found))
    keep("outages", {"machine": on, **found})


def _attacks(count: int) -> None:
    """Print the results of attack texts: exceptions, and the slowest times."""
    on = machine.description()
    found = attacks.measure(count)
    print("Attack texts, into every field and by every way that text can arrive")
    print(attacks.table(found))
    keep("attacks", {"machine": on, **found})


def _gate() -> None:
    """Print what the checks of a draft block: mutations by kind, and faithful points."""
    on = machine.description()
    found = gate.measure()
    print("The gate: what it blocks of mutations, and of faithful points")
    print(gate.table(found))
    for target, reached in gate.targets(found):
        print(f"  {'reached' if reached else 'not reached':12} {target}")
    keep("gate", {"machine": on, **gate.as_json(found)})


def _commands() -> None:
    """Print how long short commands take, beside Python alone."""
    on = machine.description()
    with store(1000, None) as folder:
        found = commands.measure(folder)
    print(f"Short commands, {commands.RUNS} runs each in turns, 1,000 entries; milliseconds")
    print(commands.table(found))
    rounded = {name: [[round(it, 1) for it in run] for run in each] for name, each in found.items()}
    keep("commands", {"machine": on, "[wall, CPU] in ms": rounded})


def _reader() -> None:
    """Print what a panel costs a reader on a throttled phone, beside other embeds."""
    on = machine.description()
    emulated, distant = reader.measure()
    print(f"A throttled phone, {reader.ROUNDS} visits each in turns; milliseconds, medians")
    print(reader.table(emulated))
    print("The same with servers 150 ms away")
    print(reader.table(distant))
    visits = {"visits": reader.as_json(emulated), "150 ms away": reader.as_json(distant)}
    keep("reader", {"machine": on, **visits})


def _dictionary() -> None:
    """Print what a compression dictionary would save later panels, and what it costs the first."""
    on = machine.description()
    found = dictionary.measure()
    print(f"Four panels one after another, {dictionary.ROUNDS} times; bytes of each page, medians")
    print(dictionary.table(found))
    views = {
        name: {id_: [reader.numbers(it) for it in each] for id_, each in panels.items()}
        for name, panels in found.items()
    }
    keep("dictionary", {"machine": on, "views": views})


def _slow() -> None:
    """Print the effect of thousands of slow clients on ordinary readers."""
    on = machine.description()
    with store(1000, None) as folder, serving.serving(f"dir:{folder}", workers=1) as served:
        entry_id = takedown.live_ids(50)[0]
        found = slow.measure(served.port, entry_id, slow.Crowd(), seconds=60, rate=20)
    print("Thousands of slow clients beside ordinary ones, one worker")
    print(slow.table(found))
    keep("slow", {"machine": on, **found})


def _reports() -> None:
    """Print the effect of a flood of reports on panels and on the queue."""
    on = machine.description()
    proxies = {f"{ENV_PREFIX}TRUSTED_PROXIES": "127.0.0.1"}
    with store(1000, None) as folder:
        url = f"dir:{folder}"
        with serving.serving(url, workers=1, settings=proxies) as served:
            entry_id = takedown.live_ids(50)[0]
            pids = children(served.pid)
            found = reports.measure(served.port, entry_id, url, pids=pids, rounds=20, seconds=5)
    print("10,000 reports a minute from 500 networks, one worker")
    print(reports.table(found))
    keep("reports", {"machine": on, **found})


def _soak() -> None:
    """Print memory growth and failures over ten minutes at half of the maximum load."""
    on = machine.description()
    with store(1000, None) as folder:
        outcome = soak.measure(folder)
    print("Ten minutes at half of full load, one worker, an edition published twice a second")
    print(soak.table(outcome))
    keep("soak", {"machine": on, **outcome})


def _pages(counts: Iterable[int], data: Path | None) -> None:
    """Print the response times of the editors' pages over HTTP, and store those of each request."""
    for count in counts:
        on = machine.description()
        with store(count, data) as folder:
            ready, times = pages.measure(folder, count)
        print(f"Editors' pages with {count:,} entries; ready {ready:.1f} s after the start")
        print(pages.table(times))
        rounded = {name: [round(each, 1) for each in listed] for name, listed in times.items()}
        keep(f"pages-{count}", {"machine": on, "ready seconds": round(ready, 2), "ms": rounded})


def _scale(counts: Iterable[int], data: Path | None, *, rebuild: bool) -> None:
    """Print how the directory store scales: milliseconds p50 / p99 unless stated otherwise."""
    results: dict[int, dict[str, object]] = {}
    for count in counts:
        on = machine.description()
        with store(count, data) as folder:
            results[count] = scale.measure(folder, rebuild=rebuild)
        keep(f"scale-{count}", {"machine": on, **results[count]})
    print("The directory store; p50 / p99 in milliseconds")
    print(scale.table(results))


def _database(counts: Iterable[int], words: int, data: Path | None) -> None:
    """Print how the PostgreSQL store scales: milliseconds p50 / p99 unless stated otherwise."""
    results: dict[int, dict[str, object]] = {}
    for count in counts:
        on = machine.description()
        results[count] = database.measure(count, words, data)
        keep(f"database-{count}-{words}", {"machine": on, **results[count]})
    print(f"The PostgreSQL store, entries of {words} words and a title; p50 / p99 in milliseconds")
    print(scale.table(results))


def _bulk(counts: Iterable[int], only: str | None, runs: int) -> None:
    """Print how long bulk work takes."""
    for count in counts:
        on = machine.description()
        print(f"Bulk work with {count:,} entries; medians of {runs} runs")
        found = bulk.measure(count, only, runs)
        keep(f"bulk-{count}" + (f"-{only}" if only else ""), {"machine": on, **found})


@contextmanager
def store(count: int, data: Path | None) -> Iterator[Path]:
    """Yield the folder of a store with ``count`` entries; without ``data`` a temporary one."""
    with tempfile.TemporaryDirectory() as passing:
        folder = (data or Path(passing)) / str(count)
        if not folder.exists():
            newsroom.fill(folder, count)
        yield folder


def keep(name: str, result: dict[str, object]) -> None:
    """Write a result to ``results/``, for comparison."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
