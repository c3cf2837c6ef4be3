"""A reader's path through the panel: by keyboard alone, by touch, by pointer, without script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect
from running import Running
from ways import WAYS, panel, scope, until

pytestmark = [pytest.mark.browser, pytest.mark.embedding]


def focused(page: Page, way: str) -> Locator:
    """Return the element that has the focus, inside the frame or the shadow root, too."""
    return scope(page, way).locator(":focus").last


def tab_to(page: Page, way: str, selector: str, *, most: int = 60) -> None:
    """Press Tab until what has the focus matches ``selector``."""
    for _ in range(most):
        page.keyboard.press("Tab")
        now = focused(page, way)
        if now.count() and now.evaluate(
            "(element, selector) => element.matches(selector)", selector
        ):
            return
    raise AssertionError(f"{selector} was not reached with {most} times Tab")


def tab_into(page: Page, way: str) -> None:
    """Put the focus on the panel's first control."""
    panel(page, way).evaluate(
        "it => { it.tabIndex = -1; it.focus(); it.removeAttribute('tabindex') }"
    )


@pytest.mark.parametrize("way", WAYS)
def test_the_whole_panel_by_keyboard_alone(page: Page, place: Running, way: str) -> None:
    page.goto(f"{place.paper}/ways/{way}")
    it = panel(page, way)
    tab_into(page, way)

    tab_to(page, way, "details[data-role=different-views] > summary")
    page.keyboard.press("Enter")
    group = it.locator("details[data-role=different-views]")
    expect(group.locator("li").first).to_be_visible()

    tab_to(page, way, ".insights-ref")
    mark = focused(page, way)
    name = mark.get_attribute("aria-label") or ""
    marked = mark.get_attribute("id") or ""
    number = name.split()[-1]
    page.keyboard.press("Enter")
    preview = it.locator(f".insights-preview[id$='n{number}']")
    expect(preview).to_be_visible()
    expect(preview.get_by_role("link")).to_have_count(1)

    page.keyboard.press("Tab")
    expect(preview.get_by_role("button")).to_be_focused()
    page.keyboard.press("Tab")
    expect(preview.get_by_role("link")).to_be_focused()

    page.keyboard.press("Escape")
    expect(preview).to_be_hidden()
    expect(it.locator(f"[id='{marked}']")).to_be_focused()

    tab_to(page, way, ".insights-sources > summary")
    page.keyboard.press("Enter")
    tab_to(page, way, f"[id$='s{number}'] .insights-back[href$='#{marked}']")
    page.keyboard.press("Enter")
    expect(it.locator(f"[id='{marked}']")).to_be_focused()


@pytest.mark.parametrize("way", WAYS)
def test_a_back_link_opens_the_group_it_leads_into(page: Page, place: Running, way: str) -> None:
    page.goto(f"{place.paper}/ways/{way}")
    it = panel(page, way)
    it.locator(".insights-sources > summary").click()
    back = it.locator("[id$='s1'] .insights-back").first
    mark = (back.get_attribute("href") or "").removeprefix("#")
    expect(it.locator(f"[id='{mark}']")).to_be_hidden()
    back.click()
    expect(it.locator(f"[id='{mark}']")).to_be_visible()
    expect(it.locator(f"[id='{mark}']")).to_be_focused()


@pytest.mark.parametrize("way", WAYS)
def test_a_tap_previews_a_source_on_the_screen(
    new_page: Callable[..., Page], browser: Browser, place: Running, way: str
) -> None:
    """In Firefox with a click: its driver knows neither touch nor a telephone's viewport."""
    touch = browser.browser_type.name == "chromium"
    options = {"has_touch": True, "is_mobile": True} if touch else {}
    page = new_page(viewport={"width": 390, "height": 800}, **options)

    def tap(it: Locator) -> None:
        it.tap() if touch else it.click()

    page.goto(f"{place.paper}/ways/{way}")
    it = panel(page, way)
    tap(it.locator("details[data-role=ideas] > summary"))
    mark = it.locator(".insights-ref").first
    tap(mark)
    preview = it.locator(".insights-preview:popover-open")
    expect(preview).to_be_visible()
    for part in (".insights-small", ".insights-source a"):
        expect(preview.locator(part)).to_be_visible()
    # Beside its marker, or a sheet at the bottom: test_previews has which, and when.
    until(lambda: is_within(preview.bounding_box(), 390, 800))
    tap(it.locator(".insights-title"))
    expect(preview).to_be_hidden()


