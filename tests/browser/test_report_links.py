"""Readers report a problem with a panel or a point: by pointer, by keyboard, without a script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect
from running import Running
from ways import OF_THE_DRIVER, panel, scope

pytestmark = [pytest.mark.browser, pytest.mark.embedding]

WAYS = ("frame", "component", "include")
POINT = "Report a problem with point 1-2"


def opened_group(page: Page, place: Running, way: str) -> None:
    page.goto(f"{place.paper}/ways/{way}")
    panel(page, way)
    scope(page, way).locator("details[data-role=ideas] > summary").click()


@pytest.mark.service_only("an exported site takes no reports")
@pytest.mark.parametrize("way", WAYS)
def test_the_form_for_a_point_opens_in_a_page_of_its_own(
    page: Page, place: Running, way: str
) -> None:
    opened_group(page, place, way)
    link = scope(page, way).get_by_role("link", name=POINT)
    box = link.bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 24
    link.focus()
    with page.expect_popup() as opened:
        page.keyboard.press("Enter")
    form = opened.value
    expect(form).to_have_url(re.compile(r"/report/ferry-fares\?point=1-2$"))
    assert form.evaluate("opener") is None
    expect(form.locator("form")).to_be_visible()
    expect(page).to_have_url(re.compile(f"/ways/{way}"))


@pytest.mark.service_only("an exported site takes no reports")
@pytest.mark.chromium_only("Firefox's driver reports no window that a page without script opens")
@pytest.mark.parametrize("way", ["frame", "include"])
def test_the_form_for_the_panel_opens_without_a_script(
    scriptless_page: Page, place: Running, way: str
) -> None:
    page = scriptless_page
    page.goto(f"{place.paper}/ways/{way}")
    link = scope(page, way).get_by_role("link", name="Report a problem", exact=True)
    with page.expect_popup() as opened:
        link.click(force=True)
    expect(opened.value).to_have_url(re.compile(r"/report/ferry-fares$"))
    expect(opened.value.locator("form")).to_be_visible()


@pytest.mark.service_only("the document is the same in files")
def test_no_policy_blocks_what_the_frame_says_to_machines(page: Page, place: Running) -> None:
    refused: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if "Content" in message.text and OF_THE_DRIVER not in message.text:
            refused.append(message.text)

    page.on("console", listen)
    page.goto(f"{place.service}/panel/ferry-fares")
    expect(page.locator("section.insights")).to_be_visible()
    found = page.evaluate(
        "JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent)"
    )
    assert found["mainEntity"]["@type"] == "CreativeWork"
    assert refused == []
