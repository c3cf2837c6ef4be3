"""Each of the editors' pages with something to show: axe, no scrolling sideways, the menu."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from desk_newsroom import Desk, desk, paths
from playwright.sync_api import Page, expect
from test_accessibility import axe, violations
from test_admin_keyboard import Keys

pytestmark = pytest.mark.browser

__all__ = ["axe"]  # the fixture


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("desk")) as at:
        yield at


@pytest.fixture(scope="module")
def runs() -> list[str]:
    """Return the paths of the drafts that were asked for."""
    return []


@pytest.fixture
def run(newsroom: Desk, runs: list[str], new_page: Callable[..., Page], tmp_path: Path) -> str:
    """Return the path of a draft that was asked for once."""
    if not runs:
        runs.append(newsroom.ask_for_a_draft(signed_in(new_page(), newsroom), tmp_path))
    return runs[0]


def signed_in(page: Page, newsroom: Desk) -> Page:
    cookie = {"name": "insights", "value": newsroom.session("ana"), "url": newsroom.place.service}
    page.context.add_cookies([cookie])  # type: ignore[list-item]  # a cookie
    return page


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_every_page_is_accessible_and_fits(
    new_page: Callable[..., Page], newsroom: Desk, run: str, axe: str, width: int, scheme: str
) -> None:
    viewport = {"width": width, "height": 800}
    page = signed_in(new_page(viewport=viewport, color_scheme=scheme), newsroom)
    wrong: list[str] = []
    for name, path in paths(newsroom, run).items():
        if name == "login":
            continue  # it has nothing for who is signed in
        answer = page.goto(newsroom.place.service + path)
        assert answer is not None
        assert answer.status == 200, name
        wrong += [f"{name}: {it}" for it in violations(page, axe, frames=False)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append(f"{name} scrolls sideways")
    assert wrong == []


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_the_menu_opens_on_a_phone_by_keyboard(
    new_page: Callable[..., Page], newsroom: Desk, script: bool
) -> None:
    viewport = {"width": 360, "height": 640}
    page = signed_in(new_page(viewport=viewport, java_script_enabled=script), newsroom)
    page.goto(f"{newsroom.place.service}/admin/entries")
    plan = page.get_by_role("link", name="Plan", exact=True)
    expect(plan).to_be_hidden()
    keys = Keys(page)
    keys.press(keys.button("Menu"))
    expect(plan).to_be_visible()
    page.keyboard.press("Escape")
    expect(plan).to_be_hidden()
    keys.press(keys.button("Menu"))
    keys.press(plan)
    expect(page.locator("h1")).to_have_text("Plan")


def test_a_screen_shows_the_links_and_no_menu(
    new_page: Callable[..., Page], newsroom: Desk
) -> None:
    page = signed_in(new_page(viewport={"width": 1280, "height": 800}), newsroom)
    page.goto(f"{newsroom.place.service}/admin/entries")
    expect(page.get_by_role("link", name="Plan", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Menu")).to_be_hidden()
