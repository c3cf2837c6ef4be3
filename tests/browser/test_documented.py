"""The documentation's snippets, pasted as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from running import Running
from ways import visit

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
EMBEDS = re.compile(r"<iframe|<insights-widget|data-hx-get|data-insights=")
HEAD = '<link rel="canonical" href="https://harborcourier.example/opinion/ferry-fares">'


def snippets() -> list[tuple[str, str]]:
    """Return each page's name with each block of HTML that embeds a panel."""
    return [
        (page.name, block)
        for page in PAGES
        for block in re.findall(r"```html\n(.*?)\n```", page.read_text("utf-8"), re.DOTALL)
        if EMBEDS.search(block)
    ]


def test_there_are_snippets_in_the_documentation() -> None:
    assert {name for name, _ in snippets()} >= {"README.md", "embedding.md"}
    assert len(snippets()) >= 7


@pytest.mark.parametrize(("name", "block"), snippets())
def test_a_documented_snippet_shows_the_panel(
    page: Page, place: Running, name: str, block: str
) -> None:
    block = block.replace("https://insights.example", place.service)
    if "data-hx-get" in block:
        config = """<meta name="htmx-config" content='{"selfRequestsOnly":false,"mode":"cors"}'>"""
        version = "4.0.1" if '"mode"' in block else "2.0.10"
        block = f'{config}<script src="{place.paper}/vendor/htmx-{version}.min.js"></script>{block}'
    if ("<insights-widget" in block and "embed.js" not in block) or "data-insights=" in block:
        block += f'<script src="{place.service}/embed.js"></script>'
    visit(page, place, f"<!doctype html><title>{name}</title>{HEAD}<body>{block}")
    shown = page.frame_locator("iframe") if "<iframe" in block else page
    expect(shown.locator("section.insights")).to_have_attribute("data-entry", "ferry-fares")
