"""The ways of embedding as a reader's browser meets them: where the panel is in each."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO

from PIL import Image
from playwright.sync_api import ElementHandle, FrameLocator, Locator, Page, expect
from running import Running

WAYS = ("frame", "native-frame", "component", "htmx2", "htmx4", "include")
CROSS_ORIGIN = ("frame", "component", "htmx2", "htmx4")

PATIENCE = 60
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


def panel(page: Page, way: str, *, whole: bool = True) -> Locator:
    """Return the panel, once a reader sees it. Locators reach into open shadow roots.

    ``whole``: to its end, also in a frame; not where the host does not size its frames.
    """
    if whole and is_frame(way):
        wait_until_fits(page, with_room=True)
        return scope(page, way).locator("section.insights")
    if is_frame(way):
        page.locator("iframe").evaluate(_INTO_VIEW)
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
        time.sleep(_PAUSE)


_PAUSE = 0.02
"""Seconds between two looks: without a pause they would keep the browser from its work."""
_INTO_VIEW = "it => it.scrollIntoView({block: 'nearest', behavior: 'instant'})"
_SIZES = "() => [innerHeight, document.body.getBoundingClientRect().height]"


def wait_until_fits(page: Page, index: int = 0, *, with_room: bool = False) -> ElementHandle:
    """Wait until a frame shows its reader the whole panel, and return the panel.

    Three things, since each has been right while another was wrong: the frame's own viewport is
    as tall as its box, the document fills it (``with_room``: or ends before it does, as where the
    kept place is taller), and the panel's last line is on the host page's screen.

    The frame is brought into view: out of it Chromium lays nothing out that could tell a height.
    """
    # Handles, since a locator is resolved anew with each call, which in Firefox takes ten times
    # as long as the call does.
    frame = page.locator("iframe").nth(index).element_handle()
    frame.evaluate(_INTO_VIEW)
    expect(page.frame_locator("iframe").nth(index).locator("section.insights")).to_be_visible()
    document = frame.content_frame()
    assert document
    deadline = time.monotonic() + PATIENCE
    while True:
        viewport, content = document.evaluate(_SIZES)
        box = frame.evaluate("it => it.clientHeight")
        rest = viewport - content
        if abs(box - viewport) < 1.5 and (rest > -1.5 if with_room else abs(rest) < 1.5):
            break
        assert time.monotonic() < deadline, (
            f"the frame's box is {box} tall, its own viewport {viewport}, its document {content}"
        )
        time.sleep(_PAUSE)
    panel = document.query_selector("section.insights")
    assert panel
    is_on_screen(page, panel, frame)
    return panel


OF_THE_DRIVER = b64encode(sha256(b"body {}").digest()).decode()
"""In what Firefox says of a policy: its driver adds this style to every frame of a picture."""

_MARK = (255, 0, 255)
# Gives a panel's last line of text the colour, and returns where it is in its own viewport.
_LAST_LINE = """(panel, colour) => {
  const range = document.createRange(), texts = document.createTreeWalker(panel, 4);
  let place = {bottom: -Infinity}, last;
  while (texts.nextNode()) {
    if (!texts.currentNode.parentElement.checkVisibility()) continue;
    range.selectNodeContents(texts.currentNode);
    for (const rect of range.getClientRects()) {
      if (rect.width < 8 || rect.bottom < place.bottom) continue;
      [place, last] = [rect, range.startContainer];
    }
  }
  for (const name of ['background-color', 'color']) {
    last.parentElement.style.setProperty(name, colour, colour && 'important');
  }
  return [place.left, place.top, place.width, place.height];
}"""
_CORNER = """it => {
  const {left, top} = it.getBoundingClientRect();
  return [left + it.clientLeft, top + it.clientTop];
}"""


def is_on_screen(page: Page, panel: ElementHandle, frame: ElementHandle | None = None) -> None:
    """Wait until the last line of ``panel``, which may be in ``frame``, is on the page's screen.

    Where a browser says that something is tells nothing of what it paints there: so the line is
    given a colour that nothing else has, and the picture of that place must be of that colour.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        left, top, width, height = panel.evaluate(_LAST_LINE, f"rgb{_MARK}")
        x, y = frame.evaluate(_CORNER) if frame else (0, 0)
        room = page.viewport_size or {"width": 0, "height": 0}
        if not 0 < top + y < room["height"] - height:
            page.evaluate("by => scrollBy({top: by, behavior: 'instant'})",
                          top + y - room["height"] / 2)  # fmt: skip
            x, y = frame.evaluate(_CORNER) if frame else (0, 0)
            left, top, width, height = panel.evaluate(_LAST_LINE, f"rgb{_MARK}")
        clip = {"x": left + x + 1, "y": top + y + 1, "width": width - 2, "height": height - 2}
        picture = Image.open(BytesIO(page.screenshot(clip=clip, caret="initial"))).convert("RGB")  # type: ignore[arg-type]  # a mapping
        area = picture.width * picture.height
        if {colour: n for n, colour in picture.getcolors(area)}.get(_MARK, 0) > 0.9 * area:
            break
        assert time.monotonic() < deadline, f"the panel's last line is not painted at {clip}"
        time.sleep(_PAUSE)
    panel.evaluate(_LAST_LINE, "")
