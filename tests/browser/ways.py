"""The ways of embedding as a reader's browser meets them: where the panel is in each."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import FrameLocator, Locator, Page, expect
from running import Running

WAYS = ("frame", "native-frame", "component", "htmx2", "htmx4", "include")
CROSS_ORIGIN = ("frame", "component", "htmx2", "htmx4")

PATIENCE = 30
"""Seconds until what does not come counts as missing. What comes is not waited for longer."""

Scope = Page | FrameLocator


def visit(
    page: Page,
    place: Running,
    html: str,
    *,
    headers: dict[str, str] | None = None,
    listed: bool = True,
) -> None:
    """Open a page of the test's own, at an origin that may embed, or at one that may not."""
    host = place.host
    page.goto((host.origin if listed else host.unlisted) + host.add(html, headers))


def is_frame(way: str) -> bool:
    return "frame" in way or way == "oembed"


def scope(page: Page, way: str) -> Scope:
    """Return what to look for the panel's elements in: the page, or the frame in it."""
    return page.frame_locator("iframe") if is_frame(way) else page


def panel(page: Page, way: str) -> Locator:
    """Return the panel, once it is there. Locators reach into open shadow roots."""
    if is_frame(way):
        page.locator("iframe").scroll_into_view_if_needed()
    found = scope(page, way).locator("section.insights")
    expect(found).to_be_visible()
    return found


def text(panel: Locator) -> str:
    """Return all of a panel's text, whether or not it is expanded, in one line."""
    said: str = panel.evaluate("panel => panel.textContent")
    return " ".join(said.split())


def until(holds: Callable[[], bool]) -> None:
    """Ask until it holds, each time by a round trip.

    ``expect`` waits with the page's own timers, which run in no page without script, and
    ``wait_for_function`` by eval, which a policy forbids.
    """
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline


def wait_until_fits(page: Page, index: int = 0) -> None:
    """Wait for a frame to be as tall as its document; each look is a round trip.

    The frame is brought into view: out of it Chromium lays nothing out that could tell a height.
    """
    frame = page.locator("iframe").nth(index)
    frame.scroll_into_view_if_needed()
    document = page.frame_locator("iframe").nth(index)
    expect(document.locator("section.insights")).to_be_visible()
    deadline = time.monotonic() + PATIENCE
    while True:
        inner = document.locator("body").evaluate("it => it.getBoundingClientRect().height")
        outer = frame.evaluate("it => it.clientHeight")
        if abs(outer - inner) < 1.5:
            return
        assert time.monotonic() < deadline, f"the frame is {outer} tall, its document {inner}"
