"""Editors work through reports: on a phone, with axe at each step."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from report_support import Clock, Desk
from running import Running, running
from test_accessibility import axe, violations
from test_admin_keyboard import Keys
from test_admin_stories import enter

pytestmark = pytest.mark.browser

__all__ = ["axe"]  # the fixture

ID = "ferry-fares"


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("reports") / "data") as place:
        yield place


@pytest.fixture
def desk(newsroom: Running) -> Iterator[Desk]:
    store = newsroom.store()
    opened = Desk(newsroom.settings, store, Clock())
    yield opened
    opened.documents.close()
    store.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_report_becomes_a_correction_by_keyboard_on_a_phone(
    new_page: Callable[..., Page], newsroom: Running, desk: Desk, axe: str, scheme: str
) -> None:
    kind = {"light": "wrong", "dark": "unfair"}[scheme]
    text = "Averylongwordwithoutanyspace" * 6
    key = desk.send(text, entry=ID, point="1-1", kind=kind, address="mia@mail.example")
    viewport = {"width": 320, "height": 640}
    page = new_page(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    keys = Keys(page)

    def hold() -> None:
        assert violations(page, axe) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320

    enter(page, newsroom)
    keys.press(keys.button("Menu"))
    keys.press(page.get_by_role("link", name="Reports"))
    expect(page.locator("h1")).to_have_text("Reports of readers")
    hold()
    keys.press(page.locator(f"a[href$='{key}']"))
    expect(page.get_by_text(text)).to_be_visible()
    hold()
    keys.choose(page.get_by_label("Assigned to"), "Me")
    keys.press(keys.button("Assign"))
    expect(page.locator(".report-assigned").first).to_be_visible()
    keys.press(keys.button("Reject"))
    expect(page.get_by_label("Reason")).to_be_focused()
    keys.press(keys.button("Correct it"))
    expect(page.locator("#f-perspectives-0-points-0-text")).to_be_focused()
    expect(page.get_by_text("A correction was begun.").first).to_be_attached()
    page.goto(f"{newsroom.service}/admin/reports/{key}")
    expect(page.locator(".report-upheld").first).to_be_visible()
    hold()
    keys.press(keys.button("They were answered: remove the addresses"))
    expect(page.get_by_text("wants an answer")).to_have_count(0)
    page.goto(f"{newsroom.service}/admin/reports?state=upheld")
    expect(page.locator(f"a[href$='{key}']")).to_be_visible()
    hold()
