"""A pytest plugin: every test carries exactly one mark that says what it costs.

``unit``: no process, browser, database, Node or network; ``database``: needs PostgreSQL;
``process``: starts a service or another program; ``browser``: needs Chromium or Firefox.
A test that needs several carries the most expensive.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

COSTS = ("unit", "database", "process", "browser")
_OF_MODULE = re.compile(r"^pytestmark = (?:\[[^]]*|.*)", re.MULTILINE)
_MORE_THAN_UNIT = re.compile(r"mark\.(?:database|process|browser)\b")
STARTS = {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.system"}


def problem(item: pytest.Item) -> str | None:
    """Return what is wrong with the marks of a test; None where nothing is."""
    found = sorted({mark.name for mark in item.iter_markers()} & set(COSTS))
    if len(found) == 1:
        return None
    carries = f"carries {' and '.join(found)}" if found else "carries none"
    return f"{item.nodeid} {carries}: mark it with exactly one of {', '.join(COSTS)}"


def variants(
    metafunc: pytest.Metafunc, *, unit: Sequence[str], database: Sequence[str]
) -> list[str | ParameterSet]:
    """Return parameters that carry the mark of their cost.

    Without it where the test itself carries one, since it costs that much with each of them.
    """
    if any(map(metafunc.definition.get_closest_marker, COSTS)):
        return [*unit, *database]
    return [
        *(pytest.param(name, marks=pytest.mark.unit) for name in unit),
        *(pytest.param(name, marks=pytest.mark.database) for name in database),
    ]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out, where only unit tests run, what has none: a quarter of all collecting is that."""
    if not config.option.markexpr.startswith("unit"):
        return None
    if collection_path.is_dir():
        modules = list(collection_path.rglob("test_*.py"))
        return (bool(modules) and all(map(_costs_more, modules))) or None
    return _costs_more(collection_path) or None


@cache
def _costs_more(module: Path) -> bool:
    """Return whether all tests of a module carry another mark than ``unit``, as it says itself."""
    marks = _OF_MODULE.search(module.read_text("utf-8")) if module.suffix == ".py" else None
    return marks is not None and _MORE_THAN_UNIT.search(marks[0]) is not None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    problems = [it for it in map(problem, items) if it]
    if problems:
        raise pytest.UsageError("\n".join([*problems[:20], f"{len(problems)} in all"]))


class _Guard:
    """Fails a unit test that starts a process: such a test would not be one for long."""

    def __init__(self) -> None:
        self.unit: str | None = None

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.unit and event in STARTS:
            nodeid, self.unit = self.unit, None
            raise AssertionError(f"{nodeid} is marked unit and starts a process: {arguments[:2]}")


_guard = _Guard()


def pytest_configure(config: pytest.Config) -> None:
    for name, words in zip(
        COSTS,
        (
            "neither process, browser, database, Node nor network; `make check` runs these",
            "needs PostgreSQL",
            "starts a service or another program",
            "needs Chromium or Firefox",
        ),
        strict=True,
    ):
        config.addinivalue_line("markers", f"{name}: {words}")
    sys.addaudithook(_guard)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> object:
    _guard.unit = item.nodeid if item.get_closest_marker("unit") else None
    try:
        return (yield)
    finally:
        _guard.unit = None
