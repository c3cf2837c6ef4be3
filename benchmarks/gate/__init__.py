"""The gate, measured: recall of mutations by kind, and false blocks of faithful points."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from benchmarks.gate import cases, mutations, variants
from benchmarks.gate.cases import Case, Unit

SEED = 20261129
RECALL = 0.99
FALSE_BLOCKS = 0.02
LEAST_MUTATIONS = 2_000
LEAST_FAITHFUL = 500

T = TypeVar("T")


@dataclass(slots=True)
class Count:
    """How many there were, and how many of them were blocked, with the others or the blocked."""

    total: int = 0
    blocked: int = 0
    promised: bool = True
    examples: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Result:
    """The counts by kind."""

    mutations: dict[str, Count] = field(default_factory=dict)
    faithful: dict[str, Count] = field(default_factory=dict)

    @property
    def false_blocks(self) -> float:
        """The share of faithful points that are blocked, of 1."""
        total = sum(it.total for it in self.faithful.values())
        return sum(it.blocked for it in self.faithful.values()) / total

    @property
    def promised(self) -> Iterator[tuple[str, Count]]:
        """The kinds that the gate is specified to block."""
        return ((kind, it) for kind, it in self.mutations.items() if it.promised)


def measure(*, every: int = 1, seed: int = SEED) -> Result:
    """Check every mutation and every variant, or each ``every``-th of them."""
    loaded = cases.load()
    result = Result()
    for kind, case, unit in _each(variants.faithful(loaded, random.Random(seed)), every):  # noqa: S311
        count = result.faithful.setdefault(kind, Count())
        count.total += 1
        if blocks := _blocks(case, unit):
            count.blocked += 1
            count.examples.append(f"{case.name}: {sorted(blocks)} {unit.text}")
    before: dict[tuple[str, Unit], set[tuple[str, str]]] = {}
    for it in _each(mutations.all_of(loaded, random.Random(seed)), every):  # noqa: S311
        count = result.mutations.setdefault(it.kind, Count(promised=it.promised))
        key = (it.case.name, it.original)
        if key not in before:
            before[key] = _blocks(it.case, it.original)
        found = {rule for rule, _ in _blocks(it.case, it.unit) - before[key]}
        count.total += 1
        if found & it.expected:
            count.blocked += 1
        else:
            count.examples.append(f"{it.case.name}: {sorted(found)} {_shown(it.unit)}")
    return result


def _each(items: Iterable[T], every: int) -> Iterator[T]:
    return (it for n, it in enumerate(items) if n % every == 0)


def _blocks(case: Case, unit: Unit) -> set[tuple[str, str]]:
    return {(it.rule, it.detail) for it in case.check(unit) if it.severity == "block"}


def _shown(unit: Unit) -> str:
    return f"{unit.text} | by {unit.by} | quotes {unit.quotes} | {unit.urls}"


def table(result: Result) -> str:
    """Return the counts as lines to print."""
    lines = [f"  {'mutations':48} {'blocked':>8} {'of':>6} {'recall':>8}"]
    for promised in (True, False):
        for kind, it in result.mutations.items():
            if it.promised == promised:
                share = it.blocked / it.total
                note = "" if promised else "  (not promised)"
                lines.append(f"  {kind:48} {it.blocked:8,} {it.total:6,} {share:8.2%}{note}")
    total = sum(it.total for it in result.mutations.values())
    lines.append(f"  {'all':48} {'':8} {total:6,}")
    lines.append(f"  {'faithful points':48} {'blocked':>8} {'of':>6} {'share':>8}")
    for kind, it in result.faithful.items():
        lines.append(f"  {kind:48} {it.blocked:8,} {it.total:6,} {it.blocked / it.total:8.2%}")
    total = sum(it.total for it in result.faithful.values())
    blocked = sum(it.blocked for it in result.faithful.values())
    lines.append(f"  {'all':48} {blocked:8,} {total:6,} {result.false_blocks:8.2%}")
    return "\n".join(lines)


def targets(result: Result) -> Iterator[tuple[str, bool]]:
    """Yield what is to be reached, and whether it is."""
    for kind, it in result.promised:
        yield f"{kind}: at least {RECALL:.0%} blocked", it.blocked >= RECALL * it.total
    yield (
        f"faithful points: at most {FALSE_BLOCKS:.0%} blocked",
        (result.false_blocks <= FALSE_BLOCKS),
    )
    mutated = sum(it.total for it in result.mutations.values())
    yield f"at least {LEAST_MUTATIONS:,} mutations", mutated >= LEAST_MUTATIONS
    faithful = sum(it.total for it in result.faithful.values())
    yield f"at least {LEAST_FAITHFUL:,} faithful points", faithful >= LEAST_FAITHFUL


def as_json(result: Result) -> dict[str, object]:
    """Return the counts, and the first examples of what was not as it should be."""
    return {
        name: {
            kind: {
                "total": it.total,
                "blocked": it.blocked,
                "promised": it.promised,
                "examples": it.examples[:5],
            }
            for kind, it in counts.items()
        }
        for name, counts in (("mutations", result.mutations), ("faithful", result.faithful))
    }
