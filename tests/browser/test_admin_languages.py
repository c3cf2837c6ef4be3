"""The editors' pages in a person's language, by a person's clock, and right to left."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from running import Running
from test_accessibility import axe, violations
from test_admin_stories import complaints, enter

from widget.accounts import open_accounts

pytestmark = pytest.mark.browser

__all__ = ["axe"]  # the fixture

ENTRY = "/admin/entries/ferry-fares"
PAGES = {
    "list": "/admin/entries",
    "new": "/admin/entries/new",
    "editor": ENTRY,
    "json": f"{ENTRY}/json",
    "review": f"{ENTRY}/publication",
    "withdrawal": f"{ENTRY}/withdrawal",
    "history": f"{ENTRY}/history",
    "record": f"{ENTRY}/record",
    "plan": "/admin/plan",
    "people": "/admin/people",
    "account": "/admin/me",
}


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_somebody_chooses_a_language_and_the_browser_s_own_zone(
    new_page: Callable[..., Page], place: Running, script: bool
) -> None:
    page = new_page(java_script_enabled=script, timezone_id="Asia/Tokyo")
    problems = complaints(page)
    enter(page, place, f"traveller-{script}".lower(), "editor")
    page.get_by_role("link", name=f"traveller-{script}".lower()).click()
    page.get_by_label("Language of these pages").select_option("Deutsch")
    zone = page.locator("#time_zone")
    offer = page.locator("[data-zone]")
    if script:
        expect(offer).to_have_text("Use this browser's: Asia/Tokyo")
        offer.click()
        expect(zone).to_be_focused()
    else:
        zone.select_option("Asia/Tokyo")
    expect(offer).to_be_hidden()
    page.locator("form:has(#time_zone) .primary").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_role("status")).to_be_visible()
    expect(zone).to_have_value("Asia/Tokyo")
    expect(page.locator("#time-zone-hint")).to_contain_text("UTC+9")
    expect(offer).to_be_hidden()
    assert problems == []


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_every_page_stands_right_to_left(
    new_page: Callable[..., Page], place: Running, axe: str, width: int, scheme: str
) -> None:
    name = f"reader-{width}-{scheme}"
    page = new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    enter(page, place, name, "admin")
    accounts = open_accounts(f"dir:{place.data}")
    accounts.set_preferences(name, language="ar", time_zone="Africa/Cairo")
    for called, path in PAGES.items():
        page.goto(place.service + path)
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, called
        for start in (".brand", "h1"):
            box = page.locator(start).first.bounding_box()
            text = page.locator(start).first.evaluate(
                "it => { const r = document.createRange(); r.selectNodeContents(it);"
                " return r.getBoundingClientRect().right }"
            )
            assert box is not None
            assert abs(box["x"] + box["width"] - text) < 2, f"{called}: {start} is not at the right"
        assert violations(page, axe, frames=False) == [], called
