"""The weights that `make bench` prints, held to their budgets."""

from __future__ import annotations

from dataclasses import replace
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
from widget import demo, i18n

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


@pytest.mark.exhaustive
def test_a_frame_is_no_heavier_than_its_budget_in_any_language(tmp_path: Path) -> None:
    """A fragment is held to its budget in English: others weigh more in its ASCII."""
    (frame,) = (it for it in WEIGHTS if "frame" in it.name and it.budget)
    client = service(str(tmp_path))
    assert frame.budget
    for language in i18n.languages():
        translated = replace(frame, path=f"{frame.path}?lang={language}")
        assert measure(client, translated) <= frame.budget, language


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_no_heavier_than_its_budget(name: str) -> None:
    make, allowed = SCRIPTS[name]
    assert 0 < compressed(make()) <= allowed
