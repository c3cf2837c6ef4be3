"""A source's preview is on the screen, all of it, wherever its marker stands."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from running import Running
from ways import panel, scope, until, visit, wait_until_fits

from widget import demo
from widget import panel as panels

pytestmark = [pytest.mark.browser, pytest.mark.embedding]

TALL = 640
PHONES = (320, 375, 414)
OPEN = "ideas,different-views,sources"


def host(place: Running, way: str, entry_id: str) -> str:
    """Return an article that is longer than a phone's screen, before the panel and after it."""
    loader = f'<script src="{place.service}/embed.js"></script>'
    address = f"{place.service}/panel/{entry_id}"
    entry = next(entry for entry in demo.entries() if entry.id == entry_id)
    opened = panels.Options(open=frozenset(OPEN.split(",")))
    included = panels.fragment(entry, place.publication, opened, permalink=address).body.decode()
    body = {
        "frame": f'<iframe src="{address}?open={OPEN}" style="border:0;width:100%"></iframe>'
        + loader,
        "component": f'<insights-widget entry="{entry_id}" open="{OPEN}"></insights-widget>'
        + loader,
        "include": included,
    }[way]
    return (
        '<!doctype html><meta charset="utf-8"><title>Host</title>'
        '<meta name="viewport" content="width=device-width"><body style="margin:0">'
        f'<p style="block-size:90vh">Before.</p>{body}<p style="block-size:90vh">After.</p>'
    )


@pytest.mark.service_only("the styles and the frame's script are the same in files")
@pytest.mark.parametrize("entry_id", ["ferry-fares", "fish-market"])
@pytest.mark.parametrize("way", ["frame", "component", "include"])
def test_a_preview_fits_the_screen_of_a_phone(
    page: Page, place: Running, way: str, entry_id: str
) -> None:
    html = host(place, way, entry_id)
    for width in PHONES:
        page.set_viewport_size({"width": width, "height": TALL})
        visit(page, place, html)
        panel(page, way)
        if way == "frame":
            wait_until_fits(page)
        markers = scope(page, way).locator(".insights-ref")
        for at, y in ((0, 10), (1, TALL // 2), (-1, TALL - 40)):
            marker = markers.nth(at)
            fits_at(page, way, (width, TALL), at, y)
            page.keyboard.press("Escape")
            expect(scope(page, way).locator(".insights-preview:popover-open")).to_have_count(0)
            expect(marker).to_be_focused()


@pytest.mark.service_only("the styles and the frame's script are the same in files")
@pytest.mark.parametrize("way", ["frame", "component", "include"])
@pytest.mark.parametrize("size", [(667, 375), (1280, 700)])
def test_a_preview_fits_a_low_screen_and_a_wide_one(
    page: Page, place: Running, way: str, size: tuple[int, int]
) -> None:
    width, height = size
    page.set_viewport_size({"width": width, "height": height})
    visit(page, place, host(place, way, "ferry-fares"))
    panel(page, way)
    if way == "frame":
        wait_until_fits(page)
    for y in (10, height // 2, height - 40):
        fits_at(page, way, size, 0, y)
        page.keyboard.press("Escape")


def fits_at(page: Page, way: str, size: tuple[int, int], at: int, y: int) -> None:
    """Open the preview of a marker that was scrolled to ``y``; all of it is on the screen."""
    marker = scope(page, way).locator(".insights-ref").nth(at)
    box = marker.bounding_box()
    assert box
    page.evaluate("([by]) => scrollBy(0, by)", [box["y"] - y])
    box = marker.bounding_box()
    assert box
    assert abs(box["y"] - y) < 3
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    card = scope(page, way).locator(".insights-preview:popover-open")
    expect(card).to_have_count(1)
    expect(card).to_have_attribute("role", "dialog")
    width, height = size

    def on_the_screen() -> bool:
        place = card.bounding_box()
        return (
            place is not None
            and place["x"] > -1
            and place["y"] > -1
            and place["x"] + place["width"] < width + 1
            and place["y"] + place["height"] < height + 1
            and place["height"] > 60
        )

    until(on_the_screen)
