"""The examples' files: each is explained, tested, and holds what the builder prints today."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from copies import ADDRESS, EXAMPLES, ROOT

from widget import demo
from widget import panel as panels
from widget.panel import Choices, Host, Way

pytestmark = pytest.mark.unit

FOLDERS = sorted(path for path in EXAMPLES.iterdir() if path.is_dir())
PASTED: dict[str, tuple[Way, Host]] = {
    "html/index.html": ("frame", "ordinary"),
    "html/component.html": ("component", "ordinary"),
    "html/site.html": ("site", "ordinary"),
    "consent/index.html": ("site", "ordinary"),
    "htmx2/index.html": ("htmx2", "ordinary"),
    "htmx4/index.html": ("htmx4", "ordinary"),
    "strict-csp/index.html": ("component", "strict"),
}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_every_example_is_explained_in_a_few_lines_and_tested(folder: Path) -> None:
    assert len((folder / "README.md").read_text("utf-8").splitlines()) <= 20
    named = re.compile(rf"""["/]{folder.name}["/]""")
    sources = sorted((ROOT / "tests").rglob("*.py"))
    others = [path for path in sources if path != Path(__file__)]
    tested = [*others, ROOT / "widget" / "demo.py"]  # whose newspaper the tests read
    assert any(named.search(path.read_text("utf-8")) for path in tested)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_every_example_is_linked_from_the_documentation(folder: Path) -> None:
    documented = (ROOT / "docs" / "embedding.md").read_text("utf-8")
    # The demo, and what static.md and operators.md explain.
    elsewhere = {"newspaper", "ssi", "esi", "deploy"}
    assert folder.name in elsewhere or f"(`examples/{folder.name}/`)" in documented


@pytest.mark.parametrize("file", PASTED)
def test_a_page_holds_what_the_builder_prints(file: str) -> None:
    way, host = PASTED[file]
    entry = next(entry for entry in demo.entries() if entry.id == "ferry-fares")
    choices = Choices(way=way, host=host)
    made = panels.snippet(entry, demo.publication(), choices, base=ADDRESS)
    page = [line.strip() for line in (EXAMPLES / file).read_text("utf-8").splitlines()]
    printed = [line.strip() for line in f"{made.head}\n{made.body}".strip().splitlines()]
    assert [line for line in page if line in printed] == printed, f"{file} should hold {made}"


def test_the_policy_is_the_one_that_the_builder_gives() -> None:
    entry = next(entry for entry in demo.entries() if entry.id == "ferry-fares")
    choices = Choices(way="component", host="strict")
    made = panels.snippet(entry, demo.publication(), choices, base=ADDRESS)
    assert made.policy in (EXAMPLES / "strict-csp" / "_headers").read_text("utf-8")


def test_the_types_name_every_attribute_and_event_of_the_scripts() -> None:
    static = ROOT / "static"
    types = (static / "embed.d.ts").read_text("utf-8")
    element, frame = ((static / name).read_text("utf-8") for name in ("embed.js", "frame.js"))
    (observed,) = re.findall(r"observedAttributes = \[(.*?)\]", element)
    (attributes,) = re.findall(r"interface InsightsAttributes \{(.*?)\n\}", types, re.DOTALL)
    declared = re.findall(r'^  "?([a-z-]+)"?\?:', attributes, re.MULTILINE)
    assert set(declared) == set(re.findall(r'"([a-z-]+)"', observed))
    (details,) = re.findall(r"interface InsightsDetails \{(.*?)\n\}", types, re.DOTALL)
    told = r'(?:tell|emit)\((?:this, )?(?:target\.open \? )?"(\w+)"(?: : "(\w+)")?'
    sent = {name for pair in re.findall(told, element + frame) for name in pair if name}
    assert set(re.findall(r"^  (\w+): \{", details, re.MULTILINE)) == sent - {"resize"}
