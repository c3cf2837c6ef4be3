"""The editors' pages where words are long and the screen is narrow, and the page to sign in on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from running import Running
from test_accessibility import axe, violations
from test_admin_languages import PAGES
from test_admin_stories import enter

from widget.accounts import open_accounts

pytestmark = pytest.mark.browser

__all__ = ["axe"]  # the fixture

OUTSIDE = """
[...document.querySelectorAll('main :is(button, .button, label, h1, h2, legend), nav a')]
  .filter(it => it.checkVisibility() && !it.closest('.vh'))
  .filter(it => {
    const { left, right } = it.getBoundingClientRect();
    return right > innerWidth + 1 || left < -1 || it.scrollWidth > it.clientWidth + 1
      && getComputedStyle(it).display !== 'inline';
  })
  .map(it => it.textContent.trim())
"""


def test_german_words_stay_within_buttons_and_pages_at_320_pixels(
    new_page: Callable[..., Page], place: Running
) -> None:
    page = new_page(viewport={"width": 320, "height": 740})
    enter(page, place, "long-words", "admin")
    open_accounts(f"dir:{place.data}").set_preferences("long-words", language="de", time_zone="")
    for name, path in PAGES.items():
        page.goto(place.service + path)
        expect(page.locator("html")).to_have_attribute("lang", "de")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, name
        assert page.evaluate(OUTSIDE) == [], name


@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_to_sign_in_on_is_in_the_browser_s_language(
    new_page: Callable[..., Page], place: Running, axe: str, width: int
) -> None:
    page = new_page(viewport={"width": width, "height": 740}, locale="ar-EG")
    page.goto(f"{place.service}/admin/login")
    expect(page.locator("html")).to_have_attribute("lang", "ar")
    expect(page.get_by_role("button", name="تسجيل الدخول")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page, axe) == []
