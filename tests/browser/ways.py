"""The ways of embedding as a reader's browser meets them: where the panel is in each."""

from __future__ import annotations

from playwright.sync_api import FrameLocator, Locator, Page, expect
from running import Running

WAYS = ("frame", "native-frame", "component", "htmx2", "htmx4", "include")
CROSS_ORIGIN = ("frame", "component", "htmx2", "htmx4")

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


def scope(page: Page, way: str) -> Scope:
    """Return what to look for the panel's elements in: the page, or the frame in it."""
    return page.frame_locator("iframe") if "frame" in way else page


def panel(page: Page, way: str) -> Locator:
    """Return the panel, once it is there. Locators reach into open shadow roots."""
    if "frame" in way:
        page.locator("iframe").scroll_into_view_if_needed()
    found = scope(page, way).locator("section.insights")
    expect(found).to_be_visible()
    return found


def text(panel: Locator) -> str:
    """Return all of a panel's text, whether or not it is expanded, in one line."""
    said: str = panel.evaluate("panel => panel.textContent")
    return " ".join(said.split())
