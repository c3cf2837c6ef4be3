"""The page of the log in a browser: on a phone, dark, right to left, without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from running import Running
from test_accessibility import axe, violations

pytestmark = pytest.mark.browser

__all__ = ["axe"]  # the fixture


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_no_violation_and_nothing_is_cut_off(
    new_page: Callable[..., Page], place: Running, axe: str, scheme: str, width: int
) -> None:
    page = new_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    errors: list[str] = []
    page.on("console", lambda it: errors.append(it.text) if it.type == "error" else None)
    page.goto(f"{place.service}/log")
    assert errors == []  # its own policy refuses nothing of it
    assert violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    narrow = page.locator("td").evaluate_all(
        "cells => cells.filter(it => it.scrollWidth > it.clientWidth).map(it => it.outerHTML)"
    )
    assert narrow == []
    dark = "rgb(22, 24, 28)" if scheme == "dark" else "rgb(255, 255, 255)"
    expect(page.locator("html")).to_have_css("background-color", dark)


def test_it_is_read_and_followed_without_scripts(
    new_page: Callable[..., Page], place: Running
) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(f"{place.service}/log")
    expect(page.get_by_role("heading", level=1)).to_have_text("The public log of these panels")
    row = page.get_by_role("row").filter(has_text="ferry-fares").first
    expect(row).to_contain_text("Published")
    row.get_by_role("link", name="ferry-fares").click()
    expect(page.locator("section.insights")).to_be_visible()
