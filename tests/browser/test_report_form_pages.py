"""Readers report a problem: in every way of embedding, across sites, without a script."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import FrameLocator, Page, expect
from running import Running
from test_accessibility import axe, violations
from test_admin_keyboard import Keys
from ways import WAYS, panel, until, visit

from widget.record.report_keys import MIN_SECONDS
from widget.record.reports import Report, report_records
from widget.storage.documents import open_documents

pytestmark = [pytest.mark.browser, pytest.mark.embedding]

__all__ = ["axe"]  # the fixture

ID = "ferry-fares"


def stored(place: Running) -> list[Report]:
    documents = open_documents(f"dir:{place.data}")
    try:
        return [it for _, it in report_records(documents).page(limit=500)]
    finally:
        documents.close()


def send(form: Page | FrameLocator, opened: float) -> None:
    """Press the button once the form counts as filled in by a person. It was opened at ``opened``.

    Pressed again and again, the posts of one test would use up what the hour's limit leaves to
    the others.
    """
    until(lambda: time.time() > opened + MIN_SECONDS + 1)  # the form's time is in whole seconds
    form.get_by_role("button", name="Send report").click(force=True)
    until(form.get_by_text("Your report was sent.").is_visible)


@pytest.mark.parametrize("way", WAYS)
def test_the_link_of_a_point_leads_to_its_form(page: Page, place: Running, way: str) -> None:
    page.goto(f"{place.paper}/ways/{way}")
    it = panel(page, way)
    it.locator("details[data-role=ideas] > summary").click()
    point = it.locator("details[data-role=ideas] li").nth(1)
    with page.context.expect_page() as opened:
        point.locator(".insights-report").click()
    form = opened.value
    expect(form.locator("h1")).to_have_text("Report a problem")
    assert form.url == f"{place.service}/report/{ID}?point=1-2"
    quoted = form.locator("blockquote").inner_text()
    assert quoted
    assert quoted.split()[:5] == point.locator("p").inner_text().split()[:5]
    with page.context.expect_page() as opened:
        it.get_by_role("link", name="Report a problem", exact=True).last.click()
    expect(opened.value.locator("h1")).to_have_text("Report a problem")
    expect(opened.value.locator("blockquote")).to_have_count(0)


@pytest.mark.parametrize("way", ["frame", "include"])
def test_the_form_is_found_without_script(scriptless_page: Page, place: Running, way: str) -> None:
    page = scriptless_page
    page.goto(f"{place.service}/panel/{ID}" if way == "frame" else f"{place.paper}/ways/{way}")
    it = page.locator("section.insights")
    it.locator("details[data-role=ideas] > summary").click(force=True)
    with page.context.expect_page() as opened:
        it.locator(".insights-report").first.click(force=True)
    until(opened.value.locator("blockquote").is_visible)


def test_a_report_is_sent_across_sites_in_a_frame_without_script(
    scriptless_page: Page, place: Running
) -> None:
    page, before = scriptless_page, sum(it.count for it in stored(place))
    address = f"{place.service}/report/{ID}?point=1-1"
    visit(page, place, f'<iframe src="{address}" width="640" height="900"></iframe>')
    form = page.frame_locator("iframe")
    form.get_by_role("button", name="Send report").click(force=True)
    until(form.get_by_role("link", name="Choose what is wrong.").is_visible)
    opened = time.time()
    form.get_by_label("The source does not say so").check(force=True)
    form.get_by_label("In your words").click(force=True)
    page.keyboard.type("It says so of ferries, not of fares.")  # fill needs a script of the driver
    send(form, opened)
    until(lambda: sum(it.count for it in stored(place)) == before + 1)
    report = next(it for it in stored(place) if it.kind == "source" and it.point == "1-1")
    assert report.statements[0].text == "It says so of ferries, not of fares."
    form.get_by_role("link", name="Back to the panel").click(force=True)
    until(form.locator("#p1-1").is_visible)


def test_a_page_that_is_not_listed_cannot_frame_the_form(page: Page, place: Running) -> None:
    address = f"{place.service}/report/{ID}"
    visit(page, place, f'<iframe src="{address}"></iframe>', listed=False)
    until(lambda: len(page.frames) > 1)
    expect(page.frame_locator("iframe").locator("form")).to_have_count(0)


@pytest.mark.chromium_only("keyboards are alike")
def test_a_report_by_keyboard_alone(new_page: Callable[..., Page], place: Running) -> None:
    page = new_page(viewport={"width": 320, "height": 640}, reduced_motion="reduce")
    keys = Keys(page)
    page.goto(f"{place.service}/report/{ID}?point=2-1")
    keys.press(keys.button("Send report"))
    problem = keys.link("Choose what is wrong.")
    expect(problem).to_be_visible()
    keys.press(problem)
    keys.go(page.locator("input[name=kind]").first)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    keys.write(page.get_by_label("In your words"), "It leaves out the islands.")
    keys.write(page.get_by_label("Mail address"), "mia")
    keys.press(keys.button("Send report"))
    expect(page.locator("#address-problem")).to_be_visible()
    expect(page.get_by_label("In your words")).to_have_value("It leaves out the islands.")
    expect(page.get_by_label("It is unfair")).to_be_checked()
    expect(page.get_by_label("Mail address")).to_have_attribute("aria-invalid", "true")
    focusable = page.locator("input:not([type=hidden]):visible, textarea:visible")
    assert "website" not in [
        it.get_attribute("name") for it in focusable.all() if it.evaluate("it => it.tabIndex >= 0")
    ]


@pytest.mark.chromium_only("axe sees the same document in both")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ar", "de"])
def test_axe_finds_no_violation_in_the_form_on_a_phone(
    new_page: Callable[..., Page], place: Running, axe: str, language: str, scheme: str
) -> None:
    page = new_page(color_scheme=scheme, viewport={"width": 320, "height": 640})
    for entry in (ID, "fish-market"):
        page.goto(f"{place.service}/report/{entry}?point=1-1&lang={language}")
        direction = page.locator("html").get_attribute("dir")
        assert direction == ("rtl" if language == "ar" else "ltr")
        assert violations(page, axe) == []
        page.locator("button[type=submit]").click()
        expect(page.locator("#problems")).to_be_visible()
        assert violations(page, axe) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        small = page.locator("label:has(input[type=radio]), button, #address").evaluate_all(
            "all => all.filter(it => it.getBoundingClientRect().height < 24).length"
        )
        assert small == 0
        page.goto(f"{place.service}/report/{entry}?sent=yes&lang={language}")
        assert violations(page, axe) == []


@pytest.mark.chromium_only("the colours are alike")
def test_the_form_has_the_accent_of_the_panel(page: Page, place: Running) -> None:
    colours = []
    for accent in ("00587a", "8a2432"):
        page.goto(f"{place.service}/report/{ID}?accent={accent}&theme=light")
        colours.append(
            page.locator("button[type=submit]").evaluate(
                "it => getComputedStyle(it).backgroundColor"
            )
        )
    assert colours == ["rgb(0, 88, 122)", "rgb(138, 36, 50)"]
