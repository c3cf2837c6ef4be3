"""Nothing on the host's page moves when a panel arrives, and frames are as tall as their panel."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from running import Running
from ways import panel, visit

from widget import demo
from widget import panel as panels

# Layout Instability API; buffered, so that what moved before the script ran counts, too.
SHIFTS = """new Promise(resolve => new PerformanceObserver(list => resolve(
    list.getEntries().map(entry => [entry.value, entry.sources.map(it => it.node?.nodeName)])
  )).observe({type: 'layout-shift', buffered: true}) || setTimeout(() => resolve([]), 300))"""
SLOW = {"offline": False, "latency": 300, "downloadThroughput": 60_000, "uploadThroughput": 60_000}


def article(place: Running, way: str, entry_id: str, host: str) -> str:
    """Return a short article with a panel in the midst of its text."""
    entry = next(entry for entry in demo.entries() if entry.id == entry_id)
    snippet = panels.snippet(way, entry, place.publication, base=place.service, host=host)
    version = {"htmx2": "2.0.10", "htmx4": "4.0.1"}.get(way)
    source = f"{place.paper}/vendor/htmx-{version}.min.js"
    script = f'<script src="{source}" defer></script>' if version else ""
    return (
        '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">'
        f"<title>Host</title>{snippet.head}{script}<h1>Host</h1><p>Before.</p>"
        f"{snippet.body}<p id=after>After it.</p>" + "<p>More.</p>" * 20
    )


@pytest.mark.parametrize("width", [320, 768, 1280])
@pytest.mark.parametrize("entry_id", ["ferry-fares", "fish-market", "harbor-levy"])
@pytest.mark.parametrize("way", ["frame", "component", "htmx2", "htmx4"])
def test_nothing_moves_on_load(
    new_page: Callable[..., Page], place: Running, way: str, entry_id: str, width: int
) -> None:
    page = new_page(viewport={"width": width, "height": 2400})
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW)
    html = article(place, way, entry_id, "ordinary")
    visit(page, place, html)
    panel(page, way)
    page.wait_for_load_state("networkidle")
    assert page.evaluate(SHIFTS) == []


@pytest.mark.parametrize("way", ["frame", "component", "htmx2"])
def test_nothing_moves_on_load_under_a_strict_policy(
    new_page: Callable[..., Page], place: Running, way: str
) -> None:
    page = new_page(viewport={"width": 1024, "height": 2400})
    html = article(place, way, "ferry-fares", "strict")
    visit(page, place, html)
    panel(page, way)
    page.wait_for_load_state("networkidle")
    assert page.evaluate(SHIFTS) == []


def test_the_measure_of_shifts_sees_one(page: Page, place: Running) -> None:
    html = (
        "<!doctype html><title>Host</title><div id=late></div><p>After it.</p>"
        "<script>setTimeout(() => late.style.height = '300px', 200)</script>"
    )
    visit(page, place, html)
    page.wait_for_function("late.style.height === '300px'")
    assert page.evaluate(SHIFTS) != []


@pytest.mark.parametrize("native", [True, False], ids=["by the browser", "by embed.js"])
def test_a_frame_grows_and_shrinks_with_its_panel(
    page: Page, place: Running, *, native: bool
) -> None:
    sizing = "frame-sizing:content-height" if native else "frame-sizing:auto"
    script = "" if native else f'<script src="{place.service}/embed.js"></script>'
    html = (
        '<!doctype html><title>Host</title><body style="margin:0">'
        f'<iframe src="{place.service}/panel/ferry-fares" '
        f'style="border:0;width:100%;{sizing}"></iframe>{script}'
    )
    visit(page, place, html)
    it = panel(page, "frame")
    heights = []
    for _ in range(2):
        for press in (False, True):
            if press:
                it.locator("details[data-role=ideas] > summary").click()
            wait_until_fits(page)
            heights.append(page.locator("iframe").evaluate("it => it.clientHeight"))
    closed, opened, still_open, closed_again = heights
    assert opened == still_open > closed + 200
    assert closed_again == closed


def wait_until_fits(page: Page) -> None:
    """Wait for the frame to be as tall as its document; each look is a round trip."""
    outer, inner = 0.0, -1.0
    deadline = time.monotonic() + 10
    while abs(outer - inner) >= 1:
        assert time.monotonic() < deadline, f"the frame is {outer} tall, its document {inner}"
        inner = page.frames[1].evaluate("document.body.getBoundingClientRect().height")
        outer = page.locator("iframe").evaluate("it => it.clientHeight")


def test_a_loader_that_comes_late_still_learns_the_height(page: Page, place: Running) -> None:
    html = (
        '<!doctype html><title>Host</title><body style="margin:0">'
        f'<iframe src="{place.service}/panel/ferry-fares" style="border:0;width:100%"></iframe>'
    )
    visit(page, place, html)
    panel(page, "frame")
    page.wait_for_load_state("networkidle")
    page.add_script_tag(url=f"{place.service}/embed.js")
    wait_until_fits(page)


def test_a_message_from_elsewhere_moves_no_frame(page: Page, place: Running) -> None:
    html = (
        '<!doctype html><title>Host</title><body style="margin:0">'
        f'<iframe src="{place.service}/panel/ferry-fares" style="border:0;width:100%"></iframe>'
        f'<script src="{place.service}/embed.js"></script>'
    )
    visit(page, place, html)
    panel(page, "frame")
    wait_until_fits(page)
    before = page.locator("iframe").evaluate("it => it.clientHeight")
    page.evaluate(
        """new Promise(done => {
          addEventListener('message', () => setTimeout(done, 0));
          postMessage({insights: 'resize', height: 9}, '*');
        })"""
    )
    assert page.locator("iframe").evaluate("it => it.clientHeight") == before


@pytest.mark.parametrize("display", ["flex", "inline-block", "grid"])
def test_the_panel_has_a_width_wherever_it_is_put(page: Page, place: Running, display: str) -> None:
    html = (
        f'<!doctype html><title>Host</title><div style="display:{display}">'
        '<insights-widget entry="ferry-fares"></insights-widget></div>'
        f'<script src="{place.service}/embed.js"></script>'
    )
    visit(page, place, html)
    room = panel(page, "component").bounding_box()
    assert room
    assert room["width"] >= 270
