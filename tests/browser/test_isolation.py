"""A hostile host cannot reach into the panel, and the panel reaches nothing of its host's."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from running import Running
from ways import visit

from widget import demo
from widget import panel as panels

pytestmark = [pytest.mark.browser, pytest.mark.embedding]

# What a reader would notice. Left out is what follows from the width of the place.
# fmt: off
NOTICED = [
    "backgroundColor", "borderTopStyle", "borderTopWidth", "color", "cursor", "display",
    "direction", "fontFamily", "fontSize", "fontStyle", "fontVariant", "fontWeight", "float",
    "letterSpacing", "lineHeight", "listStyleType", "opacity", "outlineStyle", "paddingTop",
    "pointerEvents", "position", "textAlign", "textDecorationLine", "textIndent", "textShadow",
    "textTransform", "visibility", "whiteSpace", "wordSpacing", "boxShadow", "maxHeight",
]
# fmt: on
STYLES = """(panel, names) => [panel, ...panel.querySelectorAll('*')].map(it => {
  const style = getComputedStyle(it);
  return [it.localName + '.' + it.className, names.map(name => style[name]),
          ['::before', '::after', ...style.display === 'list-item' ? ['::marker'] : []]
            .map(part => getComputedStyle(it, part).content)];
})"""


def shown(page: Page, way: str) -> Locator:
    """Return the panel embedded in this way on a page that may hold several."""
    if way == "frame":
        page.locator("iframe").scroll_into_view_if_needed()
        return page.frame_locator("iframe").locator("section.insights")
    place = "insights-widget" if way == "component" else "[data-hx-get]"
    return page.locator(f"{place} section.insights")


def snapshot(page: Page, way: str) -> list[Any]:
    """Return how every element of the panel looks, all groups open."""
    it = shown(page, way)
    expect(it).to_be_visible()
    it.evaluate("it => it.querySelectorAll('details').forEach(details => details.open = true)")
    styles: list[Any] = it.evaluate(STYLES, NOTICED)
    return styles


@pytest.mark.parametrize("way", ["frame", "component", "htmx2"])
def test_a_hostile_stylesheet_changes_nothing_in_the_panel(
    page: Page, place: Running, way: str
) -> None:
    page.goto(f"{place.paper}/ways/{way}")
    expected = snapshot(page, way)
    page.goto(f"{place.paper}/ways/hostile")
    found = snapshot(page, way)
    differing = [
        (name, property_, before, after)
        for (name, befores, _), (_, afters, _) in zip(expected, found, strict=True)
        for property_, before, after in zip(NOTICED, befores, afters, strict=True)
        if before != after
    ]
    assert differing == []
    assert [generated for *_, generated in found] == [generated for *_, generated in expected]


@pytest.mark.parametrize("way", ["frame", "component", "htmx2"])
def test_the_panel_works_on_a_hostile_page(page: Page, place: Running, way: str) -> None:
    page.goto(f"{place.paper}/ways/hostile")
    it = shown(page, way)
    it.locator("details[data-role=ideas] > summary").click()
    it.locator(".insights-ref").first.click()
    preview = it.locator(".insights-preview:popover-open")
    expect(preview).to_be_visible()
    expect(preview).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(preview).to_be_hidden()


HOST = """<!doctype html><html lang="en"><title>Host</title>{head}
<style>body {{ font: 17px Georgia; color: #222 }} .insights-label {{ color: green }}</style>
<h1>Host</h1><p>Text with <a href="/">a link</a>, <sup>a raised word</sup> and a
<button>button</button>.</p><details open><summary>More</summary><ol><li>One</li></ol></details>
<div id=place>{body}</div><h2 class="title">After</h2><section class="panel badge">A section.
<blockquote>A quote.</blockquote></section>"""
OUTSIDE = """names => [...document.querySelectorAll('body > :not(#place), body > :not(#place) *')]
  .map(it => [it.localName, ...names.map(name => getComputedStyle(it)[name])])"""


@pytest.mark.parametrize("way", ["frame", "component", "htmx2", "htmx4"])
def test_the_panel_changes_nothing_outside_itself(page: Page, place: Running, way: str) -> None:
    entry = next(entry for entry in demo.entries() if entry.id == "ferry-fares")
    snippet = panels.snippet(entry, place.publication, way, base=place.service)
    version = {"htmx2": "2.0.10", "htmx4": "4.0.1"}.get(way)
    htmx = f'<script src="{place.paper}/vendor/htmx-{version}.min.js"></script>' if version else ""
    script = "<script>known = new Set(Object.getOwnPropertyNames(window))</script>"
    visit(page, place, HOST.format(head=htmx + script, body=""))
    expected = page.evaluate(OUTSIDE, NOTICED)
    visit(page, place, HOST.format(head=snippet.head + htmx + script, body=snippet.body))
    if way == "frame":
        expect(page.frame_locator("iframe").locator("section.insights")).to_be_visible()
    else:
        expect(page.locator("section.insights")).to_be_visible()
    assert page.evaluate(OUTSIDE, NOTICED) == expected
    added = page.evaluate("Object.getOwnPropertyNames(window).filter(it => !known.has(it))")
    # Elements with an id and frames are properties of the window (HTML, 7.2.2.3).
    assert [name for name in added if not re.match(r"insights-|known$|\d+$", name)] == []
    assert page.evaluate("document.body.children.length") == 6


@pytest.mark.parametrize("scheme", ["only light", "dark"])
def test_the_panel_follows_the_color_scheme_of_its_host(
    page: Page, place: Running, scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "only light" else "light")
    html = (
        f'<!doctype html><title>Host</title><html style="color-scheme:{scheme}">'
        '<insights-widget entry="ferry-fares"></insights-widget>'
        f'<script src="{place.service}/embed.js"></script>'
    )
    visit(page, place, html)
    paper = page.locator("section.insights").evaluate("it => getComputedStyle(it).backgroundColor")
    assert paper == ("rgb(255, 255, 255)" if scheme == "only light" else "rgb(22, 24, 28)")
