"""What a reader sees of a frame before anybody touches it, on a page of another site."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from running import Running
from ways import until, visit

from widget import demo
from widget import panel as panels
from widget.panel import Choices, Host, Way

pytestmark = [pytest.mark.browser, pytest.mark.embedding]

BOX = "it => it.clientHeight"
INSIDE = "() => [innerHeight, Math.ceil(document.body.getBoundingClientRect().height)]"


def snippet(place: Running, way: Way, host: Host, entry_id: str = "ferry-fares") -> panels.Snippet:
    entry = next(entry for entry in demo.entries() if entry.id == entry_id)
    return panels.snippet(entry, place.publication, Choices(way=way, host=host), base=place.service)


def without(html: str, *parts: str) -> str:
    """Return HTML as a consumer passes it on that drops lines with these parts."""
    return "\n".join(line for line in html.splitlines() if not any(it in line for it in parts))


def show(page: Page, place: Running, html: str) -> None:
    words = "<p>The article.</p>" * 8
    visit(page, place, f"<!doctype html><title>Host</title>{words}{html}<p>After it.</p>")
    page.locator("iframe").scroll_into_view_if_needed()
    inside = page.frame_locator("iframe")
    expect(inside.locator(".insights-disclosure")).to_be_visible()


def is_whole(page: Page) -> bool:
    """Whether the frame's own viewport fills its box, and holds the whole panel.

    The box alone tells nothing: Chromium may show 150 pixels of the document in it.
    """
    frame = page.frames[1]
    box = page.locator("iframe").evaluate(BOX)
    viewport, panel = frame.evaluate(INSIDE)
    return abs(box - viewport) <= 2 and viewport + 2 >= panel


@pytest.mark.parametrize("script", ["script", "no script"])
@pytest.mark.parametrize("host", ["ordinary", "hostile", "strict"])
@pytest.mark.parametrize("way", ["frame", "oembed"])
def test_a_frame_shows_the_whole_panel_untouched(
    page: Page, place: Running, way: Way, host: Host, script: str
) -> None:
    made = snippet(place, way, host)
    body = made.body if script == "script" else without(made.body, "<script")
    show(page, place, made.head + body)
    until(lambda: is_whole(page))


def test_oembed_s_frame_shows_the_whole_panel_where_its_wrapper_is_dropped(
    page: Page, place: Running
) -> None:
    body = snippet(place, "oembed", "ordinary").body
    frame = body[body.index("<iframe") : body.index("</div>")]
    show(page, place, frame)
    until(lambda: is_whole(page))


@pytest.mark.parametrize("way", ["frame", "oembed"])
def test_a_frame_shows_the_whole_panel_where_style_attributes_are_dropped(
    page: Page, place: Running, way: Way
) -> None:
    """Then the height attribute is all that is left; it is an upper estimate for a wide place."""
    body = snippet(place, way, "strict").body
    show(page, place, without(body, "<script"))
    until(lambda: is_whole(page))
