"""Lists of the editor put in order by a pointer: a mouse, a finger; and put back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from running import Running
from test_admin_stories import begin, complaints, enter, field

pytestmark = pytest.mark.browser

TITLES = ("First", "Second", "Third")


@pytest.fixture
def three(page: Page, place: Running) -> Page:
    """Open an entry with three sources and a point that cites them all."""
    return with_three(page, place)


def with_three(page: Page, place: Running) -> Page:
    enter(page, place)
    begin(page, place)
    for count in (1, 2):
        page.get_by_role("button", name="+ Add a source").click()
        expect(field(page, f"sources.{count}.url")).to_be_focused()
    for index, title in enumerate(TITLES):
        field(page, f"sources.{index}.title").fill(title)
    field(page, "perspectives.0.points.0.text").fill("One [1], two [2], three [3].")
    # What is said above the lists has settled, so that they stay where they are.
    expect(page.locator("#verdict")).not_to_contain_text("Source 3, title")
    expect(page.locator("#verdict")).not_to_contain_text("Group 1, point 1")
    return page


def titles(page: Page) -> list[str]:
    return [field(page, f"sources.{index}.title").input_value() for index in range(3)]


def grip(page: Page, index: int) -> Locator:
    return page.locator(f"[data-item='sources.{index}'] [data-grip]")


def middle(of: Locator) -> tuple[float, float]:
    box = of.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def take(page: Page, index: int) -> None:
    """Press the mouse upon the handle of a source."""
    grip(page, index).evaluate("it => it.scrollIntoView({block: 'center', behavior: 'instant'})")
    page.mouse.move(*middle(grip(page, index)))
    page.mouse.down()
    expect(page.locator(".dragged")).to_have_attribute("data-item", f"sources.{index}")


def drag_first_to_the_end(page: Page) -> None:
    """The page rolls by itself while the pointer is held at its lower edge."""
    take(page, 0)
    x, _ = middle(grip(page, 0))
    page.mouse.move(x, 890)
    expect(page.locator(".drop-after")).to_have_attribute("data-item", "sources.2")


def test_a_source_is_dragged_by_mouse_and_the_markers_follow(three: Page) -> None:
    said = complaints(three)
    drag_first_to_the_end(three)
    three.mouse.up()
    expect(field(three, "sources.2.title")).to_have_value("First")
    assert titles(three) == ["Second", "Third", "First"]
    point = field(three, "perspectives.0.points.0.text")
    expect(point).to_have_value("One [3], two [1], three [2].")
    expect(three.get_by_role("button", name="Move source 3 up")).to_be_focused()
    told = three.locator("#announcement")
    expect(told).to_have_text("Source 1 is number 3 of 3 now. The markers follow.")
    expect(three.locator("#status")).to_contain_text("Draft saved by you")
    expect(three.frame_locator("iframe:not([data-next])").locator("body")).to_contain_text("One")
    assert said == []


def test_escape_puts_the_source_back(three: Page) -> None:
    drag_first_to_the_end(three)
    three.keyboard.press("Escape")
    expect(three.locator(".dragged, .drop-after, .drop-before")).to_have_count(0)
    three.mouse.up()
    assert titles(three) == list(TITLES)
    assert field(three, "perspectives.0.points.0.text").input_value().startswith("One [1]")


def test_a_source_that_is_let_go_where_it_was_stays(three: Page) -> None:
    asked: list[str] = []
    take(three, 1)
    three.on("request", lambda request: asked.append(request.post_data or ""))
    x, y = middle(grip(three, 1))
    three.mouse.move(x, y + 4)
    three.mouse.up()
    expect(three.locator(".dragged")).to_have_count(0)
    assert titles(three) == list(TITLES)
    assert [each for each in asked if "move=" in each] == []


def test_a_source_is_dragged_by_finger(new_page: Callable[..., Page], place: Running) -> None:
    page = with_three(new_page(has_touch=True, viewport={"width": 360, "height": 740}), place)
    handle = grip(page, 2)
    handle.evaluate("it => it.scrollIntoView({block: 'center', behavior: 'instant'})")
    x, y = middle(handle)
    touch = page.context.new_cdp_session(page)

    def send(kind: str, *points: dict[str, float]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    send("touchStart", {"x": x, "y": y})
    expect(page.locator(".dragged")).to_have_count(1)
    send("touchMove", {"x": x, "y": y - 30})
    send("touchMove", {"x": x, "y": 20})
    expect(page.locator(".drop-before")).to_have_attribute("data-item", "sources.0")
    send("touchEnd")
    expect(field(page, "sources.0.title")).to_have_value("Third")
    point = field(page, "perspectives.0.points.0.text")
    expect(point).to_have_value("One [2], two [3], three [1].")


def test_without_scripts_there_is_no_handle_that_does_nothing(
    new_page: Callable[..., Page], place: Running
) -> None:
    page = new_page(java_script_enabled=False)
    enter(page, place)
    page.goto(f"{place.service}/admin/entries/ferry-fares")
    assert page.locator("[data-grip]").count() > 1
    for handle in page.locator("[data-grip]").all():
        expect(handle).to_be_hidden()
    expect(page.get_by_role("button", name="Move source 2 up")).to_be_visible()


def test_where_somebody_else_saved_a_move_shows_both_versions(
    new_page: Callable[..., Page], place: Running
) -> None:
    mine = with_three(new_page(), place)
    mine.locator("#save").click()
    expect(mine.locator("#status")).to_contain_text("Draft saved by you")
    theirs = new_page()
    enter(theirs, place, "bob", "editor")
    theirs.goto(mine.url)
    field(theirs, "article.title").fill("Theirs")
    theirs.locator("#save").click()
    expect(theirs.locator("#status")).to_contain_text("Draft saved by you")
    field(mine, "article.section").fill("Letters")
    mine.get_by_role("button", name="Move source 1 down").press("Enter")
    expect(mine.locator(".conflict")).to_contain_text("bob saved this entry")
    expect(field(mine, "article.section")).to_have_value("Letters")
    assert titles(mine) == ["Second", "First", "Third"]
