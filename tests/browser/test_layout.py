"""Frames are as tall as their panel, by the browser itself or by embed.js."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from running import Running
from ways import panel, visit, wait_until_fits

pytestmark = [pytest.mark.browser, pytest.mark.embedding]


def grows_and_shrinks(page: Page, place: Running, sizing: str, script: str) -> None:
    html = (
        '<!doctype html><title>Host</title><body style="margin:0">'
        f'<iframe src="{place.service}/panel/ferry-fares" '
        f'style="border:0;width:100%;frame-sizing:{sizing}"></iframe>{script}'
    )
    visit(page, place, html)
    it = panel(page, "frame")
    heights = []
    for press in (False, True, True):
        if press:
            it.locator("details[data-role=ideas] > summary").click()
        wait_until_fits(page)
        heights.append(page.locator("iframe").evaluate("it => it.clientHeight"))
    closed, opened, closed_again = heights
    assert opened > closed + 200
    assert closed_again == closed


@pytest.mark.chromium_only("Firefox has no frame-sizing")
def test_a_frame_grows_and_shrinks_with_its_panel_by_itself(page: Page, place: Running) -> None:
    grows_and_shrinks(page, place, "content-height", "")


def test_a_frame_grows_and_shrinks_with_its_panel_by_embed_js(page: Page, place: Running) -> None:
    script = f'<script src="{place.service}/embed.js"></script>'
    grows_and_shrinks(page, place, "auto", script)


def test_a_loader_that_comes_late_still_learns_the_height(page: Page, place: Running) -> None:
    html = (
        '<!doctype html><title>Host</title><body style="margin:0">'
        f'<iframe src="{place.service}/panel/ferry-fares" style="border:0;width:100%"></iframe>'
    )
    visit(page, place, html)
    panel(page, "frame", whole=False)
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
