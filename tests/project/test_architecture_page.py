"""docs/architecture.md names only modules, functions and files that exist."""

from __future__ import annotations

import importlib
import re

import pytest
from samples import ROOT

pytestmark = pytest.mark.unit

WIDGET = ROOT / "widget"
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
TRIPS = re.findall(r"^## (An? .+)\n\n((?:\d+\. .+\n)+)", PAGE, re.MULTILINE)
NAMES = sorted(set(re.findall(r"`([a-z_]+(?:\.\w+)+)`", re.sub(r"`tests/.*?`", "", PAGE))))
CHANGES = PAGE.partition("\n## Where a change goes\n")[2].partition("\n## ")[0]
ROWS = re.findall(r"^\| ([^|]+) \| \d[^|]* \| ([^|]+) \|$", CHANGES, re.MULTILINE)


def resolve(name: str) -> object:
    """Return what ``name`` stands for, ``panel.render.frame`` or a module; raise if nothing."""
    found: object = importlib.import_module("widget")
    path = "widget"
    for part in name.split("."):
        path = f"{path}.{part}"
        try:
            found = importlib.import_module(path)
        except ModuleNotFoundError:
            found = getattr(found, part)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_name_exists(name: str) -> None:
    resolve(name)


def test_a_name_that_does_not_exist_is_noticed() -> None:
    with pytest.raises(AttributeError):
        resolve("panel.render.nothing")


def test_the_files_that_ten_changes_touch_exist() -> None:
    assert len(ROWS) == 10
    for change, files in ROWS:
        named = re.findall(r"`([\w./]+)`", files)
        assert named, change
        for name in named:
            path = ROOT if name.partition("/")[0] in {"templates", "static", "examples"} else WIDGET
            assert (path / name).exists(), f"{change}: {name}"


def test_there_are_eight_trips_of_ten_lines_with_names_in_each() -> None:
    assert len(TRIPS) == 8
    for title, steps in TRIPS:
        lines = steps.splitlines()
        assert len(lines) == 10, title
        assert sum(bool(re.search(r"`\w+(\.\w+)+`", line)) for line in lines) >= 8, title