def is_within(box: FloatRect | None, width: int, height: int) -> bool:
    """Say whether a box, in CSS pixels, is wholly on a screen of this size."""
    if box is None:
        return False
    right, bottom = box["x"] + box["width"], box["y"] + box["height"]
    return box["x"] >= 0 and box["y"] >= 0 and right <= width + 1 and bottom <= height + 1


@pytest.mark.parametrize("way", WAYS)
def test_a_preview_says_what_the_source_is(page: Page, place: Running, way: str) -> None:
    page.goto(f"{place.paper}/ways/{way}")
    it = panel(page, way)
    it.locator("details[data-role=ideas] > summary").click()
    it.get_by_role("button", name="Source 1").first.click()
    preview = it.get_by_role("dialog")
    expect(preview).to_have_accessible_name("Fare study 2025")
    expect(preview).to_contain_text("Report · Transit Board · 2 November 2025")
    expect(preview.locator("blockquote")).to_contain_text("Fares recover 11 percent")
    expect(preview.get_by_role("link")).to_have_attribute(
        "href", "https://transit.example/fares.pdf"
    )
    preview.get_by_role("button", name="Close").click()
    expect(preview).to_be_hidden()


@pytest.mark.parametrize("way", ["frame", "include"])
def test_everything_is_reachable_without_script(
    scriptless_page: Page, place: Running, way: str
) -> None:
    page = scriptless_page
    # The frame is lazy and no script can scroll to it; its own page is the same document.
    page.goto(
        f"{place.service}/panel/ferry-fares" if way == "frame" else f"{place.paper}/ways/{way}"
    )
    it = page.locator("section.insights")
    for details in it.locator("details").all():
        details.locator("summary").click(force=True)
        until(details.locator("li, p").last.is_visible)
    dialog = it.get_by_role("dialog")
    it.get_by_role("button", name="Source 3").first.click(force=True)
    until(dialog.is_visible)
    page.keyboard.press("Escape")
    until(dialog.is_hidden)
    point = it.locator("details[data-role=different-views] li").first
    it.locator("details[data-role=different-views] > summary").click(force=True)
    until(point.is_hidden)
    it.locator("[id$='s4'] .insights-back").first.click(force=True)
    until(point.is_visible)
    hidden = [
        element
        for element in it.locator("p, li, a, button, h1, h2, h3").all()
        if not element.is_visible() and not element.locator("xpath=ancestor::*[@popover]").count()
    ]
    assert hidden == [], "only previews are hidden, and their markers show them"


@pytest.mark.parametrize("way", ["component", "htmx2", "htmx4"])
def test_without_script_the_publisher_s_own_words_stay(
    scriptless_page: Page, place: Running, way: str
) -> None:
    page = scriptless_page
    page.goto(f"{place.paper}/ways/{way}")
    link = page.get_by_role("link", name="Insights (AI-generated): Make the ferry free")
    assert "generally aligns with a Center point of view" in link.inner_text()
    link.click(force=True)
    until(page.locator("section.insights").is_visible)


def test_a_link_to_a_point_opens_its_group(page: Page, place: Running) -> None:
    page.goto(f"{place.service}/panel/ferry-fares#p2-3")
    point = page.locator("#p2-3")
    expect(point).to_be_visible()
    expect(point).to_be_in_viewport()


@pytest.mark.parametrize("way", ["frame", "component"])
def test_sharing_a_point_copies_its_permanent_link(
    new_page: Callable[..., Page], place: Running, way: str
) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(
        f"{place.service}/panel/ferry-fares" if way == "frame" else f"{place.paper}/ways/{way}"
    )
    it = page.locator("section.insights")
    it.locator("details[data-role=ideas] > summary").click()
    it.get_by_role("link", name="Link to this point").nth(1).click()
    expect(it.locator("[data-copied]")).to_have_count(1)
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{place.service}/panel/ferry-fares#p1-2"


@pytest.mark.chromium_only("Firefox's driver cannot show a page as printed")
def test_print_shows_every_group(page: Page, place: Running) -> None:
    page.goto(f"{place.service}/panel/ferry-fares")
    last = page.locator("details[data-role=different-views] li").last
    expect(last).to_be_hidden()
    collapsed = page.locator("section.insights").bounding_box()
    page.emulate_media(media="print")
    expanded = page.locator("section.insights").bounding_box()
    assert collapsed
    assert expanded
    assert expanded["height"] > 2 * collapsed["height"]
    expect(page.locator(".insights-share").first).to_be_hidden()
