"""What a frame does for its reader and leaves alone: the clipboard, the page's history."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from running import Running
from ways import panel, until, visit

from widget import demo
from widget import panel as panels
from widget.panel import Choices, Options, Way

pytestmark = [pytest.mark.browser, pytest.mark.embedding]

HEAR = "<script>shared = []; addEventListener('insights:share', ({detail}) => shared.push(detail));"


def snippet(place: Running, way: Way) -> str:
    entry = next(entry for entry in demo.entries() if entry.id == "ferry-fares")
    choices = Choices(way=way, options=Options(open=frozenset({"ideas", "sources"})))
    return panels.snippet(entry, place.publication, choices, base=place.service).body


def show(page: Page, place: Running, body: str) -> None:
    visit(page, place, f"<!doctype html><title>Host</title>{HEAR}</script>{body}")


@pytest.mark.whole_browser("the engine alone asks nobody, and lets no page copy")
@pytest.mark.parametrize("way", ["frame", "component"])
def test_a_point_s_link_is_copied_and_the_page_told(page: Page, place: Running, way: Way) -> None:
    show(page, place, snippet(place, way))
    share = panel(page, way).locator(".insights-share").first
    href = share.get_attribute("href")
    share.click()
    expect(share).to_have_attribute("data-copied", "")
    until(lambda: bool(page.evaluate("shared")))
    assert page.evaluate("shared") == [{"entry": "ferry-fares", "href": href}]


@pytest.mark.chromium_only("Firefox lets every frame copy after a click")
def test_where_nothing_may_be_copied_the_link_opens_and_nobody_is_told(
    page: Page, place: Running
) -> None:
    body = snippet(place, "frame")
    assert 'allow="clipboard-write"' in body
    show(page, place, body.replace('allow="clipboard-write"', ""))
    share = panel(page, "frame").locator(".insights-share").first
    with page.expect_popup() as opened:
        share.click()
    opened.value.wait_for_url(share.get_attribute("href") or "")
    assert share.get_attribute("data-copied") is None
    assert page.evaluate("shared") == []


@pytest.mark.parametrize("way", ["frame", "component"])
def test_a_way_back_within_the_panel_is_no_step_of_the_page_s_history(
    new_page: Callable[..., Page], place: Running, way: Way
) -> None:
    page = new_page()
    show(page, place, snippet(place, way))
    back = panel(page, way).locator(".insights-back").first
    steps = page.evaluate("history.length")
    mark = back.evaluate("it => it.hash.slice(1)")
    back.click()
    marked = page.frames[1] if way == "frame" else page
    if way == "frame":
        until(lambda: marked.evaluate("location.hash.slice(1)") == mark)
    assert page.evaluate("history.length") == steps
    assert page.url.startswith(place.host.origin)
