"""The weights that `make bench` prints, held to their budgets."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.weights import (
    SCRIPTS,
    TYPICAL,
    WEIGHTS,
    Weight,
    compressed,
    measure,
    service,
)
from widget import demo

pytestmark = pytest.mark.unit


def test_the_typical_entry_is_what_the_budgets_are_for() -> None:
    (entry,) = (entry for entry in demo.entries() if entry.id == TYPICAL)
    assert sum(len(group.points) for group in entry.perspectives) == 9
    assert len(entry.sources) == 5


@pytest.mark.parametrize(
    "weight", [it for it in WEIGHTS if it.budget], ids=lambda it: f"{it.name} {it.coding}"
)
def test_an_answer_is_no_heavier_than_its_budget(weight: Weight, tmp_path: Path) -> None:
    assert weight.budget
    assert measure(service(str(tmp_path)), weight) <= weight.budget


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_no_heavier_than_its_budget(name: str) -> None:
    make, allowed = SCRIPTS[name]
    assert 0 < compressed(make()) <= allowed
