"""What is pressed reaches what it was pressed on, whatever the page brings in meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fake_provider import FakeProvider
from playwright.sync_api import Locator, Page, Response, Route, expect
from running import Running
from test_admin_stories import begin, enter
from test_drafting_story import ask, drafting_with, provider
from ways import until

pytestmark = pytest.mark.browser

__all__ = ["provider"]  # the fixture


@pytest.fixture(scope="module")
def waiting(provider: FakeProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Run a service whose drafts are never done."""
    with drafting_with("silent", provider, tmp_path_factory.mktemp("waiting")) as place:
        yield place


def press(page: Page, it: Locator) -> None:
    """Press with a mouse, and hold."""
    it.hover()
    page.mouse.down()


@contextmanager
def brought(page: Page) -> Iterator[None]:
    """Wait until htmx was answered and has done with the answer what it does."""
    with page.expect_event("response", lambda it: "hx-request" in it.request.headers) as answered:
        yield
    response: Response = answered.value
    response.finished()
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


def test_a_run_is_cancelled_by_a_press_that_lasts(
    page: Page, waiting: Running, tmp_path: Path
) -> None:
    enter(page, waiting)
    ask(page, waiting, tmp_path)
    press(page, page.get_by_role("button", name="Cancel"))
    with brought(page):
        pass  # by itself, every second
    page.mouse.up()
    expect(page.get_by_text("Cancelled by ann")).to_be_visible()


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_the_focus_stays_on_a_button_that_is_brought_anew(
    page: Page, waiting: Running, tmp_path: Path, key: str
) -> None:
    enter(page, waiting)
    ask(page, waiting, tmp_path)
    cancel = page.get_by_role("button", name="Cancel")
    cancel.focus()
    for _ in range(2):
        with brought(page):
            pass  # by itself, every second
    expect(cancel).to_be_focused()
    page.keyboard.down(key)
    if key == "Space":
        with brought(page):
            pass  # by itself, every second
    page.keyboard.up(key)
    expect(page.get_by_text("Cancelled by ann")).to_be_visible()


def test_a_list_is_brought_after_a_press_on_it(page: Page, place: Running) -> None:
    enter(page, place)
    name = begin(page, place)
    held: list[Route] = []
    page.route("**/admin/entries?*", lambda it: held.append(it), times=1)
    page.goto(f"{place.service}/admin/entries")
    listing = page.locator("#listing")
    page.get_by_label("Search").fill("nothing has these words")
    until(lambda: page.evaluate("true") and bool(held))
    press(page, page.get_by_role("heading", level=1))
    with brought(page):
        held[0].continue_()
    expect(listing).to_contain_text(name)
    page.mouse.up()
    expect(listing).not_to_contain_text(name)
